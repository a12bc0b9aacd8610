import { describe, expect, it } from 'vitest';
import { nameAt, newClient, resolve, startRegistry } from './harness.ts';

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
