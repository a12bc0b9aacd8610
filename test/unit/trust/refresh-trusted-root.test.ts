import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { keepTrustedRoot } from '../../../src/trust/cached-root.ts';
import { tufStart } from '../../../src/trust/embedded-tuf-roots.ts';
import {
  builtinTrustedRoots,
  cachedTrustedRoot,
  embeddedTrustedRoots,
  githubInstance,
  parseTrustedRoots,
  publicGoodInstance,
} from '../../../src/trust/index.ts';
import { provenTufRoot } from '../../../src/trust/root-proof.ts';
import { temporaryFolder } from '../oci/harness.ts';
import { edition, embedded, now, RefreshBed } from './refresh-bed.ts';
import { newTufKey, TufRepository } from './tuf-repository.ts';

const noProof = { roots: [], targets: '' };

let bed: RefreshBed;
beforeEach(async () => {
  bed = await RefreshBed.start();
});

describe('a refresh', () => {
  test('fetches the root that the repository signs for, keeps it, and it is the one in use from then on', async () => {
    expect(await bed.refresh()).toMatchObject({ status: 'refreshed', error: null, root: { json: edition(1) } });
    expect(await bed.inUse()).toBe(edition(1));
    const [github] = (await builtinTrustedRoots(bed.directory)).filter(({ source }) => source === 'github');
    expect(github).toEqual(embeddedTrustedRoots()[1]);
  });

  test('says whether anything is new', async () => {
    await bed.refresh();
    const later = new Date(now.getTime() + 8 * 86_400_000);
    expect(await bed.refresh({ now: later })).toMatchObject({ status: 'unchanged' });
    bed.repository.publish(edition(2));
    expect(await bed.refresh({ maxAgeDays: 0 })).toMatchObject({ status: 'refreshed', root: { json: edition(2) } });
    expect(await bed.inUse()).toBe(edition(2));
  });

  test('leaves alone what was confirmed lately, and asks again once its age says so', async () => {
    await bed.refresh();
    bed.repository.requests.length = 0;
    expect(await bed.refresh({ now: new Date(now.getTime() + 6 * 86_400_000) })).toMatchObject({ status: 'fresh' });
    expect(bed.repository.requests).toEqual([]);
    expect(await bed.refresh({ now: new Date(now.getTime() + 7 * 86_400_000) })).toMatchObject({ status: 'unchanged' });
    expect(bed.repository.requests).toContain('timestamp.json');
  });

  test('reaches no network when offline', async () => {
    expect(await bed.refresh({ offline: true })).toEqual({ status: 'offline', root: null, error: null });
    expect(bed.repository.requests).toEqual([]);
  });

  test('follows the keys of the TUF root from one version to the next', async () => {
    bed.repository.rotate([newTufKey(), newTufKey()]);
    bed.repository.rotate([newTufKey()]);
    bed.repository.publish(edition(2));
    expect(await bed.refresh()).toMatchObject({ status: 'refreshed', root: { json: edition(2) } });
    // the state remembers how far it came: what is signed by the first keys alone is no root any more
    bed.repository.requests.length = 0;
    await bed.refresh({ maxAgeDays: 0 });
    expect(bed.repository.requests).not.toContain('2.root.json');
    expect(bed.repository.requests).toContain('4.root.json');
  });

  test('starts from the root that comes with the program where that is newer than what is kept', async () => {
    await bed.refresh();
    bed.repository.rotate([newTufKey()]);
    bed.repository.requests.length = 0;
    await bed.refresh({ tufRoot: bed.repository.root(2), maxAgeDays: 0 });
    expect(bed.repository.requests).not.toContain('2.root.json');
  });

  test.each(['half', '{"signed": {}}', ''])('begins anew where the state is damaged: %j', async (damage) => {
    await bed.refresh();
    const state = join(bed.directory, 'tuf-public-good');
    for (const name of readdirSync(state)) if (name.endsWith('.json')) writeFileSync(join(state, name), damage);
    bed.repository.publish(edition(2));
    expect(await bed.refresh({ maxAgeDays: 0 })).toMatchObject({ status: 'refreshed', root: { json: edition(2) } });
  });

  test('does not believe a target in its state that was changed', async () => {
    await bed.refresh();
    const targets = join(bed.directory, 'tuf-public-good', 'targets');
    const [name = ''] = readdirSync(targets);
    writeFileSync(join(targets, name), edition(7));
    expect(await bed.refresh({ maxAgeDays: 0 })).toMatchObject({ status: 'unchanged', root: { json: edition(1) } });
  });

  test('writes nothing outside of its folder', async () => {
    const elsewhere = join(await temporaryFolder(), 'tmp');
    mkdirSync(elsewhere);
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = elsewhere;
    try {
      await bed.refresh();
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(readdirSync(bed.directory).sort()).toEqual(['public-good.json', 'tuf-public-good']);
    expect(readdirSync(join(bed.directory, 'tuf-public-good')).sort()).toEqual([
      'root.json',
      'snapshot.json',
      'targets',
      'targets.json',
      'timestamp.json',
    ]);
  });
});

describe('what a refresh has kept', () => {
  test('is used of each instance on its own', async () => {
    const github = embeddedTrustedRoots().find(({ source }) => source === 'github');
    if (github === undefined) throw new Error('no root of GitHub is embedded');
    const newer = { ...github, updated: '2026-11-01T00:00:00.000Z' };
    await keepTrustedRoot(githubInstance, bed.directory, newer, now.toISOString(), noProof);
    expect(await builtinTrustedRoots(bed.directory)).toEqual([embedded(), newer]);
    expect(await cachedTrustedRoot(publicGoodInstance, bed.directory)).toBeNull();
  });

  test('does not take the place of an embedded root that is newer', async () => {
    await bed.refresh({ now: new Date('2026-01-01T00:00:00Z') });
    expect((await cachedTrustedRoot(publicGoodInstance, bed.directory, bed.firstRoot))?.root.json).toBe(edition(1));
    expect(await builtinTrustedRoots(bed.directory)).toEqual(embeddedTrustedRoots());
  });

  test('does not take the place of a newer one by what the repository handed out earlier', async () => {
    // genuine, signed by the keys that count still, and good for ten years (sigstore/root-signing 0375aad3)
    const fixtures = new URL('../../fixtures/trust/', import.meta.url);
    const json = readFileSync(new URL('12.trusted_root.json', fixtures), 'utf8');
    const targets = readFileSync(new URL('12.targets.json', fixtures), 'utf8');
    const { version, expires } = JSON.parse(targets).signed;
    expect(Date.parse(expires)).toBeGreaterThan(now.getTime());
    const [root] = await parseTrustedRoots(json, {
      layer: 'builtin',
      source: embedded().source,
      updated: now.toISOString(),
    });
    if (root === undefined) throw new Error('no root');
    await keepTrustedRoot(publicGoodInstance, bed.directory, root, now.toISOString(), { roots: [], targets });
    expect(await cachedTrustedRoot(publicGoodInstance, bed.directory)).toBeNull();
    expect(await builtinTrustedRoots(bed.directory)).toEqual(embeddedTrustedRoots());
    // with nothing known from the outset it is proven
    const { root: tufRoot } = tufStart(publicGoodInstance.name) ?? { root: '' };
    expect(await cachedTrustedRoot(publicGoodInstance, bed.directory, tufRoot)).toMatchObject({ root: { json } });
    expect(() => provenTufRoot({ roots: [], targets }, json, { root: tufRoot, targets: version })).not.toThrow();
    expect(() => provenTufRoot({ roots: [], targets }, json, { root: tufRoot, targets: version + 1 })).toThrow(
      /version 12 of its targets is older than version 13/,
    );
  });

  test('is proven on every reading, over all roots in between', async () => {
    bed.repository.rotate([newTufKey()]);
    await bed.refresh();
    bed.repository.rotate([newTufKey()]);
    await bed.refresh({ maxAgeDays: 0 });
    expect(await bed.inUse()).toBe(edition(1));
    // the next release comes with a later TUF root
    const next = { 'public-good': bed.repository.root(2) };
    expect((await builtinTrustedRoots(bed.directory, next))[0]?.json).toBe(edition(1));
  });

  describe('by somebody who can write to the cache', () => {
    interface Kept {
      sha256: string;
      json: string;
      proof: { roots: string[]; targets: string };
    }
    const forged = edition(666);
    const forger = new TufRepository(forged);
    const targetsOf = (repository: TufRepository): string => repository.files.get('1.targets.json')?.toString() ?? '';
    const forgeries: readonly (readonly [string, (kept: Kept) => void])[] = [
      ['with the proof of another trusted root', () => undefined],
      ['without a proof', (kept) => delete (kept as Partial<Kept>).proof],
      ['with an empty proof', (kept) => Object.assign(kept, { proof: noProof })],
      ['with targets of another repository', (kept) => Object.assign(kept.proof, { targets: targetsOf(forger) })],
      [
        'with targets and a root of another repository',
        ({ proof }) => Object.assign(proof, { targets: targetsOf(forger), roots: [...proof.roots, forger.root(1)] }),
      ],
      [
        'with a next root that only its own keys have signed',
        ({ proof }) => {
          forger.rotate([newTufKey()], true);
          Object.assign(proof, { targets: targetsOf(forger), roots: [forger.root(2)] });
        },
      ],
    ];

    test.each(forgeries)('is not believed %s', async (_name, forge) => {
      await bed.refresh();
      const path = join(bed.directory, 'public-good.json');
      const kept: Kept = JSON.parse(readFileSync(path, 'utf8'));
      Object.assign(kept, { json: forged, sha256: createHash('sha256').update(forged).digest('hex') });
      forge(kept);
      writeFileSync(path, JSON.stringify(kept));
      expect(await cachedTrustedRoot(publicGoodInstance, bed.directory, bed.firstRoot)).toBeNull();
      expect(await bed.inUse()).toBe(embedded().json);
      // and the next refresh does not begin with it
      expect(await bed.refresh()).toMatchObject({ status: 'refreshed', root: { json: edition(1) } });
    });

    test('would be believed if it were proven: the forgeries differ in nothing else', async () => {
      await bed.refresh();
      const path = join(bed.directory, 'public-good.json');
      const kept: Kept = JSON.parse(readFileSync(path, 'utf8'));
      const proof = { roots: [], targets: targetsOf(forger) };
      const sha256 = createHash('sha256').update(forged).digest('hex');
      writeFileSync(path, JSON.stringify({ ...kept, json: forged, sha256, proof }));
      const found = await cachedTrustedRoot(publicGoodInstance, bed.directory, forger.root(1));
      expect(found?.root.json).toBe(forged);
    });

    test('a state that begins with a root of his is begun anew', async () => {
      await bed.refresh();
      writeFileSync(join(bed.directory, 'tuf-public-good', 'root.json'), forger.root(1));
      bed.repository.publish(edition(2));
      expect(await bed.refresh({ maxAgeDays: 0 })).toMatchObject({ status: 'refreshed', root: { json: edition(2) } });
    });
  });

  test('is left for the embedded root where it is damaged', async () => {
    await bed.refresh();
    const path = join(bed.directory, 'public-good.json');
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, -20));
    expect(await builtinTrustedRoots(bed.directory)).toEqual(embeddedTrustedRoots());
  });
});
