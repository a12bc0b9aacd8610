import { describe, expect, it } from 'vitest';
import { parseCanonicalName } from '../../../../src/model/index.ts';
import { nameAt, newClient, resolve, startRegistry } from '../harness.ts';
import { startInternet } from '../internet.ts';
import { bareEnvironment, MemoryRegistry } from '../memory-registry.ts';

describe('a redirect', () => {
  it('is followed to another host, for bytes that are checked as ever', async () => {
    const [registry, storage] = [await startRegistry(), await startRegistry()];
    const image = registry.image('a', '1', { config: { OnBuild: ['RUN x'] } });
    for (const [digest, bytes] of registry.blobs) storage.blobs.set(digest, bytes);
    registry.intercept = (request, response) => {
      if (!request.url?.includes('/blobs/')) return false;
      response.writeHead(307, { location: `http://${storage.host}${request.url}` }).end();
      return true;
    };
    const resolved = await resolve(newClient(), nameAt(registry, 'a:1'), 'linux/amd64');
    expect(resolved.root.digest).toBe(image.digest);
    expect(storage.log).toHaveLength(1);
    for (const digest of storage.blobs.keys()) storage.blobs.set(digest, Buffer.from('{}'));
    const attempt = resolve(newClient(), nameAt(registry, 'a:1'), 'linux/amd64');
    await expect(attempt).rejects.toMatchObject({ code: 'registry.untrustworthy' });
  });

  it('is followed five times, and not six', async () => {
    const registry = await startRegistry();
    registry.image('a', '1');
    const hops = (most: number) => {
      let hop = 0;
      registry.intercept = (request, response) => {
        if (hop >= most) return false;
        hop += 1;
        response.writeHead(302, { location: `${request.url}?${hop}` }).end();
        return true;
      };
    };
    hops(5);
    await expect(resolve(newClient(), nameAt(registry, 'a:1'))).resolves.toBeDefined();
    hops(6);
    const attempt = resolve(newClient(), nameAt(registry, 'a:1'));
    await expect(attempt).rejects.toMatchObject({
      code: 'registry.untrustworthy',
      message: expect.stringMatching(/more than 5 times/),
    });
  });

  it.each([
    ['http://registry.example.com/elsewhere', /from HTTPS to plain HTTP/],
    ['http://127.0.0.1:9/', /from HTTPS to plain HTTP/],
    ['ftp://registry.example.com/', /to ftp:/],
    ['https://u:p@registry.example.com/', /with credentials/],
  ])('from HTTPS to %s is refused', async (location, message) => {
    const internet = await startInternet({
      'registry.example.com': (_request, response) => response.writeHead(302, { location }).end(),
    });
    const client = newClient({
      environment: bareEnvironment({ variables: internet.variables }),
      certificateFolders: [internet.certificates],
    });
    const attempt = resolve(client, parseCanonicalName('registry.example.com/a:1'));
    await expect(attempt).rejects.toMatchObject({
      code: 'registry.untrustworthy',
      message: expect.stringMatching(message),
    });
    expect(internet.plain).toEqual([]);
  });

  it('from this machine over plain HTTP to another is refused', async () => {
    const registry = await startRegistry();
    registry.intercept = (_request, response) => {
      response.writeHead(302, { location: 'http://example.com/' }).end();
      return true;
    };
    const attempt = resolve(newClient(), nameAt(registry, 'a:1'));
    await expect(attempt).rejects.toMatchObject({
      code: 'registry.untrustworthy',
      message: expect.stringMatching(/plain HTTP to another host/),
    });
  });

  it('takes a token along within the registry, and to no other host', async () => {
    const other = new MemoryRegistry();
    const registry = new MemoryRegistry();
    registry.intercept = (request, response) => {
      if (request.url?.startsWith('/token')) response.end('{"token":"t"}');
      else if (request.headers.authorization !== 'Bearer t') {
        response.writeHead(401, { 'www-authenticate': 'Bearer realm="https://registry.example.com/token"' }).end();
      } else if (request.url === '/v2/a/manifests/1') response.writeHead(302, { location: '/v2/b/manifests/1' }).end();
      else if (request.url === '/v2/b/manifests/1') {
        response.writeHead(302, { location: 'https://other.example.com/v2/a/manifests/1' }).end();
      } else return false;
      return true;
    };
    other.image('a', '1');
    const internet = await startInternet({
      'registry.example.com': (request, response) => registry.handle(request, response),
      'other.example.com': (request, response) => other.handle(request, response),
    });
    const client = newClient({
      environment: bareEnvironment({ variables: internet.variables }),
      certificateFolders: [internet.certificates],
    });
    await resolve(client, parseCanonicalName('registry.example.com/a:1'));
    expect(registry.log.at(-1)).toMatchObject({ path: '/v2/b/manifests/1', authorization: 'Bearer t' });
    expect(other.log.map(({ authorization }) => authorization)).toEqual([null]);
  });

  it('to a registry that wants to be logged in to gets no credentials', async () => {
    const other = await startRegistry();
    const registry = await startRegistry();
    registry.intercept = (request, response) => {
      response.writeHead(302, { location: `http://${other.host}${request.url}` }).end();
      return true;
    };
    other.intercept = (_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return true;
    };
    const credentials = { credentialFor: () => Promise.reject(new Error('asked')) };
    const attempt = resolve(newClient({ credentials }), nameAt(registry, 'a:1'));
    await expect(attempt).rejects.toMatchObject({ code: 'registry.unauthorized' });
    expect(other.log.map(({ authorization }) => authorization)).toEqual([null]);
  });

  it('to a registry that gives tokens to anybody gets an anonymous one, and no credentials', async () => {
    const other = await startRegistry();
    const registry = await startRegistry();
    other.image('a', '1');
    registry.intercept = (request, response) => {
      response.writeHead(302, { location: `http://${other.host}${request.url}` }).end();
      return true;
    };
    other.intercept = (request, response) => {
      if (request.url?.startsWith('/token') === true) {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"token":"anybody"}');
        return true;
      }
      if (request.headers.authorization === 'Bearer anybody') return false;
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${other.host}/token"` }).end();
      return true;
    };
    const credentials = { credentialFor: () => Promise.reject(new Error('asked')) };
    await resolve(newClient({ credentials }), nameAt(registry, 'a:1'));
    expect(new Set(other.log.map(({ authorization }) => authorization))).toEqual(new Set([null, 'Bearer anybody']));
  });
});
