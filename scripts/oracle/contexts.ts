/**
 * Compares what we take named contexts for with what buildx builds, over spellings of names and sources:
 * `contexts.ts [COUNT] [SEED]`, 200 and 1 where nothing is said. The lab is the one of LAB_HOME. Ends with 1 where an answer differs.
 */
import { openLab } from '../lab/running-lab.ts';
import { openContextOracle } from './ask-contexts.ts';
import { randomContexts } from './random-contexts.ts';

const home = process.env['LAB_HOME'];
if (home === undefined) throw new Error('LAB_HOME is not set: bring up the lab (scripts/lab/up) and name it');
const [count = 200, seed = 1] = process.argv.slice(2).map(Number);
const together = 2;

const oracle = await openContextOracle(openLab(home));
const numbers = Array.from({ length: count }, (_, index) => seed + index);
const taken = new Map<string, number>();
let agreed = 0;

async function compare(number: number): Promise<void> {
  const context = randomContexts(number);
  const { theirs, ours, log } = await oracle.compare(context);
  const kind = theirs.from ?? 'nothing';
  taken.set(kind, (taken.get(kind) ?? 0) + 1);
  if (JSON.stringify(theirs) === JSON.stringify(ours)) {
    agreed++;
    return;
  }
  console.log(
    `--- ${number} ${JSON.stringify(context)}\nbuildx ${JSON.stringify(theirs)}\nscan   ${JSON.stringify(ours)}`,
  );
  console.log(log.split('\n').findLast((line) => line.startsWith('ERROR')) ?? '');
}

async function work(): Promise<void> {
  for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) await compare(number);
}

await Promise.all(Array.from({ length: together }, work));
const kinds = [...taken].map(([kind, times]) => `${times} ${kind}`).join(', ');
console.log(`${agreed} of ${count} named contexts alike (${kinds}), seed ${seed}`);
process.exitCode = agreed === count ? 0 : 1;
