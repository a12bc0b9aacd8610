import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../model/index.ts';
import type { RegoOutcome, RegoQuestion } from '../language/compiled/rego.ts';
import { regoOutcomeOf } from './rego-outcome.ts';
import { runOpa } from './run-opa.ts';

/** What Rego is evaluated with. */
export interface RegoEvaluator {
  /** The absolute path of opa; null where PATH has none. */
  readonly opa: string | null;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/** More attestations than an image has in practice. */
const mostQuestions = 50;

/**
 * The outcome of each question, by its key: what opa makes of the module with the statement as its input. Whatever goes wrong is an
 * outcome that is not known, so that nothing is let through by it.
 */
export async function evaluateRego(
  evaluator: RegoEvaluator,
  questions: readonly RegoQuestion[],
): Promise<Readonly<Record<string, RegoOutcome>>> {
  const { opa } = evaluator;
  const all = (reason: string): Readonly<Record<string, RegoOutcome>> =>
    Object.fromEntries(questions.map(({ key }) => [key, { kind: 'unknown', reason }]));
  if (opa === null) return all('there is no opa on PATH');
  if (questions.length > mostQuestions)
    return all(`there are more than ${mostQuestions} attestations to evaluate it about`);
  const folder = await mkdtemp(join(tmpdir(), 'docker-verify-rego-'));
  try {
    const where = { folder, environment: evaluator.environment, signal: evaluator.signal };
    const version = await runOpa(opa, ['version'], where);
    if (version.status === null) return all(version.reason);
    const outcomes: [string, RegoOutcome][] = [];
    for (const { key, module, statement } of questions) {
      await writeFile(join(folder, 'sigstore.rego'), module);
      const language = languageOption(version.stdout);
      const input = ['--format', 'json', '--stdin-input', '--data', 'sigstore.rego'];
      const args = ['eval', ...language, ...input, 'data.sigstore.isCompliant'];
      const end = await runOpa(opa, args, where, JSON.stringify(statement));
      outcomes.push([key, end.status === null ? { kind: 'unknown', reason: end.reason } : regoOutcomeOf(end.stdout)]);
    }
    return Object.fromEntries(outcomes);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The admission controller reads Rego as it was before 1.0; opa does so by itself until then, and needs an option from 1.0 on. */
function languageOption(version: string): readonly string[] {
  const [, major = '0'] = /^Version:\s*(\d+)\./m.exec(version) ?? [];
  return Number(major) >= 1 ? ['--v0-compatible'] : [];
}
