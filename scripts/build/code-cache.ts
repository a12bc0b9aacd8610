/**
 * `node code-cache.ts FOLDER STAGE SUFFIX PART…`: runs commands of the parts in a folder as users do, so that what they need gets compiled,
 * and writes the code cache of this very Node beside each part. STAGE is what the second stage is asked for by.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { Script } from 'node:vm';
import { type SecondStage, warmUp } from './warm-up.ts';

const [folderName = '', stage = '', suffix = '', ...parts] = process.argv.slice(2);
const folder = resolve(folderName);
const require = createRequire(join(folder, 'main.cjs'));

type Part = (index: number) => unknown;

const scripts = new Map(
  parts.map((part) => {
    const filename = `${part}.cjs`;
    return [part, new Script(readFileSync(join(folder, filename), 'latin1'), { filename })];
  }),
);
const loaded = new Map<string, Part>();

/** As the executable's first stage does (`main.ts`). */
function need(name: string): unknown {
  const [kind, part = '', index] = name.split(':');
  const script = scripts.get(part);
  if (kind !== 'part' || script === undefined) return require(name);
  let answer = loaded.get(part);
  if (answer === undefined) {
    const module = { exports: {} as Part }; // filled by the part
    script.runInThisContext()(module.exports, need, module, folder, folder);
    answer = module.exports;
    loaded.set(part, answer);
  }
  return answer(Number(index));
}

await warmUp(
  need(stage) as SecondStage, // what app.ts exports
  () => undefined,
  () => {
    for (const [part, script] of scripts) writeFileSync(join(folder, `${part}${suffix}`), script.createCachedData());
  },
);
