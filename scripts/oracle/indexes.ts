/**
 * Compares the manifest that `check` chooses out of an index with what the lab's engines build on, for random and mutated
 * indexes: `indexes.ts [COUNT] [SEED]`, 500 and 1 where nothing is said. The lab is the one of LAB_HOME, the executable
 * that of dist. Ends with 1 where an engine builds on something else than was chosen, and prints the index.
 */
import { fileURLToPath } from 'node:url';
import { openLab } from '../lab/running-lab.ts';
import { compareIndexes, isDifferent, pushIndexes } from './compare-indexes.ts';

const home = process.env['LAB_HOME'];
if (home === undefined) throw new Error('LAB_HOME is not set: bring up the lab (scripts/lab/up) and name it');
const [count = 500, seed = 1] = process.argv.slice(2).map(Number);
const executable = fileURLToPath(new URL('../../dist/docker-verify', import.meta.url));

const lab = openLab(home);
const compared = await compareIndexes(lab, executable, await pushIndexes(lab, count, seed));
const accepted = compared.filter(({ ours }) => typeof ours !== 'string');
const unbuilt = accepted.filter(({ engines }) => Object.values(engines).includes(null));
const missing = compared.filter(({ ours }) => ours === 'missing');
const different = compared.filter(isDifferent);
for (const { index, ours, engines } of different) {
  console.log(`--- ${index.reference} for ${index.platforms.join(',')}\n${index.text}`);
  console.log(`ours ${JSON.stringify(ours)}\nengines ${JSON.stringify(engines)}`);
}
console.log(
  `${different.length} of ${accepted.length + missing.length} random indexes differ: ${accepted.length} chosen from (${unbuilt.length} of them an engine could not build), ${missing.length} without the platform; ${count - accepted.length - missing.length} of ${count} not read, seed ${seed}`,
);
for (const { index, engines } of unbuilt) console.log(`not built: ${index.reference} ${JSON.stringify(engines)}`);
process.exitCode = different.length === 0 ? 0 : 1;
