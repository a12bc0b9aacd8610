/**
 * `node observe.ts BUNDLE FILE`: runs the commands of `warm-up.ts` on a bundle that esbuild did not make smaller, and writes for each file that
 * was evaluated the part of the first command that did.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { Script } from 'node:vm';
import { wrapped } from './bundle.ts';
import type { PartName } from './parts.ts';
import { type SecondStage, warmUp } from './warm-up.ts';

// esbuild wraps each module in an object whose only key is its file; these begin to evaluate one that was not yet.
const wrappers = [
  { pattern: /var __esm = \((\w+),.*?\{/, isFirst: '$1', name: '$1' },
  { pattern: /var __commonJS = \((\w+), (\w+)\) =>.*?\{/, isFirst: '!$2', name: '$1' },
];

const [bundleName = '', file = ''] = process.argv.slice(2);
const bundle = resolve(bundleName);
let source = readFileSync(bundle, 'latin1');
for (const { pattern, isFirst, name } of wrappers) {
  if (!pattern.test(source)) throw new Error(`esbuild wraps modules in another way: ${pattern.source} is not found`);
  source = source.replace(pattern, `$&if(${isFirst})globalThis.beginModule(Object.keys(${name})[0]);`);
}
const evaluated: Record<string, PartName> = {};
let now: PartName = 'start';
Object.assign(globalThis, {
  beginModule: (name: string) => {
    evaluated[name] ??= now;
  },
});
const module = { exports: {} as SecondStage }; // filled by the bundle
const run = new Script(wrapped(source), { filename: 'observed.cjs' }).runInThisContext();
run(module.exports, createRequire(bundle), module, bundle, dirname(bundle));
await warmUp(
  module.exports,
  (part) => {
    now = part;
  },
  () => writeFileSync(file, JSON.stringify(evaluated)),
);
