import { describe, expect, it } from 'vitest';
import { bounds } from '../../../../src/oci/transport/bounds.ts';
import { nameAt, newClient, resolve, startRegistry, temporaryFolder } from '../harness.ts';
import { type Intercept, sha256 } from '../memory-registry.ts';

/** Answers the requests whose path holds `part` in the registry's place. */
const when =
  (part: string, answer: Intercept): Intercept =>
  (request, response) =>
    (request.url ?? '').includes(part) && answer(request, response);

describe('bytes that are not what was asked for', () => {
  it('are refused for a digest that is written', async () => {
    const registry = await startRegistry();
    const [right, wrong] = [registry.image('a', '1'), registry.image('b', '1')];
    const bytes = registry.manifests.get(`b ${wrong.digest}`)?.bytes;
    registry.intercept = when('/manifests/', (_request, response) => {
      response.end(bytes);
      return true;
    });
    const attempt = resolve(newClient(), nameAt(registry, `a@${right.digest}`));
    await expect(attempt).rejects.toMatchObject({
      code: 'registry.untrustworthy',
      message: expect.stringContaining(wrong.digest),
    });
  });

  it.each([
    ['another digest', sha256('else')],
    ['no digest', 'sha256:123'],
  ])('are refused where the header of a tag names %s', async (_what, header) => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const bytes = registry.manifests.get(`a ${image.digest}`)?.bytes;
    registry.intercept = when('/manifests/', (_request, response) => {
      response.setHeader('docker-content-digest', header);
      response.end(bytes);
      return true;
    });
    const attempt = resolve(newClient(), nameAt(registry, 'a:1'));
    await expect(attempt).rejects.toMatchObject({ code: 'registry.untrustworthy' });
  });

  it('are refused where the header beside the right bytes names another digest', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const bytes = registry.manifests.get(`a ${image.digest}`)?.bytes;
    registry.intercept = when('/manifests/', (_request, response) => {
      response.setHeader('docker-content-digest', sha256('else'));
      response.end(bytes);
      return true;
    });
    const attempt = resolve(newClient(), nameAt(registry, `a@${image.digest}`));
    await expect(attempt).rejects.toMatchObject({ code: 'registry.untrustworthy' });
  });

  it('are refused where a child has another size than its index says', async () => {
    const registry = await startRegistry();
    const image = registry.image('a');
    registry.index('a', [{ ...image, size: image.size + 1, platform: { os: 'linux', architecture: 'amd64' } }], '1');
    const attempt = resolve(newClient(), nameAt(registry, 'a:1'), 'linux/amd64');
    await expect(attempt).rejects.toMatchObject({
      code: 'registry.untrustworthy',
      message: expect.stringMatching(/its descriptor says/),
    });
  });

  it('are refused where a child is an index and is listed as a manifest', async () => {
    const registry = await startRegistry();
    const inner = registry.index('a', []);
    const entry = {
      ...inner,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      platform: { os: 'linux', architecture: 'amd64' },
    };
    registry.index('a', [entry], '1');
    const attempt = resolve(newClient(), nameAt(registry, 'a:1'), 'linux/amd64');
    await expect(attempt).rejects.toMatchObject({ code: 'registry.untrustworthy' });
  });

  it('are refused where a configuration was swapped', async () => {
    const registry = await startRegistry();
    registry.image('a', '1', { config: { OnBuild: ['RUN x'] } });
    for (const digest of registry.blobs.keys()) registry.blobs.set(digest, Buffer.from('{"config":{}}'));
    const attempt = resolve(newClient(), nameAt(registry, 'a:1'), 'linux/amd64');
    await expect(attempt).rejects.toMatchObject({ code: 'registry.untrustworthy' });
  });
});

describe('an answer without end', () => {
  it('is cut off at 4 MiB for a manifest (GHSA-vfp6-jrw2-99g9)', async () => {
    const registry = await startRegistry();
    let sent = 0;
    registry.intercept = when('/manifests/', (_request, response) => {
      const more = (): void => {
        sent += 65_536;
        if (!response.destroyed && sent < 100 * bounds.manifest)
          response.write(Buffer.alloc(65_536, 32), () => setImmediate(more));
      };
      more();
      return true;
    });
    const attempt = resolve(newClient(), nameAt(registry, 'a:1'));
    await expect(attempt).rejects.toMatchObject({
      code: 'registry.untrustworthy',
      message: expect.stringMatching(/more than the 4194304 bytes/),
    });
    expect(sent).toBeLessThan(4 * bounds.manifest);
  });

  it('is not begun where its length is known', async () => {
    const registry = await startRegistry();
    registry.intercept = when('/manifests/', (_request, response) => {
      response.setHeader('content-length', bounds.manifest + 1);
      response.flushHeaders();
      return true;
    });
    const attempt = resolve(newClient(), nameAt(registry, 'a:1'));
    await expect(attempt).rejects.toMatchObject({ code: 'registry.untrustworthy' });
  });

  it('is allowed up to the bound', async () => {
    const registry = await startRegistry();
    const base = { schemaVersion: 2, manifests: [], annotations: { x: '' } };
    base.annotations.x = ' '.repeat(bounds.manifest - JSON.stringify(base).length);
    registry.put('a', base, '1');
    await expect(resolve(newClient(), nameAt(registry, 'a:1'))).resolves.toMatchObject({
      root: { size: bounds.manifest },
    });
  });

  const drip: Intercept = when('/manifests/', (_request, response) => {
    const timer = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(timer));
    return true;
  });

  it('is ended by the time limit of one request, however it drips', async () => {
    const registry = await startRegistry();
    registry.intercept = drip;
    const before = performance.now();
    const attempt = resolve(newClient({ requestTimeout: 200 }), nameAt(registry, 'a:1'));
    await expect(attempt).rejects.toMatchObject({
      code: 'registry.unreachable',
      message: expect.stringMatching(/in time/),
    });
    expect(performance.now() - before).toBeLessThan(2000);
  });

  it('is ended by the time limit of the run', async () => {
    const registry = await startRegistry();
    registry.intercept = drip;
    await expect(resolve(newClient({ timeout: 200 }), nameAt(registry, 'a:1'))).rejects.toMatchObject({
      code: 'timeout',
    });
  });

  it('is ended by the person', async () => {
    const registry = await startRegistry();
    registry.intercept = drip;
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const attempt = resolve(newClient({ signal: controller.signal }), nameAt(registry, 'a:1'));
    await expect(attempt).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a registry that fails now and then', () => {
  const failing = (times: number, fail: Intercept): Intercept => {
    let left = times;
    return (request, response) => left-- > 0 && fail(request, response);
  };
  const reset: Intercept = (request) => {
    request.socket.destroy();
    return true;
  };
  const unavailable: Intercept = (_request, response) => {
    response.writeHead(503).end();
    return true;
  };

  it.each([
    ['closes the connection', reset],
    ['says 503', unavailable],
  ])('is asked again where it %s', async (_what, fail) => {
    const registry = await startRegistry();
    registry.image('a', '1');
    registry.intercept = failing(2, fail);
    await expect(resolve(newClient(), nameAt(registry, 'a:1'))).resolves.toBeDefined();
  });

  it('is not asked for ever', async () => {
    const registry = await startRegistry();
    registry.intercept = unavailable;
    await expect(resolve(newClient(), nameAt(registry, 'a:1'))).rejects.toMatchObject({ code: 'registry.failed' });
    expect(registry.log.length).toBeLessThanOrEqual(4);
  });

  it('is waited for as long as it asks', async () => {
    const registry = await startRegistry();
    registry.image('a', '1');
    registry.intercept = failing(2, (_request, response) => {
      response.writeHead(429, { 'retry-after': '1' }).end();
      return true;
    });
    const before = performance.now();
    await expect(resolve(newClient(), nameAt(registry, 'a:1'))).resolves.toBeDefined();
    expect(performance.now() - before).toBeGreaterThan(900);
  });

  it('is not waited for as long as it likes', async () => {
    const registry = await startRegistry();
    registry.intercept = (_request, response) => {
      response.writeHead(429, { 'retry-after': '31' }).end();
      return true;
    };
    const attempt = resolve(newClient({ timeout: 100_000 }), nameAt(registry, 'a:1'));
    await expect(attempt).rejects.toMatchObject({ code: 'registry.rate-limited' });
  });

  it('is not waited for beyond the time of the run', async () => {
    const registry = await startRegistry();
    registry.intercept = (_request, response) => {
      response.writeHead(429, { 'retry-after': '20' }).end();
      return true;
    };
    const before = performance.now();
    const attempt = resolve(newClient({ timeout: 5000 }), nameAt(registry, 'a:1'));
    await expect(attempt).rejects.toMatchObject({ code: 'registry.rate-limited' });
    expect(performance.now() - before).toBeLessThan(2000);
  });
});

describe('a tag whose manifest is kept', () => {
  it.each(['image', 'signature'] as const)('is asked for by HEAD alone, as %s', async (use) => {
    const registry = await startRegistry();
    registry.image('a', '1');
    const cacheFolder = await temporaryFolder();
    const place = { registry: registry.host, repository: 'a' };
    const first = newClient({ cacheFolder });
    const kept = await first.tagged(place, '1', use);
    await first.close();
    registry.log.length = 0;
    const second = newClient({ cacheFolder });
    expect((await second.tagged(place, '1', use)).descriptor).toEqual(kept.descriptor);
    await second.close();
    expect(registry.paths).toEqual(['HEAD /v2/a/manifests/1']);
    const { digest } = registry.image('a', '1', { config: { moved: true } });
    expect((await newClient({ cacheFolder }).tagged(place, '1', use)).descriptor.digest).toBe(digest);
    registry.manifests.delete('a 1');
    await expect(newClient({ cacheFolder }).tagged(place, '1', use)).rejects.toMatchObject({
      code: 'registry.not-found',
    });
  });

  it.each([403, 405])('is got where HEAD is answered with %i', async (status) => {
    const registry = await startRegistry();
    const { digest } = registry.image('a', '1');
    const cacheFolder = await temporaryFolder();
    const place = { registry: registry.host, repository: 'a' };
    const first = newClient({ cacheFolder });
    await first.tagged(place, '1', 'signature');
    await first.close();
    registry.intercept = ({ method }, response) => {
      if (method === 'HEAD') response.writeHead(status).end();
      return method === 'HEAD';
    };
    expect((await newClient({ cacheFolder }).tagged(place, '1', 'signature')).descriptor.digest).toBe(digest);
  });
});

describe('without a network', () => {
  it('what a digest names comes from the cache, and nothing is asked for', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const cacheFolder = await temporaryFolder();
    const online = newClient({ cacheFolder });
    await resolve(online, nameAt(registry, 'a:1'), 'linux/amd64');
    await online.close();
    registry.log.length = 0;
    const name = nameAt(registry, `a:1@${image.digest}`);
    const offline = () => newClient({ cacheFolder, offline: true });
    await expect(resolve(offline(), name, 'linux/amd64')).resolves.toMatchObject({ source: 'written' });
    const unknown = resolve(offline(), nameAt(registry, `a@${sha256('x')}`));
    await expect(unknown).rejects.toMatchObject({ code: 'registry.offline' });
    await expect(resolve(offline(), nameAt(registry, 'a:2'))).rejects.toMatchObject({ code: 'registry.offline' });
    expect(registry.log).toEqual([]);
  });
});

describe('with --refresh', () => {
  it('nothing that is kept is used', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const cacheFolder = await temporaryFolder();
    const first = newClient({ cacheFolder });
    await resolve(first, nameAt(registry, 'a:1'));
    await first.close();
    registry.log.length = 0;
    await resolve(newClient({ cacheFolder, refresh: true }), nameAt(registry, `a@${image.digest}`));
    expect(registry.paths).toEqual([`GET /v2/a/manifests/${image.digest}`]);
  });
});
