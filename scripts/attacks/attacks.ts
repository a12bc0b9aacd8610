/**
 * Attacks the executable with what registries and contexts can serve, changed at random, and holds what real engines build against what
 * the signer vouched for: `attacks.ts [--seed N] [--runs N] [--minutes M] [--case N]… [--guard on|open|none]`. Ends with 1 where anything
 * else was let in, fetched or built, or where a run ended as none may, and prints each case. Without --runs and --minutes it goes on
 * until it is stopped. The lab is the one of LAB_HOME, the executable dist/docker-verify or what VERIFY_EXECUTABLE names.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openLab } from '../lab/running-lab.ts';
import { attack, openTheatre } from './attack.ts';
import type { Guard } from './bed.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string' },
    minutes: { type: 'string' },
    case: { type: 'string', multiple: true, default: [] },
    guard: { type: 'string', default: 'on' },
  },
});
const home = process.env['LAB_HOME'];
if (home === undefined) throw new Error('LAB_HOME is not set: bring up the lab (scripts/lab/up) and name it');
const guards: readonly string[] = ['on', 'open', 'none'] satisfies readonly Guard[];
if (!guards.includes(values.guard)) throw new Error(`--guard is one of ${guards.join(', ')}`);
const executable = resolve(process.env['VERIFY_EXECUTABLE'] ?? 'dist/docker-verify');
const theatre = await openTheatre(openLab(home), executable);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
const unlimited = Number.POSITIVE_INFINITY;
try {
  const result = await attack(theatre, {
    guard: values.guard as Guard, // one of them
    seed: Number(values.seed),
    runs: values.runs === undefined ? unlimited : Number(values.runs),
    milliseconds: values.minutes === undefined ? unlimited : Number(values.minutes) * 60_000,
    cases: values.case.map(Number),
    say: (text) => console.log(text),
    signal: stop.signal,
  });
  process.exitCode = result.finds.length === 0 ? 0 : 1;
} finally {
  await theatre.close();
}
