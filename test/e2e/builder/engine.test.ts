import { readFileSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, type DockerEndpoint, resolveDockerContext } from '../../../src/builder/index.ts';
import { lab, mustRun, temporaryFolder, writeFiles } from '../support/lab.ts';
import { labEnvironment } from './request.ts';

const engines = [
  ['classic', lab().dockerHost],
  ['containerd', lab().secondDockerHost],
].filter((engine): engine is [string, string] => engine[1] !== null);

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function connect(host: string, timeout?: number): Promise<ReturnType<typeof createEngine>> {
  const environment = labEnvironment({}, host);
  const endpoint = await resolveDockerContext(environment);
  const options = { docker: lab().docker, variables: environment.variables };
  return createEngine(endpoint, timeout === undefined ? options : { ...options, timeout });
}

describe.each(engines)('an engine with the %s image store', (store, host) => {
  it('says its version, its registries and its store', async () => {
    const engine = await connect(host);
    const version = await engine.version();
    expect(version.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(version.platform).toMatch(/^linux\/\w+$/);
    const info = await engine.info();
    expect(info.containerdStore).toBe(store === 'containerd');
    expect(info.insecureRegistries).toContain('127.0.0.0/8');
    expect(info.platform).toBe(version.platform);
  });

  it('shows a local image with what it stands for, and null for one that it has not', async () => {
    const name = 'builder-room/local:1';
    const dockerfile = `FROM ${lab().registry}/signed/base:1\nONBUILD COPY --from=x /a /b\n`;
    const folder = await writeFiles(await temporaryFolder(), { Dockerfile: dockerfile });
    const env = { DOCKER_HOST: host };
    await mustRun(lab(), lab().docker, ['buildx', 'build', '--quiet', '--load', '--tag', name, folder], { env });
    try {
      const engine = await connect(host);
      const image = await engine.inspectImage(`docker.io/${name}`);
      expect(image).toMatchObject({ platform: (await engine.version()).platform, onbuild: ['COPY --from=x /a /b'] });
      expect(image?.id).toMatch(/^sha256:/);
      expect(image?.digest === null).toBe(store === 'classic');
      expect(await engine.inspectImage('docker.io/builder-room/nonesuch:1')).toBeNull();
      expect(await engine.containerImage('nonesuch')).toBeNull();
    } finally {
      await mustRun(lab(), lab().docker, ['image', 'rm', '--force', name], { env });
    }
  });
});

describe('an engine that cannot be reached', () => {
  it.each([
    ['a socket that does not exist', 'unix:///nowhere/docker.sock'],
    ['a port where nothing listens', 'tcp://127.0.0.1:9'],
  ])('is said to be unavailable, with what to do: %s', async (_title, host) => {
    const engine = await connect(host);
    await expect(engine.version()).rejects.toMatchObject({
      code: 'builder.unavailable',
      message: expect.stringContaining(host),
      hint: expect.stringContaining('daemon'),
    });
  });

  it('is given up after the time limit where it never answers', async () => {
    const silent = createServer({}).listen(0, '127.0.0.1');
    closing.push(() => silent.close());
    await new Promise((resolve) => silent.once('listening', resolve));
    // a TCP address always has this shape
    const { port } = silent.address() as AddressInfo;
    const engine = await connect(`tcp://127.0.0.1:${port}`, 300);
    await expect(engine.info()).rejects.toMatchObject({ code: 'builder.unavailable' });
  });
});

describe('an engine behind ssh', () => {
  it('is reached through the docker CLI, as Docker does', async () => {
    const folder = await temporaryFolder();
    const ssh = join(folder, 'ssh');
    // in ssh's place: the far end, on this machine
    await writeFile(ssh, `#!/bin/sh\nexec ${lab().docker} -H ${lab().dockerHost} system dial-stdio\n`);
    await chmod(ssh, 0o755);
    const variables = {
      ...lab().environment,
      PATH: `${folder}:${lab().environment['PATH']}`,
      DOCKER_HOST: 'ssh://me@far',
    };
    const environment = labEnvironment({ variables });
    const engine = createEngine(await resolveDockerContext(environment), { docker: lab().docker, variables });
    expect((await engine.version()).version).toMatch(/^\d+\./);
    expect((await engine.info()).storageDriver).not.toBe('');
  });

  it('is said to need the docker CLI where there is none', async () => {
    const endpoint: DockerEndpoint = { context: 'default', host: 'ssh://me@far', tls: null, local: false };
    const engine = createEngine(endpoint, { docker: null, variables: {} });
    await expect(engine.version()).rejects.toMatchObject({ code: 'builder.unavailable' });
  });
});

describe('an engine behind TLS', () => {
  /** A certificate for 127.0.0.1 that signs itself, and a server with it before the lab's engine. */
  async function tlsEngine(): Promise<{ readonly port: number; readonly certificate: string }> {
    const folder = await temporaryFolder();
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=engine', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    await mustRun(lab(), 'openssl', ['req', '-x509', ...newKey, '-keyout', key, '-out', certificate, ...subject]);
    const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) => {
      const engine = createConnection(lab().dockerHost.replace('unix://', ''));
      socket.on('error', () => engine.destroy());
      engine.on('error', () => socket.destroy());
      socket.pipe(engine).pipe(socket);
    }).listen(0, '127.0.0.1');
    server.on('tlsClientError', () => undefined);
    closing.push(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    // a TCP address always has this shape
    return { port: (server.address() as AddressInfo).port, certificate: readFileSync(certificate, 'utf8') };
  }

  function ask(port: number, ca: string | null, skipVerify: boolean): Promise<unknown> {
    const tls = { ca, cert: null, key: null, skipVerify };
    const endpoint: DockerEndpoint = { context: 'default', host: `tcp://127.0.0.1:${port}`, tls, local: true };
    return createEngine(endpoint, { docker: null, variables: {} }).version();
  }

  it('is trusted by the authority that was given, and by no other', async () => {
    const { port, certificate } = await tlsEngine();
    expect(await ask(port, certificate, false)).toMatchObject({ platform: expect.stringContaining('linux/') });
    await expect(ask(port, null, false)).rejects.toMatchObject({ code: 'builder.unavailable' });
    expect(await ask(port, null, true)).toMatchObject({ platform: expect.stringContaining('linux/') });
  });

  it('is not trusted because a variable turns off what Node checks', async () => {
    const { port } = await tlsEngine();
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      await expect(ask(port, null, false)).rejects.toMatchObject({ code: 'builder.unavailable' });
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });
});
