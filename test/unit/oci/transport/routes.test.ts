import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseCanonicalName } from '../../../../src/model/index.ts';
import { routesTo } from '../../../../src/oci/transport/routes.ts';
import { newClient, resolve } from '../harness.ts';
import { certificateFor, startInternet } from '../internet.ts';
import { bareEnvironment, MemoryRegistry } from '../memory-registry.ts';

const said = (registry: string, insecure: readonly string[] = []) =>
  routesTo(registry, insecure).map(({ base, check, credentials }) => `${base.protocol} ${check} ${credentials}`);

describe('the ways to a registry', () => {
  it.each([
    'ghcr.io',
    'docker.io',
    'localhost.example.com',
    '128.0.0.1:5000',
    '127.example.com',
    '10.0.0.1',
    '[::2]:5000',
    'localhostx',
  ])('to %s are HTTPS that is checked, alone', (registry) => expect(said(registry)).toEqual(['https: bundled true']));

  it.each(['127.0.0.1:5000', '127.9.9.9', 'localhost:5000', 'LOCALHOST:5000', '[::1]:5000', 'localhost'])(
    'to %s, on this machine, begin with plain HTTP',
    (registry) => expect(said(registry)).toEqual(['http: bundled true', 'https: none true']),
  );

  it.each([
    ['registry.lan:5000', ['registry.lan:5000']],
    ['10.1.2.3:5000', ['10.0.0.0/8']],
  ])('to %s, listed as insecure, have no credentials but over HTTPS that is checked', (registry, insecure) => {
    expect(said(registry, insecure)).toEqual(['https: bundled true', 'https: none false', 'http: bundled false']);
  });

  it.each([
    ['registry.lan', ['registry.lan:5000']],
    ['registry.lan:5000', ['lan', '.lan', 'registry.lan']],
    ['11.1.2.3', ['10.0.0.0/8', '10.0.0.0/99', '/']],
  ])('to %s are not opened by an entry for another', (registry, insecure) => {
    expect(said(registry, insecure)).toEqual(['https: bundled true']);
  });

  it.each([
    'app-1.0',
    'python3.12',
    'my.registry.0',
    '1.2.3.400',
    '127.0.0.1:99999',
    '[1::2::3]',
    'xn--a.example',
    // a URL would make 127.0.0.1 of these, another host than Docker asks
    '0x7f.1',
    '127.1',
    '127.0.0.01',
    '2130706433:5000',
  ])('to %s are none: it is reported by its own name, before anything is asked', (registry) => {
    expect(() => routesTo(registry, [])).toThrow(
      expect.objectContaining({ code: 'registry.impossible', message: expect.stringContaining(registry) }),
    );
  });

  it.each(['example.com:443', 'EXAMPLE.com', '[0:0::1]:5000', 'a.b-c.example:05000', '1.2.3.4', 'x.1a'])(
    'to %s are not refused for how it is spelled',
    (registry) => expect(said(registry)).not.toEqual([]),
  );

  it('to Docker Hub lead to the host of its API', () => {
    expect(routesTo('docker.io', [])[0]?.base.host).toBe('registry-1.docker.io');
  });
});

/** A registry on this machine that speaks HTTPS alone, with a self-signed certificate. */
async function startSecure(registry: MemoryRegistry): Promise<string> {
  const { cert, key } = await certificateFor(['127.0.0.1']);
  const server = createSecureServer({ cert, key }, (request, response) => registry.handle(request, response));
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a registry on this machine', () => {
  it('is spoken to over HTTPS where it speaks that alone', async () => {
    const registry = new MemoryRegistry();
    registry.image('a', '1');
    const name = parseCanonicalName(`${await startSecure(registry)}/a:1`);
    await expect(resolve(newClient(), name, 'linux/amd64')).resolves.toBeDefined();
  });

  it('is alone in not being checked: where it redirects to is', async () => {
    const [registry, other] = [new MemoryRegistry(), new MemoryRegistry()];
    other.image('a', '1');
    const [host, elsewhere] = [await startSecure(registry), await startSecure(other)];
    registry.intercept = (request, response) => {
      response.writeHead(302, { location: `https://${elsewhere}${request.url}` }).end();
      return true;
    };
    const attempt = resolve(newClient(), parseCanonicalName(`${host}/a:1`));
    await expect(attempt).rejects.toMatchObject({ code: 'registry.unreachable' });
    expect(other.log).toEqual([]);
  });
});

describe('a registry elsewhere', () => {
  it('is not spoken to where its certificate is of an unknown authority', async () => {
    const registry = new MemoryRegistry();
    registry.image('a', '1');
    const internet = await startInternet({
      'registry.example.com': (request, response) => registry.handle(request, response),
    });
    const environment = bareEnvironment({ variables: internet.variables });
    const attempt = resolve(newClient({ environment }), parseCanonicalName('registry.example.com/a:1'));
    await expect(attempt).rejects.toMatchObject({
      code: 'registry.unreachable',
      message: expect.stringMatching(/certificate is not trusted/),
    });
    expect(registry.log).toEqual([]);
    expect(internet.plain).toEqual([]);
  });

  it('is spoken to where certs.d has its authority', async () => {
    const registry = new MemoryRegistry();
    registry.image('a', '1');
    const internet = await startInternet({
      'registry.example.com': (request, response) => registry.handle(request, response),
    });
    const environment = bareEnvironment({ variables: internet.variables });
    const client = newClient({ environment, certificateFolders: [internet.certificates] });
    await expect(resolve(client, parseCanonicalName('registry.example.com/a:1'))).resolves.toBeDefined();
    expect(internet.tunnels).toEqual(['registry.example.com:443']);
  });

  it('that is listed as insecure gets no credentials on a connection that is not checked', async () => {
    const registry = new MemoryRegistry();
    registry.intercept = (_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return true;
    };
    const internet = await startInternet({
      'registry.example.com': (request, response) => registry.handle(request, response),
    });
    const client = newClient({
      environment: bareEnvironment({ variables: internet.variables }),
      insecureRegistries: ['registry.example.com'],
      credentials: { credentialFor: () => Promise.reject(new Error('asked')) },
    });
    const attempt = resolve(client, parseCanonicalName('registry.example.com/a:1'));
    await expect(attempt).rejects.toMatchObject({ code: 'registry.unauthorized' });
    expect(registry.log.length).toBeGreaterThan(0);
  });

  it('is reported by why it cannot be reached', async () => {
    const none = resolve(newClient(), parseCanonicalName('registry.invalid/a:1'));
    await expect(none).rejects.toMatchObject({
      code: 'registry.unreachable',
      message: expect.stringMatching(/name cannot be resolved/),
    });
    const refused = resolve(newClient(), parseCanonicalName('127.0.0.1:1/a:1'));
    await expect(refused).rejects.toMatchObject({
      code: 'registry.unreachable',
      message: expect.stringMatching(/refuses connections/),
    });
    const internet = await startInternet({ 'registry.example.com': () => undefined });
    const environment = bareEnvironment({ variables: internet.variables });
    const barred = resolve(newClient({ environment }), parseCanonicalName('other.example.com/a:1'));
    await expect(barred).rejects.toMatchObject({
      code: 'registry.unreachable',
      message: expect.stringMatching(/proxy does not let us through/),
    });
  });
});
