import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Script } from 'node:vm';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wrapped } from '../../../../scripts/build/bundle.ts';
import { root } from '../../../../scripts/build/folders.ts';
import { lazyModules } from '../../../../scripts/build/lazy-modules.ts';
import {
  addressOf,
  type Division,
  divide,
  noteAsked,
  onePart,
  type PartName,
  partNames,
  refuseTwice,
} from '../../../../scripts/build/parts.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parts-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** What `entry.ts` of these tests exports. */
interface Entry {
  early(): number;
  isOne(): boolean;
  later(): Promise<string>;
}

type Part = (index: number) => unknown;

const nameOf = (file: string): string => relative(root, join(folder, file));

async function bundled(plugin: esbuild.Plugin): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(folder, 'entry.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    supported: { 'dynamic-import': false },
    plugins: [plugin, lazyModules],
    nodePaths: [join(root, 'node_modules')],
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/** Cuts the files up, of which `entry.ts` comes first; the commands that were run evaluated `evaluated`. */
async function cut(
  files: Readonly<Record<string, string>>,
  evaluated: Readonly<Record<string, PartName>>,
): Promise<{ readonly division: Division; readonly texts: ReadonlyMap<string, string> }> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const asked: Parameters<typeof noteAsked>[0] = new Map();
  await bundled(noteAsked(asked, []));
  const seen = Object.entries(evaluated).map(([name, part]) => [`own-modules:${join(folder, name)}`, part] as const);
  const division = divide(asked, nameOf('entry.ts'), Object.fromEntries(seen));
  const texts = await Promise.all(
    partNames.map(async (part) => [part as string, wrapped(await bundled(onePart(division, part)))] as const),
  );
  return { division, texts: new Map(texts) };
}

/** Runs them as the first stage does; which parts were loaded, in order. */
function started(division: Division, texts: ReadonlyMap<string, string>) {
  const loaded: string[] = [];
  const parts = new Map<string, Part>();
  const need = (name: string): unknown => {
    const [kind, part = '', index] = name.split(':');
    if (kind !== 'part') return createRequire(join(folder, 'entry.ts'))(name);
    if (!parts.has(part)) {
      const module = { exports: {} as Part };
      new Script(texts.get(part) ?? '').runInThisContext()(module.exports, need, module, '', '');
      parts.set(part, module.exports);
      loaded.push(part);
    }
    return parts.get(part)?.(Number(index));
  };
  return { exports: need(addressOf(division, nameOf('entry.ts'))) as Entry, loaded };
}

const files = {
  'shared.ts': 'export class Wrong extends Error {}\nexport const made = { count: 0 };',
  'late.ts': `import { closestMatch } from 'leven';
import { made, Wrong } from './shared.ts';
export const fail = (): never => { made.count += 1; throw new Wrong(); };
export const nearest = () => closestMatch('chek', ['check']);`,
  'entry.ts': `import { fail, nearest } from './late.ts';
import { made, Wrong } from './shared.ts';
export const early = () => made.count;
export const isOne = () => { try { return fail(); } catch (error) { return error instanceof Wrong; } };
export const later = async () => (await import('./late.ts')).nearest() + nearest();`,
};

describe('parts', () => {
  it('loads another part when something of it is used, and keeps each module once', async () => {
    const { division, texts } = await cut(files, { 'shared.ts': 'start' });
    const { exports, loaded } = started(division, texts);
    expect(exports.early()).toBe(0);
    expect(loaded).toEqual(['start']);
    expect(exports.isOne()).toBe(true);
    expect(exports.early()).toBe(1);
    expect(loaded).toEqual(['start', 'rest']);
    expect(await exports.later()).toBe('checkcheck');
    expect(loaded).toEqual(['start', 'rest', 'build']);
  });

  it('reads nothing twice, wherever a module stands', async () => {
    for (const part of partNames) {
      const { division, texts } = await cut(files, { 'shared.ts': 'check', 'late.ts': part });
      expect(started(division, texts).exports.isOne()).toBe(true);
      expect([...texts.values()].filter((text) => text.includes('extends Error'))).toHaveLength(1);
    }
  });
});

describe('refuseTwice', () => {
  it('refuses a file that went into two parts, and names it', () => {
    expect(() => refuseTwice([['a.js', 'b.js'], ['c.js']])).not.toThrow();
    expect(() => refuseTwice([['a.js', 'b.js'], ['b.js']])).toThrow('in more than one part, see parts.ts: b.js');
  });
});
