import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import type { Variables } from './inputs.ts';

/** GitHub takes no more for one step's summary: 1 MiB. */
const mostOfSummary = 1_000_000;

/** Text in a workflow command: what would end it is escaped, as GitHub's toolkit does (@actions/core, command.ts). */
function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** One step's way to speak to the runner: its log, outputs, summary and the steps that follow. */
export interface Runner {
  notice(text: string): void;
  warning(text: string): void;
  error(text: string): void;
  /** A secret that the runner hides in every log from now on. */
  mask(secret: string): void;
  output(name: string, value: string): void;
  summary(markdown: string): void;
  addPath(folder: string): void;
}

/**
 * The runner that `variables` name. Values go into its files between delimiters that cannot be guessed, so that none of them can become
 * another output, and never as commands in the log.
 */
export function runnerOf(variables: Variables, write: (text: string) => void): Runner {
  const command = (name: string, text: string): void => write(`::${name}::${escaped(text)}\n`);
  const append = (variable: string, text: string): void => {
    const file = variables[variable] ?? '';
    if (file !== '') appendFileSync(file, text);
  };
  return {
    notice: (text) => command('notice', text),
    warning: (text) => command('warning', text),
    error: (text) => command('error', text),
    mask: (secret) => command('add-mask', secret),
    output: (name, value) => {
      const end = `end-${randomUUID()}`;
      append('GITHUB_OUTPUT', `${name}<<${end}\n${value}\n${end}\n`);
    },
    summary: (markdown) => append('GITHUB_STEP_SUMMARY', `${shortened(markdown, mostOfSummary)}\n`),
    addPath: (folder) => append('GITHUB_PATH', `${folder}\n`),
  };
}

/** Markdown of at most `most` bytes, cut between lines, so that no table row or code span is torn. */
export function shortened(markdown: string, most: number): string {
  if (Buffer.byteLength(markdown) <= most) return markdown;
  const left = '\n\n… the report is longer than GitHub shows here: the file is whole.';
  let room = most - Buffer.byteLength(left);
  const kept: string[] = [];
  for (const line of markdown.split('\n')) {
    room -= Buffer.byteLength(line) + 1;
    if (room < 0) break;
    kept.push(line);
  }
  return kept.join('\n') + left;
}

/** Text of others as a block of code that it cannot end (CommonMark, section 4.5). */
export function codeBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text.trimEnd()}\n${fence}`;
}
