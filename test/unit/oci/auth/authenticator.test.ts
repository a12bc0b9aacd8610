import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { parseCanonicalName } from '../../../../src/model/index.ts';
import type { Credential } from '../../../../src/oci/index.ts';
import { nameAt, newClient, resolve, startRegistry } from '../harness.ts';
import { startInternet } from '../internet.ts';
import { bareEnvironment, MemoryRegistry } from '../memory-registry.ts';
import { basic, only } from '../stored-credentials.ts';

/** Makes a registry demand a token of `realm`, and accept `token-SCOPE`. */
function demandToken(registry: MemoryRegistry, realm: string): void {
  registry.intercept = (request, response) => {
    const repository = /^\/v2\/(.+?)\/(?:manifests|blobs|referrers)\//.exec(request.url ?? '')?.[1];
    if (repository === undefined) return false;
    if (request.headers.authorization === `Bearer token-repository:${repository}:pull`) return false;
    response.statusCode = 401;
    response.setHeader(
      'www-authenticate',
      `Bearer realm="${realm}",service="test",scope="repository:${repository}:pull,push"`,
    );
    response.end();
    return true;
  };
}

interface Token {
  readonly url: URL;
  readonly method: string;
  readonly authorization: string | null;
  readonly body: string;
}

/** A token service that notes what it is asked. */
function tokenService(asked: Token[], more: object = { expires_in: 300 }) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://token');
      asked.push({ url, method: request.method ?? '', authorization: request.headers.authorization ?? null, body });
      const scope = url.searchParams.get('scope') ?? new URLSearchParams(body).get('scope');
      response.end(JSON.stringify({ token: `token-${scope}`, ...more }));
    });
  };
}

/** A registry and a token service at these names, over HTTPS. */
async function overHttps(
  registryHost: string,
  tokenHost: string,
  asked: Token[],
  realm = `https://${tokenHost}/token`,
) {
  const registry = new MemoryRegistry();
  demandToken(registry, realm);
  const service = tokenService(asked);
  const internet = await startInternet({
    [registryHost]: (request, response) =>
      registryHost === tokenHost && request.url?.startsWith('/token')
        ? service(request, response)
        : registry.handle(request, response),
    ...(registryHost === tokenHost ? {} : { [tokenHost]: service }),
  });
  const options = {
    environment: bareEnvironment({ variables: internet.variables }),
    certificateFolders: [internet.certificates],
  };
  return { registry, internet, options };
}

describe('tokens', () => {
  it('are anonymous where nothing is stored, and ask for no more than to pull', async () => {
    const asked: Token[] = [];
    const { registry, options } = await overHttps('registry.example.com', 'auth.example.com', asked);
    const image = registry.image('a', '1');
    const resolved = await resolve(
      newClient({ ...options, ...only('nobody') }),
      parseCanonicalName('registry.example.com/a:1'),
    );
    expect(resolved.root.digest).toBe(image.digest);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.authorization).toBeNull();
    expect(asked[0]?.url.searchParams.getAll('scope')).toEqual(['repository:a:pull']);
    expect(asked[0]?.url.searchParams.get('service')).toBe('test');
  });

  it('are asked for once, however many requests need them', async () => {
    const asked: Token[] = [];
    const { registry, options } = await overHttps('registry.example.com', 'auth.example.com', asked);
    const names = ['1', '2', '3', '4'].map((tag) => {
      registry.image('a', tag);
      return parseCanonicalName(`registry.example.com/a:${tag}`);
    });
    const client = newClient({ ...options, ...only('nobody') });
    await Promise.all(names.map((name) => resolve(client, name, 'linux/amd64')));
    expect(asked).toHaveLength(1);
  });

  it('are asked for by name and password at a service of the same registrable domain', async () => {
    const asked: Token[] = [];
    const { registry, options } = await overHttps('registry.example.com', 'auth.example.com', asked);
    registry.image('a', '1');
    const client = newClient({ ...options, ...only('registry.example.com') });
    await resolve(client, parseCanonicalName('registry.example.com/a:1'));
    expect(asked[0]?.authorization).toBe(basic);
    expect(registry.log.map(({ authorization }) => authorization)).not.toContain(basic);
  });

  it('are asked for with an identity token in a form', async () => {
    const asked: Token[] = [];
    const { registry, options } = await overHttps('registry.example.com', 'registry.example.com', asked);
    registry.image('a', '1');
    const stored: Credential = { username: '', secret: 'refresh', kind: 'identity-token' };
    const client = newClient({ ...options, ...only('registry.example.com', stored) });
    await resolve(client, parseCanonicalName('registry.example.com/a:1'));
    expect(asked[0]).toMatchObject({ method: 'POST', authorization: null });
    expect(new URLSearchParams(asked[0]?.body).get('refresh_token')).toBe('refresh');
    expect(new URLSearchParams(asked[0]?.body).get('grant_type')).toBe('refresh_token');
  });

  it.each(['auth.other.net', 'evil-example.com', 'example.com.evil.net'])(
    'never take stored credentials to %s, a host of another domain',
    async (host) => {
      const asked: Token[] = [];
      const { registry, options, internet } = await overHttps('registry.example.com', host, asked);
      registry.image('a', '1');
      const client = newClient({ ...options, ...only('registry.example.com') });
      const attempt = resolve(client, parseCanonicalName('registry.example.com/a:1'));
      await expect(attempt).rejects.toMatchObject({
        code: 'registry.untrustworthy',
        message: expect.stringContaining(host),
      });
      expect(asked).toEqual([]);
      expect(internet.tunnels).toEqual(['registry.example.com:443']);
    },
  );

  it('never take stored credentials to another customer of the same cloud', async () => {
    const asked: Token[] = [];
    const { registry, options } = await overHttps('one.azurecr.io', 'two.azurecr.io', asked);
    registry.image('a', '1');
    const client = newClient({ ...options, ...only('one.azurecr.io') });
    const attempt = resolve(client, parseCanonicalName('one.azurecr.io/a:1'));
    await expect(attempt).rejects.toMatchObject({ code: 'registry.untrustworthy' });
    expect(asked).toEqual([]);
  });

  it('take them to a service of another domain that is listed', async () => {
    const asked: Token[] = [];
    const { registry, options } = await overHttps('registry.example.com', 'auth.other.net', asked);
    registry.image('a', '1');
    const tokenServices = () => Promise.resolve({ 'registry.example.com': ['auth.other.net'] });
    const client = newClient({ ...options, ...only('registry.example.com'), tokenServices });
    await resolve(client, parseCanonicalName('registry.example.com/a:1'));
    expect(asked[0]?.authorization).toBe(basic);
  });

  it.each([
    'http://auth.example.com/token',
    'http://127.0.0.1:9/token',
    'file:///etc/passwd',
    'nothing',
    'https://u:p@auth.example.com/',
  ])('are never asked for at %s', async (realm) => {
    const asked: Token[] = [];
    const { registry, options, internet } = await overHttps('registry.example.com', 'auth.example.com', asked, realm);
    registry.image('a', '1');
    const client = newClient({ ...options, ...only('registry.example.com') });
    const attempt = resolve(client, parseCanonicalName('registry.example.com/a:1'));
    await expect(attempt).rejects.toMatchObject({ code: 'registry.untrustworthy' });
    expect(internet.plain).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('do not take credentials along when their service redirects', async () => {
    const registry = new MemoryRegistry();
    demandToken(registry, 'https://auth.example.com/token');
    const second: (string | undefined)[] = [];
    const internet = await startInternet({
      'registry.example.com': (request, response) => registry.handle(request, response),
      'auth.example.com': (_request, response) =>
        response.writeHead(302, { location: 'https://else.example.com/token' }).end(),
      'else.example.com': (request, response) => {
        second.push(request.headers.authorization);
        response.end(JSON.stringify({ token: 'token-repository:a:pull' }));
      },
    });
    registry.image('a', '1');
    const client = newClient({
      environment: bareEnvironment({ variables: internet.variables }),
      certificateFolders: [internet.certificates],
      ...only('registry.example.com'),
    });
    await resolve(client, parseCanonicalName('registry.example.com/a:1'));
    expect(second).toEqual([undefined]);
  });

  it('end, and are asked for anew', async () => {
    const asked: Token[] = [];
    const registry = await startRegistry();
    demandToken(registry, `http://${registry.host}/token`);
    const demand = registry.intercept;
    const service = tokenService(asked);
    let refused = 0;
    registry.intercept = (request, response) => {
      if (request.url?.startsWith('/token')) service(request, response);
      // The second manifest is refused whatever comes with it: the token has ended before its time.
      else if (request.url?.endsWith('/2') && refused++ === 0) return refuse(response, registry.host);
      else return demand(request, response);
      return true;
    };
    registry.image('a', '1');
    registry.image('a', '2');
    const client = newClient(only('nobody'));
    await resolve(client, nameAt(registry, 'a:1'));
    await expect(resolve(client, nameAt(registry, 'a:2'))).resolves.toBeDefined();
    expect(asked).toHaveLength(2);
  });

  it('that could not be had are asked for anew', async () => {
    const asked: Token[] = [];
    const registry = await startRegistry();
    demandToken(registry, `http://${registry.host}/token`);
    const demand = registry.intercept;
    const service = tokenService(asked);
    let failures = 3;
    registry.intercept = (request, response) => {
      if (!request.url?.startsWith('/token')) return demand(request, response);
      if (failures-- > 0) response.writeHead(500).end();
      else service(request, response);
      return true;
    };
    registry.image('a', '1');
    const client = newClient(only('nobody'));
    await expect(resolve(client, nameAt(registry, 'a:1'))).rejects.toMatchObject({ code: 'registry.failed' });
    await expect(resolve(client, nameAt(registry, 'a:1'))).resolves.toBeDefined();
  });

  it('that would end a header are refused', async () => {
    const registry = await startRegistry();
    demandToken(registry, `http://${registry.host}/token`);
    const demand = registry.intercept;
    registry.intercept = (request, response) => {
      if (!request.url?.startsWith('/token')) return demand(request, response);
      response.end(JSON.stringify({ token: 'x\r\nHost: evil' }));
      return true;
    };
    registry.image('a', '1');
    await expect(resolve(newClient(), nameAt(registry, 'a:1'))).rejects.toMatchObject({ code: 'registry.failed' });
  });

  it('that are refused end in one error, without the credentials in it', async () => {
    const registry = await startRegistry();
    registry.intercept = (request, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${registry.host}/token"` }).end('s3cret');
      return request.url !== undefined;
    };
    const error: unknown = await resolve(newClient(only(registry.host)), nameAt(registry, 'a:1')).catch(
      (each: unknown) => each,
    );
    expect(error).toMatchObject({
      code: 'registry.unauthorized',
      message: `${registry.host} does not accept the credentials that are stored for it (401)`,
    });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('s3cret');
  });
});

function refuse(response: ServerResponse, host: string): true {
  response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token",service="test"` }).end();
  return true;
}
