import { renderJsonDocument } from '../text/json-report.ts';
import { plainPage, type Shown } from '../text/visible.ts';

/** One thing that was looked at on this machine. */
export interface Examined {
  readonly name: string;
  readonly result: 'good' | 'bypass' | 'bad';
  readonly detail: string;
  /** What to do next; null where nothing is to be done. */
  readonly hint: string | null;
}

/** Each with a word: a screen reader passes over a sign. */
const marks = { good: '✓ good', bypass: '! bypass', bad: '✗ bad' } as const;

/** What `doctor` found, for people or as JSON. `version` is this program's. */
export function renderDoctor(examinations: readonly Examined[], version: string, format: string): Shown {
  if (format === 'json') return renderJsonDocument({ schemaVersion: 0, version, examinations });
  const lines = examinations.flatMap(({ name, result, detail, hint }) => [
    `${marks[result]}  ${name}: ${detail}`,
    ...(hint === null ? [] : [`    next: ${hint}`]),
  ]);
  return plainPage([`docker-verify ${version}`, ...lines]);
}
