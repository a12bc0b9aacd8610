import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeProgram } from '../../../support/write-program.ts';
import { nameAt, newClient, resolve, startRegistry, temporaryFolder } from '../harness.ts';
import { bareEnvironment, type MemoryRegistry } from '../memory-registry.ts';
import { basic, only } from '../stored-credentials.ts';

describe('name and password', () => {
  const demandBasic = (registry: MemoryRegistry): void => {
    registry.intercept = (request, response) => {
      if (request.headers.authorization === basic) return false;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return true;
    };
  };

  it('are sent only once the registry asks for them', async () => {
    const registry = await startRegistry();
    demandBasic(registry);
    registry.image('a', '1');
    await resolve(newClient(only(registry.host)), nameAt(registry, 'a:1'));
    expect(registry.log.map(({ authorization }) => authorization)).toEqual([null, basic]);
  });

  it('that are wrong are said to be so, and not to be missing', async () => {
    const registry = await startRegistry();
    demandBasic(registry);
    registry.image('a', '1');
    const wrong = only(registry.host, { username: 'ann', secret: 'old', kind: 'password' });
    const attempt = resolve(newClient(wrong), nameAt(registry, 'a:1'));
    await expect(attempt).rejects.toMatchObject({
      code: 'registry.unauthorized',
      message: `${registry.host} does not accept the credentials that are stored for it (401)`,
      hint: `run "docker login ${registry.host}" again`,
    });
    const unknown = resolve(newClient(only('nobody')), nameAt(registry, 'a:1'));
    await expect(unknown).rejects.toMatchObject({
      code: 'registry.unauthorized',
      hint: expect.stringContaining('you must log in'),
    });
  });

  it('that end during a run are said to be wrong as well', async () => {
    const registry = await startRegistry();
    demandBasic(registry);
    registry.image('a', '1');
    const client = newClient(only(registry.host));
    await resolve(client, nameAt(registry, 'a:1'));
    registry.intercept = (_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return true;
    };
    await expect(resolve(client, nameAt(registry, 'a:2'))).rejects.toMatchObject({
      hint: `run "docker login ${registry.host}" again`,
    });
  });

  it('are never looked for where no registry asks', async () => {
    const registry = await startRegistry();
    registry.image('a', '1');
    const credentials = { credentialFor: () => Promise.reject(new Error('asked')) };
    await expect(resolve(newClient({ credentials }), nameAt(registry, 'a:1'))).resolves.toBeDefined();
  });

  it('of one registry are not sent to another', async () => {
    const [one, other] = [await startRegistry(), await startRegistry()];
    demandBasic(other);
    const attempt = resolve(newClient(only(one.host)), nameAt(other, 'a:1'));
    await expect(attempt).rejects.toMatchObject({ code: 'registry.unauthorized' });
    expect(other.log.every(({ authorization }) => authorization === null)).toBe(true);
  });

  it('are not sent on when the registry redirects, not even to itself', async () => {
    const registry = await startRegistry();
    demandBasic(registry);
    const demand = registry.intercept;
    registry.intercept = (request, response) => {
      if (demand(request, response)) return true;
      response.writeHead(307, { location: '/elsewhere' }).end();
      return true;
    };
    await expect(resolve(newClient(only(registry.host)), nameAt(registry, 'a:1'))).rejects.toMatchObject({
      code: 'registry.unauthorized',
      hint: expect.stringContaining('you must log in'), // what was refused there was sent without them
    });
    const elsewhere = registry.log.filter(({ path }) => path === '/elsewhere');
    expect(elsewhere.length).toBeGreaterThan(0);
    expect(elsewhere.every(({ authorization }) => authorization === null)).toBe(true);
  });

  it('get a token where the registry asks for one only after it has moved the request within its own origin', async () => {
    const registry = await startRegistry();
    registry.image('a', '1');
    registry.intercept = (request, response) => {
      const { url = '', headers } = request;
      if (url.startsWith('/token')) {
        const token = headers.authorization === basic ? 'good' : 'anonymous';
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token }));
        return true;
      }
      if (!url.includes('moved')) {
        response.writeHead(307, { location: `${url}?moved` }).end();
        return true;
      }
      if (headers.authorization === 'Bearer good') return false;
      const challenge = `Bearer realm="http://${registry.host}/token",service="x"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return true;
    };
    await expect(resolve(newClient(only(registry.host)), nameAt(registry, 'a:1'))).resolves.toBeDefined();
    const shown = registry.log.filter(({ authorization }) => authorization === basic).map(({ path }) => path);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.every((path) => path.startsWith('/token'))).toBe(true);
  });

  it('come from a helper on PATH, never from the current folder', async () => {
    const registry = await startRegistry();
    demandBasic(registry);
    registry.image('a', '1');
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'config.json'), JSON.stringify({ credsStore: 'test' }));
    const helper = join(folder, 'bin', 'docker-credential-test');
    writeProgram(
      helper,
      '#!/bin/sh\nread -r key\nprintf \'{"ServerURL":"%s","Username":"ann","Secret":"s3cret"}\' "$key"\n',
    );
    const at = (path: string) =>
      newClient({
        environment: bareEnvironment({
          variables: { PATH: path },
          homeDirectory: folder,
          dockerConfigDirectory: folder,
        }),
      });
    await expect(resolve(at(join(folder, 'bin')), nameAt(registry, 'a:1'))).resolves.toBeDefined();
    const relativePath = relative(process.cwd(), join(folder, 'bin'));
    const fromHere = resolve(at(`${relativePath}:bin:.:`), nameAt(registry, 'a:1'));
    await expect(fromHere).rejects.toMatchObject({ code: 'credentials.failed' });
  });
});
