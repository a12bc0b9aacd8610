import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Outcome,
  runVerify,
  startTestRegistry,
  type TestRegistry,
  temporaryFolder,
  writeFiles,
} from '../support/lab.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';

/** An address of this machine that is not loopback, so that it is another host than the registry's; null for none. */
function outerAddress(): string | null {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? null;
}

const authorization = `Basic ${Buffer.from('alice:secret').toString('base64')}`;

describe.skipIf(outerAddress() === null)('a registry whose token service is of another host', () => {
  const address = outerAddress() ?? '';
  let registry: TestRegistry;
  let service: Server;
  let certificate = '';
  let host = '';
  const seen: (string | null)[] = [];

  beforeAll(async () => {
    const made = await selfSignedCertificate(address);
    certificate = made.certificate;
    service = createServer({ key: made.key, cert: made.certificate }, (request, response) => {
      seen.push(request.headers.authorization ?? null);
      const headers = { authorization: request.headers.authorization ?? '' };
      fetch(`${registry.url}${request.url ?? ''}`, { headers })
        .then(async (answer) => response.writeHead(answer.status).end(await answer.text()))
        .catch(() => response.writeHead(500).end());
    });
    await new Promise<void>((resolve) => void service.listen(0, address, resolve));
    const { port } = service.address() as AddressInfo; // it listens on TCP
    host = `${address}:${port}`;
    const authentication = {
      kind: 'bearer',
      user: 'alice',
      password: 'secret',
      realm: `https://${host}/token`,
    } as const;
    registry = await startTestRegistry({ authentication });
    const config = '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}';
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: registry.store.putBlob(config),
        size: config.length,
      },
      layers: [],
    };
    registry.store.putManifest('app', '1', manifest.mediaType, JSON.stringify(manifest));
  });
  afterAll(async () => {
    service.close();
    await registry.close();
  });

  async function check(policy: string, where: 'user' | 'project' = 'user'): Promise<Outcome> {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'docker/config.json': JSON.stringify({ auths: { [registry.host]: { auth: authorization.split(' ')[1] } } }),
      [where === 'user' ? 'docker/verify/policy.yaml' : 'docker-verify.yaml']: policy,
      [`home/.config/docker/certs.d/${host}/ca.crt`]: certificate,
    });
    const env = { DOCKER_CONFIG: `${folder}/docker`, HOME: `${folder}/home` };
    seen.length = 0;
    return await runVerify(['check', `${registry.host}/app:1`], { cwd: folder, env });
  }
  const listing = (name: string): string => `version: 1\ntokenServices: {"${registry.host}": ["${name}"]}\n`;

  it('gets its credentials there where the user lists it', async () => {
    expect(await check(listing(host))).toMatchObject({ status: 0 });
    expect(seen).toContain(authorization);
  });

  it.each([
    ['no policy lists it', () => 'version: 1\n'],
    ['another port is listed', () => listing(`${address}:1`)],
  ])('gets none where %s, and the message says what to write', async (_, policy) => {
    const { status, stdout } = await check(policy());
    expect(status).toBe(11);
    expect(stdout).toContain('the credentials stored for it stay here');
    expect(stdout).toContain(`tokenServices: {"${registry.host}": ["${host}"]}`);
    expect(seen).toEqual([]);
  });

  it('gets none because a project lists it', async () => {
    expect(await check(listing(host), 'project')).toMatchObject({ status: 78 });
    expect(seen).toEqual([]);
  });
});
