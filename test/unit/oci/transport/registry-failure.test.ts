import { describe, expect, it } from 'vitest';
import { registryFailure } from '../../../../src/oci/transport/registry-failure.ts';
import { nameAt, newClient, resolve, startRegistry } from '../harness.ts';

describe('an answer', () => {
  it('that is compressed was not asked for', async () => {
    const registry = await startRegistry();
    registry.intercept = (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
      return true;
    };
    await expect(resolve(newClient(), nameAt(registry, 'a:1'))).rejects.toMatchObject({
      message: expect.stringMatching(/compresses/),
    });
    expect(registry.log[0]?.headers['accept-encoding']).toBe('identity');
  });

  it.each([
    [401, 'registry.unauthorized'],
    [403, 'registry.unauthorized'],
    [404, 'registry.not-found'],
    [500, 'registry.failed'],
    [418, 'registry.failed'],
  ])('of %i is %s', async (status, code) => {
    const registry = await startRegistry();
    registry.image('a', '1');
    registry.intercept = (_request, response) => {
      response.statusCode = status;
      response.end('<html>\u001b[31m');
      return true;
    };
    await expect(resolve(newClient(), nameAt(registry, 'a:1'))).rejects.toMatchObject({ code });
  });

  it.each([
    ['{', /not JSON/],
    ['[]', /not an object/],
    ['{"schemaVersion":2}', /config/],
    ['{"schemaVersion":2,"manifests":[],"layers":[]}', /index and as a manifest/],
    ['{"schemaVersion":2,"manifests":[],"Manifests":[]}', /could be read as manifests/],
    [
      '{"schemaVersion":2,"manifests":[],"mediaType":"application/vnd.oci.image.manifest.v1+json"}',
      /media type says manifest/,
    ],
    ['{"schemaVersion":2,"manifests":[{"mediaType":"x","digest":"sha256:1","size":1}]}', /not a digest/],
    ['{"schemaVersion":2,"mediaType":"text/html","manifests":[]}', /media type is text\/html/],
  ])('of %s is no manifest', async (body, message) => {
    const registry = await startRegistry();
    registry.intercept = (_request, response) => {
      response.end(body);
      return true;
    };
    const attempt = resolve(newClient(), nameAt(registry, 'a:1'));
    await expect(attempt).rejects.toMatchObject({
      code: 'registry.untrustworthy',
      message: expect.stringMatching(message),
    });
  });
});

describe('the error of an answer', () => {
  const answer = (status: number, host: string, headers = {}) => ({
    status,
    headers,
    body: Buffer.from('{"errors":[{"code":"TOOMANYREQUESTS"}]}'),
    url: new URL(`https://${host}/v2/a/manifests/1`),
  });

  it.each([
    [429, true, 'registry.rate-limited'],
    [500, true, 'registry.failed'],
    [503, true, 'registry.failed'],
    [401, false, 'registry.unauthorized'],
    [403, false, 'registry.unauthorized'],
    [404, false, 'registry.not-found'],
    [418, false, 'registry.failed'],
  ])('of %i says whether it may pass (%s)', (status, passing, code) => {
    for (const host of ['registry.example.com', 'elsewhere.example.com']) {
      const failure = registryFailure(answer(status, host), 'a:1', 'registry.example.com');
      const advises = /again|wait/.test(failure.hint ?? '');
      expect([failure.passing, failure.code, advises]).toEqual([passing, code, passing]);
    }
  });

  it('names the host that gave it, whose accounts are not the registry’s', () => {
    const failure = registryFailure(answer(429, 'site.example.com'), 'a:1', 'ghcr.io');
    expect(failure.message).toBe(
      'site.example.com, to which ghcr.io leads, answers 429 TOOMANYREQUESTS when asked for a:1',
    );
    expect(failure.hint).not.toContain('docker login');
  });

  it.each(['docker.io', 'index.docker.io'])(
    'names the limit of Docker Hub (%s) and the login that raises it',
    (registry) => {
      const limited = answer(429, 'registry-1.docker.io', { 'ratelimit-limit': '10;w=3600' });
      const failure = registryFailure(limited, 'a:1', registry);
      expect(failure.message).toMatch(/Docker Hub .*429 TOOMANYREQUESTS.*limit on pulls is reached: 10 in 60 minutes/);
      expect(failure.hint).toContain('"docker login"');
    },
  );

  it.each(['many;w=few', '10', '10;w=', `${'9'.repeat(400)};w=1`])(
    'takes nothing from a limit written as %.20s',
    (limit) => {
      const limited = answer(429, 'registry.example.com', { 'ratelimit-limit': limit });
      expect(registryFailure(limited, 'a:1', 'registry.example.com').message).toMatch(/\(429 TOOMANYREQUESTS\)$/);
    },
  );
});
