import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lazyModules } from '../../../../scripts/build/lazy-modules.ts';

const note = (name: string): string => `((globalThis as any).evaluated ??= []).push(${JSON.stringify(name)});\n`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazy-modules-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Bundles the files, of which `entry.ts` comes first; its exports, and the modules evaluated so far. */
async function bundled(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const outfile = join(folder, `out-${Math.random()}.cjs`);
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(folder, 'entry.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    supported: { 'dynamic-import': false },
    plugins: [lazyModules],
    nodePaths: [join(import.meta.dirname, '../../../../node_modules')],
    write: false,
    logLevel: 'silent',
  });
  const text = outputFiles[0]?.text ?? '';
  await writeFile(outfile, text);
  const evaluated: string[] = [];
  Object.assign(globalThis, { evaluated });
  // the entry's exports are what the test has written into it
  const exports = createRequire(outfile)(outfile) as Record<string, (...words: unknown[]) => unknown>;
  return { exports, evaluated, text };
}

describe('lazyModules', () => {
  it('evaluates a module when something of it is used, once, and not when it is imported', async () => {
    const { exports, evaluated } = await bundled({
      'entry.ts': `import { first } from './index.ts';\nexport const run = (): number => first + first;`,
      'index.ts': `export { first } from './first.ts';\nexport { second } from './second.ts';`,
      'first.ts': `${note('first')}export const first = 1;`,
      'second.ts': `${note('second')}export const second = 2;`,
    });
    expect(evaluated).toEqual([]);
    expect(exports['run']?.()).toBe(2);
    expect(evaluated).toEqual(['first']);
  });

  it.each([
    ['a class that is constructed', 'new Box(2).value', 2],
    ['a constant that is spread', '[...list].length', 3],
    ['a class that is extended', '(class extends Box {}).prototype instanceof Box', true],
    ['a name behind export *', 'starred', 4],
    ['a local name that hides the imported one', '((list: number) => list)(5)', 5],
    ['a text that reads like an import', '`import_box ${"import_box.Box"}`', 'import_box import_box.Box'],
    ['a shorthand property', '({ list }).list.length', 3],
    ['a tag of a template', 'tag`a${1}`', 1],
  ])('keeps the meaning of %s', async (_title, expression, expected) => {
    const { exports } = await bundled({
      'entry.ts': `import { Box, list, starred, tag } from './index.ts';\nvoid [Box, list, starred, tag];\nexport const run = () => ${expression};`,
      'index.ts': `export * from './box.ts';\nexport * from './starred.ts';`,
      'box.ts':
        'export class Box { constructor(readonly value: number) {} }\nexport const list = [1, 2, 3];\nexport const tag = (_: unknown, value: number) => value;',
      'starred.ts': 'export const starred = 4;',
    });
    expect(exports['run']?.()).toEqual(expected);
  });

  it('does not evaluate a module that only hands on what others define, nor those it hands on beside', async () => {
    const { exports, evaluated } = await bundled({
      'entry.ts': `import { other as mine, starred, made, type Kind } from './index.ts';\nexport const run = (): Kind => [mine, starred, made.string().parse('a')];\nexport { starred };`,
      'index.ts': `${note('index')}export { first as other } from './first.ts';\nexport * from './stars.ts';\nexport * from './package.ts';\nexport type Kind = unknown[];`,
      'stars.ts': `${note('stars')}export * from './unused.ts';\nexport * from './starred.ts';`,
      'first.ts': `${note('first')}const first = 1;\nexport { first };`,
      'unused.ts': `${note('unused')}export const unused = 0;\nexport default 5;`,
      'starred.ts': `${note('starred')}export const starred = 4;`,
      'package.ts': `${note('package')}import { string } from 'zod';\nexport const made = { string };`,
    });
    expect(exports['run']?.()).toEqual([1, 4, 'a']);
    expect(evaluated).toEqual(['first', 'starred', 'package']);
    expect(exports['starred']).toBe(4);
  });

  it.each([
    ['a package’s name that another module hands on', `export { closestMatch as value } from 'leven';`],
    ['a name taken apart from a value', 'export const { value } = { value: (text: string) => text };'],
    ['what a module exports under another name', 'const own = (text: string) => text;\nexport { own as value };'],
    ['a default export under a name', `export { default as value } from './late.ts';`],
  ])('finds %s', async (_title, text) => {
    const { exports } = await bundled({
      'entry.ts': `import { value } from './index.ts';\nexport const run = () => value('a', ['a']);`,
      'index.ts': `export * from './named.ts';`,
      'named.ts': text,
      'late.ts': 'export default (text: string) => text;',
    });
    expect(exports['run']?.()).toBe('a');
  });

  it('gives the value that a name has now, also across modules that import each other', async () => {
    const { exports } = await bundled({
      'entry.ts': `import { count, increase } from './count.ts';\nexport const run = () => { increase(); return count; };`,
      'count.ts': `import { step } from './step.ts';\nexport let count = 1;\nexport function increase() { count += step(); }`,
      'step.ts': `import { count } from './count.ts';\nexport const step = () => count * 10;`,
    });
    expect(exports['run']?.()).toBe(11);
    expect(exports['run']?.()).toBe(121);
  });

  it('loads a module that is imported dynamically, with its names', async () => {
    const { exports, evaluated } = await bundled({
      'entry.ts': `export const run = async () => (await import('./late.ts')).late;`,
      'late.ts': `${note('late')}export const late = 'late';`,
    });
    expect(evaluated).toEqual([]);
    expect(await exports['run']?.()).toBe('late');
  });

  it('takes from a package only what is used of it', async () => {
    const { exports, text } = await bundled({
      'entry.ts': `import * as z from 'zod';\nimport semver from 'semver';\nexport const run = () => [z.string().parse('a'), semver.valid('1.2.3')];`,
    });
    expect(exports['run']?.()).toEqual(['a', '1.2.3']);
    expect(text).not.toContain('locales/ar.js');
  });

  it('refuses a package that is used as a whole, since nothing of it could be left out', async () => {
    const whole = bundled({ 'entry.ts': `import * as z from 'zod';\nexport const run = () => Object.keys(z);` });
    await expect(whole).rejects.toThrow('used as a whole');
  });
});
