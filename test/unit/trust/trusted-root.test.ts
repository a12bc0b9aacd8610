import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata, MetadataKind } from '@tufjs/models';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TrustedRootSource } from '../../../src/model/index.ts';
import { keepTrustedRoot } from '../../../src/trust/cached-root.ts';
import { tufStart } from '../../../src/trust/embedded-tuf-roots.ts';
import {
  builtinTrustedRoots,
  cachedTrustedRoot,
  describeTrustedRoot,
  embeddedInstances,
  embeddedTrustedRoots,
  parseTrustedRoots,
  publicGoodInstance,
  readTrustedRoot,
  rootAge,
} from '../../../src/trust/index.ts';
import { silentPipe } from '../../support/pipe.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trust-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const now = new Date('2026-11-22T00:00:00Z');

function embedded(): TrustedRootSource {
  const [root] = embeddedTrustedRoots();
  if (root === undefined) throw new Error('no root is embedded');
  return root;
}

type Json = Record<string, unknown>;

/** The embedded root's JSON with one thing changed. */
function altered(
  change: (root: { tlogs: { publicKey: { rawBytes: string; validFor: Json } }[] } & Json) => void,
): string {
  const root = JSON.parse(embedded().json) as Parameters<typeof change>[0];
  change(root);
  return JSON.stringify(root);
}

function alteredLogKeys(change: (key: { rawBytes: string; validFor: Json }) => void): string {
  return altered((root) => {
    for (const log of root.tlogs) change(log.publicKey);
  });
}

const origin = { layer: 'command-line', source: 'root.json', updated: null } as const;

describe('the embedded roots', () => {
  test('hold the public good root of the pinned TUF seed, unchanged', () => {
    const seeds = JSON.parse(
      readFileSync(new URL('../../../node_modules/@sigstore/tuf/seeds.json', import.meta.url), 'utf8'),
    ) as Record<string, { targets: Record<string, string> }>;
    const target = seeds[publicGoodInstance.mirror]?.targets['trusted_root.json'] ?? '';
    expect(embedded().json).toBe(Buffer.from(target, 'base64').toString('utf8'));
    expect(embedded()).toMatchObject({ layer: 'builtin', source: 'sigstore public good' });
  });

  test('need a log, a certificate transparency log and a time', () => {
    expect(embedded().thresholds).toEqual({ log: 1, certificateTransparency: 1, timestamp: 1 });
  });

  test("are GitHub's own too, which needs a time alone", () => {
    const [, github] = embeddedTrustedRoots();
    expect(github).toMatchObject({
      source: 'github',
      layer: 'builtin',
      // by this name its TUF repository hands it out
      id: '484cdfe1a7c65479c5ba2a22193d1be90f0020db1997de696ab207434c62fbb7',
      thresholds: { log: 0, certificateTransparency: 0, timestamp: 1 },
    });
  });

  test.each(embeddedTrustedRoots())('are the bytes that their fingerprint says: $source', async (root) => {
    expect(createHash('sha256').update(root.json, 'utf8').digest('hex')).toBe(root.id);
    expect(await parseTrustedRoots(root.json, origin)).toHaveLength(1);
  });

  test.each(embeddedInstances)('have a TUF root that a threshold of its own keys signed: $source', ({ name }) => {
    const root = Metadata.fromJSON(MetadataKind.Root, JSON.parse(tufStart(name)?.root ?? ''));
    expect(() => root.verifyDelegate(MetadataKind.Root, root)).not.toThrow();
    expect(root.signed.roles[MetadataKind.Root]?.threshold).toBeGreaterThanOrEqual(3);
    expect(Date.parse(root.signed.expires)).toBeGreaterThan(now.getTime());
  });

  test('are described with fingerprints and age', async () => {
    const described = await describeTrustedRoot(embedded(), now);
    expect(described).toMatchObject({ age: '93 days', sha256: embedded().id });
    expect(described.parts.map((part) => part.name)).toContain('https://rekor.sigstore.dev');
    for (const part of described.parts) expect(part.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(rootAge({ updated: null }, now)).toBeNull();
  });
});

describe('a file with a trusted root', () => {
  test('is read with its name, its layer and its fingerprint', async () => {
    const path = join(folder, 'private.json');
    writeFileSync(path, embedded().json);
    expect(await readTrustedRoot(path, 'user')).toMatchObject([
      { id: embedded().id, layer: 'user', source: 'private.json', thresholds: null },
    ]);
  });

  test('may hold several, one a line', async () => {
    const line = JSON.stringify(JSON.parse(embedded().json));
    const roots = await parseTrustedRoots(`${line}\n${line}\n`, origin);
    expect(roots.map((root) => root.source)).toEqual(['root.json (line 1)', 'root.json (line 2)']);
  });

  test.each([
    ['that is not JSON', 'not json', /cannot|not valid|Unexpected/],
    ['that is empty', '', /empty/],
    ['that is a list', '[]', /no JSON object/],
    ['of another type', altered((root) => (root['mediaType'] = 'text/plain')), /media type/],
    ['with nothing in it', '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}', /no authority/],
    ['with a log key that cannot be parsed', alteredLogKeys((key) => (key.rawBytes = 'AAAA')), /cannot be parsed/],
    ['with a log key that counts since ever', alteredLogKeys((key) => (key.validFor = {})), /validFor\.start/],
    [
      'with an authority without certificates',
      altered((root) => (root['certificateAuthorities'] = [{ uri: 'x' }])),
      /no certificate/,
    ],
  ])('%s is refused', async (_name, text, message) => {
    await expect(parseTrustedRoots(text, origin)).rejects.toMatchObject({
      code: 'trust.invalid',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
  });

  test('that does not exist is refused', async () => {
    await expect(readTrustedRoot(join(folder, 'none.json'), 'user')).rejects.toMatchObject({ code: 'trust.invalid' });
  });
});

describe('the cache', () => {
  // what comes with the program needs none
  const noProof = { roots: [], targets: '' };
  const newer = (): TrustedRootSource => ({ ...embedded(), updated: '2026-11-01T00:00:00.000Z' });

  test('gives back what was kept, and the builtin layer prefers it when it is newer', async () => {
    await keepTrustedRoot(publicGoodInstance, folder, newer(), now.toISOString(), noProof);
    expect(readdirSync(folder)).toEqual(['public-good.json']);
    expect((await cachedTrustedRoot(publicGoodInstance, folder))?.root).toEqual(newer());
    expect(await builtinTrustedRoots(folder)).toEqual([newer(), ...embeddedTrustedRoots().slice(1)]);
    expect(await builtinTrustedRoots(null)).toEqual(embeddedTrustedRoots());
  });

  test('an older copy never replaces the embedded root', async () => {
    const older = { ...embedded(), updated: '2020-01-01T00:00:00.000Z' };
    await keepTrustedRoot(publicGoodInstance, folder, older, now.toISOString(), noProof);
    expect(await builtinTrustedRoots(folder)).toEqual(embeddedTrustedRoots());
  });

  test('a pipe is a cache miss', async () => {
    silentPipe(join(folder, 'public-good.json'));
    expect(await cachedTrustedRoot(publicGoodInstance, folder)).toBeNull();
  });

  test.each([
    ['half written', (text: string) => text.slice(0, 100)],
    ['changed', (text: string) => text.replace('rekor.sigstore.dev', 'rekor.attacker.test')],
    ['of another version', (text: string) => text.replace('"version":2', '"version":1')],
  ])('%s is a cache miss', async (_name, damage) => {
    await keepTrustedRoot(publicGoodInstance, folder, newer(), now.toISOString(), noProof);
    const path = join(folder, 'public-good.json');
    writeFileSync(path, damage(readFileSync(path, 'utf8')));
    expect(await cachedTrustedRoot(publicGoodInstance, folder)).toBeNull();
    expect(await builtinTrustedRoots(folder)).toEqual(embeddedTrustedRoots());
  });
});
