/**
 * Records what BuildKit makes of the Dockerfiles in test/fixtures/oracle: fills in the answers of each `expected.json`,
 * whose `args` (and `onbuild`) are the question. With names only those; with `--check` nothing is written and a
 * difference ends it with 1. The lab is the one of LAB_HOME.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { openLab } from '../lab/running-lab.ts';
import { openOracle, type Question } from './ask-buildkit.ts';

const folder = new URL('../../test/fixtures/oracle/', import.meta.url);
const home = process.env['LAB_HOME'];
if (home === undefined) throw new Error('LAB_HOME is not set: bring up the lab (scripts/lab/up) and name it');
const check = process.argv.includes('--check');
const wanted = process.argv.slice(2).filter((argument) => argument !== '--check');

const oracle = await openOracle(openLab(home));
const names = (await readdir(folder)).filter((name) => wanted.length === 0 || wanted.includes(name));
let different = 0;
for (const name of names.sort()) {
  const file = new URL(`${name}/expected.json`, folder);
  const before = await readFile(file, 'utf8');
  const { args, onbuild }: Question = JSON.parse(before);
  const dockerfile = await readFile(new URL(`${name}/Dockerfile`, folder));
  const question = { dockerfile, args, ...(onbuild === undefined ? {} : { onbuild }) };
  const answer = await oracle.ask(question);
  const after = `${JSON.stringify({ args, ...(onbuild === undefined ? {} : { onbuild }), ...answer }, null, 1)}\n`;
  if (after === before) continue;
  different++;
  console.log(`${name}: ${JSON.stringify(answer)}`);
  if (!check) await writeFile(file, after);
}
console.log(`${names.length - different} of ${names.length} as before`);
process.exitCode = check && different > 0 ? 1 : 0;
