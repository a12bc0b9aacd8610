import type { RequestListener } from 'node:http';
import { beforeEach, describe, expect, test } from 'vitest';
import { embeddedInstances, publicGoodInstance } from '../../../src/trust/index.ts';
import { startInternet } from '../oci/internet.ts';
import { bareEnvironment } from '../oci/memory-registry.ts';
import { edition, expectRefused, RefreshBed, serve } from './refresh-bed.ts';
import { newTufKey, type TufRepository } from './tuf-repository.ts';

let bed: RefreshBed;
beforeEach(async () => {
  bed = await RefreshBed.start();
});

describe('a refresh refuses, and what was there before still counts:', () => {
  const untrusted = newTufKey();
  const past = '2020-01-01T00:00:00Z';
  const attacks: readonly [string, (repository: TufRepository) => void, RegExp][] = [
    ['a timestamp that has expired', (tuf) => tuf.publish(edition(9), { expires: { timestamp: past } }), /expired/],
    ['a snapshot that has expired', (tuf) => tuf.publish(edition(9), { expires: { snapshot: past } }), /expired/],
    ['targets that have expired', (tuf) => tuf.publish(edition(9), { expires: { targets: past } }), /expired/],
    ['a root that has expired', (tuf) => tuf.rotate([newTufKey()], false, past), /expired/],
    [
      'a timestamp by an untrusted key',
      (tuf) => tuf.publish(edition(9), { signedBy: { timestamp: untrusted } }),
      /sign/,
    ],
    ['a snapshot by an untrusted key', (tuf) => tuf.publish(edition(9), { signedBy: { snapshot: untrusted } }), /sign/],
    ['targets by an untrusted key', (tuf) => tuf.publish(edition(9), { signedBy: { targets: untrusted } }), /sign/],
    ['a root that the former one did not sign', (tuf) => tuf.rotate([newTufKey()], true), /sign/],
    [
      'other bytes than the signed ones',
      (tuf) => {
        tuf.publish(edition(9));
        for (const path of tuf.files.keys()) if (path.startsWith('targets/')) tuf.files.set(path, Buffer.from('{}'));
      },
      /length|hash/i,
    ],
    ['what is signed, but is no trusted root', (tuf) => tuf.publish('{"mediaType":"text/plain"}'), /media type/],
    [
      'a root that is larger than any may be',
      (tuf) => tuf.files.set('2.root.json', Buffer.alloc(600_000, ' ')),
      /more than the 512000 bytes/,
    ],
    [
      'a timestamp that is larger than any may be',
      (tuf) => tuf.files.set('timestamp.json', Buffer.alloc(20_000, ' ')),
      /more than the 16384 bytes/,
    ],
    [
      'a trusted root of more than 4 MiB',
      (tuf) => tuf.publish(edition(4 * 1024 * 1024)),
      /more than the 4194304 bytes/,
    ],
    ['metadata that is no JSON', (tuf) => tuf.files.set('timestamp.json', Buffer.from('<html>')), /JSON|Unexpected/],
    ['a repository without anything', (tuf) => tuf.files.clear(), /answered 404/],
  ];

  test.each(attacks)('%s', async (_name, attack, reason) => {
    await bed.refresh();
    attack(bed.repository);
    const refused = await bed.refresh({ maxAgeDays: 0 });
    expectRefused(bed, refused, reason);
    // what has expired may be told so by a clock that is ahead, and nothing else may
    expect(refused.error?.hint?.includes('clock')).toBe(reason.source === 'expired');
    expect(await bed.inUse()).toBe(edition(1));
  });

  test('an older version of what was seen (rollback)', async () => {
    const older = new Map(bed.repository.files);
    bed.repository.publish(edition(2));
    await bed.refresh();
    for (const [path, bytes] of older) bed.repository.files.set(path, bytes);
    expectRefused(bed, await bed.refresh({ maxAgeDays: 0 }), /version 1 is less than current version 2/);
    expect(await bed.inUse()).toBe(edition(2));
  });

  test('the same older version again where nothing was seen before: it is the newest then', async () => {
    expect(await bed.refresh()).toMatchObject({ status: 'refreshed', root: { json: edition(1) } });
  });

  test('an instance without a TUF root to start from', async () => {
    const instance = { ...publicGoodInstance, name: 'private', mirror: bed.mirror };
    const outcome = await bed.refresh({ instance, tufRoot: undefined as never });
    expectRefused(bed, outcome, /no TUF root is known/);
    expect(bed.repository.requests).toEqual([]);
  });

  test.each([
    ['that answers with 500', (_request, response) => response.writeHead(500).end(), /answered 500/],
    ['that never answers', () => undefined, /time for verifying is over/],
    ['that leads in circles', (_request, response) => response.writeHead(302, { location: '/x' }).end(), /redirects/],
    [
      'that sends without end',
      (_request, response) => {
        response.writeHead(200);
        const write = (): void => void (response.write(Buffer.alloc(65_536)) ? setImmediate(write) : null);
        response.on('drain', write);
        write();
      },
      /more than the 512000 bytes/,
    ],
  ] satisfies readonly (readonly [string, RequestListener, RegExp])[])(
    'a server %s',
    async (_name, handler, reason) => {
      await bed.refresh();
      const mirror = await serve(handler);
      const outcome = await bed.refresh(
        { instance: { ...publicGoodInstance, mirror }, maxAgeDays: 0 },
        { timeout: 1_500 },
      );
      expectRefused(bed, outcome, reason);
      expect(await bed.inUse()).toBe(edition(1));
    },
  );
});

describe('the network of a refresh', () => {
  const host = 'tuf.example.test';

  test('is reached through the proxy, with the authorities of certs.d', async () => {
    const internet = await startInternet({ [host]: bed.repository.answer });
    const environment = { ...bareEnvironment(), variables: internet.variables };
    const instance = { ...publicGoodInstance, mirror: `https://${host}` };
    const outcome = await bed.refresh({ instance }, { environment, certificateFolders: [internet.certificates] });
    expect(outcome).toMatchObject({ status: 'refreshed', root: { json: edition(1) } });
    expect(new Set(internet.tunnels)).toEqual(new Set([`${host}:443`]));
    expect(internet.plain).toEqual([]);
  });

  test('is not believed where its certificate is unknown', async () => {
    const internet = await startInternet({ [host]: bed.repository.answer });
    const environment = { ...bareEnvironment(), variables: internet.variables };
    const outcome = await bed.refresh(
      { instance: { ...publicGoodInstance, mirror: `https://${host}` } },
      { environment },
    );
    expectRefused(bed, outcome, /certificate is not trusted/);
    expect(bed.repository.requests).toEqual([]);
  });

  test('goes around the proxy where NO_PROXY says so', async () => {
    const internet = await startInternet({ [host]: bed.repository.answer });
    const environment = { ...bareEnvironment(), variables: { ...internet.variables, NO_PROXY: '.example.test' } };
    const outcome = await bed.refresh(
      { instance: { ...publicGoodInstance, mirror: `https://${host}` } },
      { environment },
    );
    expectRefused(bed, outcome, /cannot be reached/);
    expect(internet.tunnels).toEqual([]);
  });

  test('is never plain HTTP but to loopback', async () => {
    const outcome = await bed.refresh({ instance: { ...publicGoodInstance, mirror: `http://${host}` } });
    expectRefused(bed, outcome, /not an https address/);
    expect(bed.repository.requests).toEqual([]);
  });

  test.each(embeddedInstances)('of $source starts from its embedded TUF root', async (instance) => {
    const { tufStart } = await import('../../../src/trust/embedded-tuf-roots.ts');
    const { version } = JSON.parse(tufStart(instance.name)?.root ?? '').signed;
    const asked: string[] = [];
    const fetchFile = (url: string): Promise<{ status: number; body: Buffer }> => {
      asked.push(url);
      return Promise.resolve({ status: 404, body: Buffer.alloc(0) });
    };
    const outcome = await bed.refresh({ instance, tufRoot: undefined as never, fetchFile });
    expect(asked).toEqual([`${instance.mirror}/${version + 1}.root.json`, `${instance.mirror}/timestamp.json`]);
    expectRefused(bed, outcome, /answered 404/);
  });
});
