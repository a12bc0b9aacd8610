import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TrustedRootSource } from '../../../src/model/index.ts';
import { keepTrustedRoot } from '../../../src/trust/cached-root.ts';
import {
  builtinTrustedRoots,
  cachedTrustedRoot,
  describeTrustedRoot,
  embeddedTrustedRoots,
  githubInstance,
  parseTrustedRoots,
  publicGoodInstance,
  readTrustedRoot,
  refreshTrustedRoot,
  rootAge,
} from '../../../src/trust/index.ts';

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
    ['with a log key that nobody can parse', alteredLogKeys((key) => (key.rawBytes = 'AAAA')), /cannot be parsed/],
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
  const newer = (): TrustedRootSource => ({ ...embedded(), updated: '2026-11-01T00:00:00.000Z' });

  test('gives back what was kept, and the builtin layer prefers it when it is newer', async () => {
    await keepTrustedRoot(publicGoodInstance, folder, newer(), now.toISOString());
    expect(readdirSync(folder)).toEqual(['public-good.json']);
    expect((await cachedTrustedRoot(publicGoodInstance, folder))?.root).toEqual(newer());
    expect(await builtinTrustedRoots(folder)).toEqual([newer()]);
    expect(await builtinTrustedRoots(null)).toEqual(embeddedTrustedRoots());
  });

  test('an older copy never replaces the embedded root', async () => {
    const older = { ...embedded(), updated: '2020-01-01T00:00:00.000Z' };
    await keepTrustedRoot(publicGoodInstance, folder, older, now.toISOString());
    expect(await builtinTrustedRoots(folder)).toEqual(embeddedTrustedRoots());
  });

  test.each([
    ['half written', (text: string) => text.slice(0, 100)],
    ['changed', (text: string) => text.replace('rekor.sigstore.dev', 'rekor.attacker.test')],
    ['of another version', (text: string) => text.replace('"version":1', '"version":2')],
  ])('%s is a cache miss', async (_name, damage) => {
    await keepTrustedRoot(publicGoodInstance, folder, newer(), now.toISOString());
    const path = join(folder, 'public-good.json');
    writeFileSync(path, damage(readFileSync(path, 'utf8')));
    expect(await cachedTrustedRoot(publicGoodInstance, folder)).toBeNull();
    expect(await builtinTrustedRoots(folder)).toEqual(embeddedTrustedRoots());
  });
});

describe('a refresh', () => {
  async function counted(run: (mirror: string) => Promise<void>): Promise<number> {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests += 1;
      response.writeHead(500).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    return requests;
  }

  const request = (mirror: string) => {
    const tufRoot = join(folder, 'tuf-root.json');
    const seeds = JSON.parse(
      readFileSync(new URL('../../../node_modules/@sigstore/tuf/seeds.json', import.meta.url), 'utf8'),
    ) as Record<string, { 'root.json': string }>;
    writeFileSync(tufRoot, Buffer.from(seeds[publicGoodInstance.mirror]?.['root.json'] ?? '', 'base64'));
    const instance = { ...publicGoodInstance, mirror, tufRoot };
    return { instance, directory: join(folder, 'cache'), offline: false, now, maxAgeDays: 7, timeout: 1000 };
  };

  test('reaches no network when offline', async () => {
    const requests = await counted(async (mirror) => {
      const outcome = await refreshTrustedRoot({ ...request(mirror), offline: true });
      expect(outcome).toEqual({ status: 'offline', root: null, error: null });
    });
    expect(requests).toBe(0);
  });

  test('leaves alone what was confirmed lately', async () => {
    const requests = await counted(async (mirror) => {
      const asked = request(mirror);
      await keepTrustedRoot(asked.instance, asked.directory, embedded(), '2026-11-20T00:00:00.000Z');
      expect(await refreshTrustedRoot(asked)).toMatchObject({ status: 'fresh', root: { id: embedded().id } });
    });
    expect(requests).toBe(0);
  });

  test("of GitHub's instance starts from the TUF root that it is given, and needs no log then", async () => {
    const instance = githubInstance(join(folder, 'missing.json'));
    const outcome = await refreshTrustedRoot({ ...request('https://127.0.0.1:1'), instance });
    expect(outcome).toMatchObject({ status: 'failed', root: null, error: { code: 'trust.unavailable' } });
    expect(instance.thresholds).toEqual({ log: 0, certificateTransparency: 0, timestamp: 1 });
  });

  test('that fails says so, keeps the former root and leaves no half-made state', async () => {
    const requests = await counted(async (mirror) => {
      const asked = request(mirror);
      await keepTrustedRoot(asked.instance, asked.directory, embedded(), '2026-01-01T00:00:00.000Z');
      const outcome = await refreshTrustedRoot(asked);
      expect(outcome).toMatchObject({
        status: 'failed',
        root: { id: embedded().id },
        error: { code: 'trust.unavailable' },
      });
      expect(readdirSync(asked.directory)).toEqual(['public-good.json']);
    });
    expect(requests).toBeGreaterThan(0);
  });
});
