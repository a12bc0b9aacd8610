/**
 * Runs the executable with random arguments, references, variables and files: `fuzz.ts [COUNT] [SEED]`, 500 and 1 where nothing is said.
 * COUNT 0 goes on until it is stopped. No run may end in an internal error, a stack trace, a signal, or not at all; ends with 1 where one
 * does, and prints it. The lab is the one of LAB_HOME, the executable dist/docker-verify or what VERIFY_EXECUTABLE names.
 */
import { resolve } from 'node:path';
import { openLab } from '../lab/running-lab.ts';
import { randomCommand } from './random-command.ts';
import { runCommand } from './run-command.ts';

const home = process.env['LAB_HOME'];
if (home === undefined) throw new Error('LAB_HOME is not set: bring up the lab (scripts/lab/up) and name it');
const executable = resolve(process.env['VERIFY_EXECUTABLE'] ?? 'dist/docker-verify');
const lab = openLab(home);
const [count = 500, seed = 1] = process.argv.slice(2).map(Number);
const together = 2;

const statuses = new Map<number, number>();
let failures = 0;
let next = 0;

async function work(): Promise<void> {
  while (count === 0 || next < count) {
    const number = seed * 1_000_000 + next;
    next += 1;
    const command = randomCommand(number);
    // each worker runs one after another
    // oxlint-disable-next-line no-await-in-loop
    const { outcome, failure } = await runCommand(lab, executable, command);
    statuses.set(outcome.status, (statuses.get(outcome.status) ?? 0) + 1);
    if (failure === null) continue;
    failures += 1;
    console.log(`--- ${number}: ${failure}, status ${outcome.status}\n${JSON.stringify(command).slice(0, 3000)}`);
    console.log(`${outcome.stderr.slice(0, 1500)}\n${outcome.stdout.slice(0, 500)}`);
  }
}

await Promise.all(Array.from({ length: together }, work));
const ended = [...statuses].sort(([a], [b]) => a - b).map(([status, times]) => `${status}: ${times}`);
console.log(`${failures} of ${count} random commands failed, seed ${seed}; they ended with ${ended.join(', ')}`);
process.exitCode = failures === 0 ? 0 : 1;
