import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { misbehaviour, type Run } from '../../../../scripts/attacks/bed.ts';
import type { Cast } from '../../../../scripts/attacks/cast.ts';
import {
  type Reported,
  wronglyAllowed,
  wronglyBuilt,
  wronglyFetched,
  wrongMaterials,
} from '../../../../scripts/attacks/judge.ts';

const [good, evil, layer] = ['a', 'b', 'c'].map((each) => `sha256:${each.repeat(64)}`) as [string, string, string];
const ofKey = (...values: readonly string[]) => new Map([['key3', new Set(values)]]);
const cast = {
  allowed: ofKey(good),
  fetchable: ofKey(good, layer),
  marks: ofKey('good key3'),
  reachable: new Map([[good, new Set([good, layer])]]),
} as unknown as Cast; // the roles play no part in judging

const name = '127.0.0.1:1/c7/key3:1';
const reported = (digest: string, changes: Partial<Reported['images'][number]> = {}): Reported => ({
  images: [{ name, status: 'allow', verified: true, digest, platforms: [], ...changes }],
});

describe('what an attack came to', () => {
  it('is wrong where a report lets in what is not vouched for', () => {
    expect(wronglyAllowed(cast, reported(good))).toEqual([]);
    expect(wronglyAllowed(cast, reported(evil))).toHaveLength(1);
    expect(wronglyAllowed(cast, reported(good, { platforms: [{ platform: 'p', digest: evil }] }))).toHaveLength(1);
    expect(wronglyAllowed(cast, reported(evil, { status: 'block', verified: false }))).toEqual([]);
    expect(wronglyAllowed(cast, reported(evil, { status: 'block' }))).toHaveLength(1);
    expect(wronglyAllowed(cast, reported(good, { name: '127.0.0.1:1/c7/other:1' }))).toHaveLength(1);
  });

  it('is wrong where a builder fetched it', () => {
    expect(wronglyFetched(cast, [{ repository: 'c7/key3', digest: layer }])).toEqual([]);
    expect(wronglyFetched(cast, [{ repository: 'c7/key3', digest: evil }])).toHaveLength(1);
    expect(wronglyFetched(cast, [{ repository: 'elsewhere', digest: good }])).toHaveLength(1);
  });

  it('is wrong where a builder says that it used it, or used what the report does not list', () => {
    const used = (digest: string): string =>
      JSON.stringify({
        t: {
          'buildx.build.provenance': {
            materials: [{ uri: `pkg:docker/${name}?platform=x`, digest: { sha256: digest.slice(7) } }],
          },
        },
      });
    expect(wrongMaterials(cast, used(good), reported(good))).toEqual([]);
    expect(wrongMaterials(cast, used(layer), reported(good))).toEqual([]);
    expect(wrongMaterials(cast, used(evil), null)).toHaveLength(1);
    expect(wrongMaterials(cast, used(good), reported(good, { status: 'block' }))).toHaveLength(1);
    expect(wrongMaterials(cast, null, null)).toEqual([]);
  });

  it('is wrong where its mark came out', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'judge-'));
    try {
      await writeFile(join(folder, '1'), 'good key3');
      expect(await wronglyBuilt(cast, folder, () => 'key3')).toEqual([]);
      await writeFile(join(folder, '2'), 'evil key3');
      expect(await wronglyBuilt(cast, folder, () => 'key3')).toHaveLength(1);
      expect(await wronglyBuilt(cast, folder, () => null)).toEqual([]);
      expect(await wronglyBuilt(cast, join(folder, 'gone'), () => 'key3')).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('how a run ended', () => {
  const run = (changes: Partial<Run>): Run => ({
    status: 0,
    stdout: '',
    stderr: '',
    words: [],
    milliseconds: 1,
    ...changes,
  });
  it.each<[Partial<Run>, boolean, string | null]>([
    [{}, false, null],
    [{ status: 10 }, true, null],
    [{ status: 1 }, true, null],
    [{ status: 1 }, false, 'status 1'],
    [{ status: 70 }, true, 'internal error'],
    [{ status: 12 }, true, 'used what was not verified, by its own audit'],
    [{ status: 139 }, true, 'status 139'],
    [{ milliseconds: 90_000 }, true, 'no end'],
    [{ stderr: 'x\n    at f (node:path:1:2)\n' }, true, 'stack trace'],
    [{ stdout: 'a\u001b[2J' }, false, 'control characters'],
    [{ stdout: 'a\u001b[2J' }, true, null],
    [{ stderr: 'a\n::error::x' }, true, 'a command to what keeps the log'],
  ])('%j, of a build %s: %s', (changes, built, wrong) => {
    expect(misbehaviour(run(changes), built)).toBe(wrong);
  });
});
