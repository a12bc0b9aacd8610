import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { revocationSource } from '../../../../src/gate/session/revocation-source.ts';
import { cacheFolder, type Session } from '../../../../src/gate/session/session.ts';
import { defaultOwnOptions, type OwnOptions } from '../../../../src/model/index.ts';
import type { PolicySet } from '../../../../src/policy/index.ts';
import type { RevocationSource } from '../../../../src/signature/index.ts';
import { MemoryRegistry } from '../../oci/memory-registry.ts';
import { environmentIn, folderOf } from '../../policy/support/policies.ts';

let server: MemoryRegistry;
let folder: string;
let status: number;

beforeEach(async () => {
  server = await new MemoryRegistry().start();
  folder = await folderOf({});
  status = 200;
  server.intercept = (_, response) => {
    response.writeHead(status).end(`answer ${server.log.length}`);
    return true;
  };
});
afterEach(() => server.stop());

const sessionWith = (own: Partial<OwnOptions>): Session => ({
  environment: environmentIn(folder),
  own: { ...defaultOwnOptions, timeout: 10_000, ...own },
  version: '0',
  executable: '/docker-verify',
  now: () => new Date(),
  progress: () => undefined,
  warn: () => undefined,
  onKeyless: () => undefined,
  signal: new AbortController().signal,
});

function sourceWith(own: Partial<OwnOptions> = {}): RevocationSource {
  const source = revocationSource(sessionWith(own), { revocable: ['ca'] } as unknown as PolicySet); // what of it is asked
  if (source === null) throw new Error('nothing is looked up');
  return source;
}

const asked = async (source: RevocationSource, path = 'one.crl'): Promise<string> =>
  Buffer.from(await source.fetch({ url: `http://${server.host}/${path}`, limit: 1_000 })).toString();

describe('where certificates are looked up that may have been revoked', () => {
  it('is nowhere where no policy asks', () => {
    expect(revocationSource(sessionWith({}), { revocable: [] } as unknown as PolicySet)).toBeNull();
  });

  it('asks each address once in a run, and for an hour not again', async () => {
    const source = sourceWith();
    expect(source.authorities).toEqual(new Set(['ca']));
    expect(await Promise.all([asked(source), asked(source)])).toEqual(['answer 1', 'answer 1']);
    expect(await asked(sourceWith())).toBe('answer 1');
    expect(await asked(sourceWith(), 'two.crl')).toBe('answer 2');
    expect(server.log).toHaveLength(2);
  });

  it('asks again when that was long ago, and when a refresh is asked for', async () => {
    await asked(sourceWith());
    expect(await asked(sourceWith({ refresh: true }))).toBe('answer 2');
    const place = join(cacheFolder(sessionWith({})), 'revocation');
    for (const name of await readdir(place)) {
      const old = new Date(Date.now() - 2 * 3_600_000);
      // oxlint-disable-next-line no-await-in-loop -- one file
      await utimes(join(place, name), old, old);
    }
    expect(await asked(sourceWith({ offline: true }))).toBe('answer 2'); // its reader checks until when it holds
    expect(await asked(sourceWith())).toBe('answer 3');
  });

  it('asks nothing offline, and keeps no answer that is none', async () => {
    await expect(asked(sourceWith({ offline: true }))).rejects.toMatchObject({ code: 'registry.offline' });
    expect(server.log).toEqual([]);
    status = 503;
    await expect(asked(sourceWith())).rejects.toThrow(/503|answer/);
    status = 200;
    expect(await asked(sourceWith())).toMatch(/^answer /);
  });
});
