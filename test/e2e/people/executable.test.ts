import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acmePolicy,
  cosignVerify,
  lab,
  type Outcome,
  projectFolder,
  run,
  temporaryFolder,
  writeFiles,
} from '../support/lab.ts';
import { executable, project } from '../support/paths.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';

type Variables = Readonly<Record<string, string>>;

const handshake = ['docker-cli-plugin-metadata'];
const harmless = ['scan', join(project, 'test', 'fixtures', 'executable')];

/** The executable under test, in the lab's environment and these variables. */
function verify(parameters: readonly string[], env: Variables = {}, program = executable): Promise<Outcome> {
  return run(lab(), program, parameters, { env });
}

/** Plain Node, which shows that a variable does what the executable must not let it do. */
function plainNode(script: string, env: Variables, cwd = '/'): Promise<Outcome> {
  return run(lab(), process.execPath, ['-e', script], { env, cwd });
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function millisecondsOf(program: string): Promise<number> {
  const started = performance.now();
  await run(lab(), program, handshake);
  return performance.now() - started;
}

describe('the handshake', () => {
  it('is answered as Docker asks for it', async () => {
    const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };
    const { status, stdout } = await verify(handshake);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ SchemaVersion: '0.1.0', Vendor: expect.any(String), Version: version });
  });

  it('is answered sooner than buildx answers its own', async () => {
    const times: { ours: number; theirs: number }[] = [];
    for (let round = 0; round < 9; round += 1) {
      times.push({ ours: await millisecondsOf(executable), theirs: await millisecondsOf(lab().buildx) });
    }
    expect(median(times.map(({ ours }) => ours))).toBeLessThan(median(times.map(({ theirs }) => theirs)));
  });

  it('is not answered in our own name by a shim that stands in for buildx', async () => {
    const shim = join(await temporaryFolder(), 'docker-buildx');
    await symlink(executable, shim);
    const { stdout } = await verify(handshake, {}, shim);
    expect(stdout).not.toContain('"Vendor":"docker-verify"');
  });
});

describe.each([
  ['the handshake', handshake],
  ['a command', harmless],
])('variables that Node reads, at %s:', (_, parameters) => {
  it.each(['--require', '--import'])('NODE_OPTIONS %s loads no code', async (flag) => {
    const folder = await temporaryFolder();
    const [script, mark] = [join(folder, 'code.cjs'), join(folder, 'mark')];
    await writeFiles(folder, { 'code.cjs': `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')` });
    const env = { NODE_OPTIONS: `${flag} ${script}` };
    expect((await verify(parameters, env)).status).toBe(0);
    expect(existsSync(mark)).toBe(false);
    await plainNode('', env);
    expect(existsSync(mark)).toBe(true);
  });

  it('NODE_V8_COVERAGE writes no files, and nothing to standard error', async () => {
    const folder = join(await temporaryFolder(), 'coverage');
    expect(await verify(parameters, { NODE_V8_COVERAGE: folder })).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(folder)).toBe(false);
    await plainNode('', { NODE_V8_COVERAGE: folder });
    expect(readdirSync(folder)).not.toEqual([]);
  });

  it('NODE_COMPILE_CACHE names no folder that compiled code is kept in or taken from', async () => {
    const folder = await temporaryFolder();
    const files = (): readonly string[] =>
      readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
        entry.isFile() ? [entry.name] : [],
      );
    expect((await verify(parameters, { NODE_COMPILE_CACHE: folder })).status).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
    await writeFiles(folder, { 'main.cjs': '' });
    await run(lab(), process.execPath, [join(folder, 'main.cjs')], { env: { NODE_COMPILE_CACHE: folder } });
    expect(files().length).toBeGreaterThan(1);
  });

  it('OPENSSL_CONF configures nothing', async () => {
    const folder = await temporaryFolder();
    const [engine, configuration] = [join(folder, 'engine.so'), join(folder, 'openssl.cnf')];
    const lines = ['nodejs_conf = init', '[init]', 'engines = all', '[all]', 'one = engine', '[engine]'];
    await writeFiles(folder, { 'openssl.cnf': [...lines, `dynamic_path = ${engine}`, 'init = 1', ''].join('\n') });
    const env = { OPENSSL_CONF: configuration, OPENSSL_MODULES: folder, OPENSSL_ENGINES: folder };
    expect(await verify(parameters, env)).toMatchObject({ status: 0, stderr: '' });
    expect((await plainNode('', env)).stderr).toContain(engine);
  });

  it('NODE_PATH names no folder that modules are taken from', async () => {
    const folder = await temporaryFolder();
    const mark = join(folder, 'mark');
    await writeFiles(folder, {
      'cpu-features/index.js': `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')`,
    });
    expect((await verify(parameters, { NODE_PATH: folder })).status).toBe(0);
    expect(existsSync(mark)).toBe(false);
    await plainNode("require('cpu-features')", { NODE_PATH: folder }, folder);
    expect(existsSync(mark)).toBe(true);
  });

  it.each(['0', '1', '9', 'x'])('NODE_CHANNEL_FD=%s opens no channel, and nothing dies of it', async (descriptor) => {
    const env = { NODE_CHANNEL_FD: descriptor, NODE_CHANNEL_SERIALIZATION_MODE: 'advanced' };
    expect(await verify(parameters, env)).toEqual(await verify(parameters));
  });

  it('NODE_CHANNEL_FD would kill a plain Node, or have it speak with the process at the other end', async () => {
    expect((await plainNode('', { NODE_CHANNEL_FD: 'x' })).status).not.toBe(0);
    const speaks = 'process.exitCode = process.channel ? 7 : 0; process.disconnect?.()';
    expect((await plainNode(speaks, { NODE_CHANNEL_FD: '1' })).status).not.toBe(0);
  });

  it('NODE_REPL_EXTERNAL_MODULE loads no code, and is nothing to complain of', async () => {
    const folder = await temporaryFolder();
    const [script, mark] = [join(folder, 'code.cjs'), join(folder, 'mark')];
    await writeFiles(folder, { 'code.cjs': `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')` });
    const env = { NODE_REPL_EXTERNAL_MODULE: script };
    expect(await verify(parameters, env)).toEqual(await verify(parameters));
    expect(existsSync(mark)).toBe(false);
    await run(lab(), process.execPath, ['-i'], { env, stdin: '' });
    expect(existsSync(mark)).toBe(true);
  });

  it('none that this Node knows changes what is said or leaves anything behind', async () => {
    const folder = await temporaryFolder();
    const expected = await verify(parameters);
    const help = await run(lab(), process.execPath, ['--help']);
    const named = [
      ...help.stdout.slice(help.stdout.indexOf('Environment variables:')).matchAll(/^([A-Z][A-Z0-9_]+)\b/gm),
    ];
    const names = [...new Set([...named.map(([, name]) => name ?? ''), ...undocumented])];
    expect(names.length).toBeGreaterThan(25);
    for (const name of names.filter((each) => each !== 'NODE_CHANNEL_FD')) {
      for (const value of ['1', join(folder, 'named'), 'all']) {
        // oxlint-disable-next-line no-await-in-loop -- one after another, for the machine's sake
        expect({ name, ...(await verify(parameters, { [name]: value })) }).toEqual({ name, ...expected });
      }
    }
    expect(readdirSync(folder)).toEqual([]);
  }, 180_000);
});

/** Read by Node 22 (its sources), and named by its help nowhere. */
const undocumented = [
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_CLUSTER_SCHED_POLICY',
  'NODE_COMPILE_CACHE',
  'NODE_DISABLE_COMPILE_CACHE',
  'NODE_ICU_DATA',
  'NODE_INSPECT_RESUME_ON_START',
  'NODE_TEST_CONTEXT',
  'NODE_UNIQUE_ID',
  'NODE_USE_ENV_PROXY',
  'NODE_USE_SYSTEM_CA',
  'OPENSSL_CONF',
  'OPENSSL_MODULES',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'SSLKEYLOGFILE',
  'UV_USE_IO_URING',
  'WATCH_REPORT_DEPENDENCIES',
];

describe('variables of other tools', () => {
  const variables = (folder: string): Variables => ({
    COSIGN_REPOSITORY: `${lab().registry}/elsewhere/signatures`,
    COSIGN_EXPERIMENTAL: '1',
    COSIGN_PASSWORD: 'x',
    COSIGN_DOCKER_MEDIA_TYPES: '1',
    SIGSTORE_ROOT_FILE: join(folder, 'root.pem'),
    SIGSTORE_REKOR_PUBLIC_KEY: join(folder, 'key.pem'),
    SIGSTORE_CT_LOG_PUBLIC_KEY_FILE: join(folder, 'key.pem'),
    SIGSTORE_TSA_CERTIFICATE_FILE: join(folder, 'key.pem'),
    SIGSTORE_NO_CACHE: '1',
    TUF_ROOT: folder,
    TUF_MIRROR: 'http://127.0.0.1:1',
  });

  it('COSIGN_* and SIGSTORE_* change no verdict, while cosign obeys them', async () => {
    const folder = await temporaryFolder();
    const policy = await projectFolder({ 'docker-verify.yaml': acmePolicy() });
    const env = variables(folder);
    const check = async (image: string, given: Variables): Promise<Outcome> =>
      await run(lab(), executable, ['check', `${lab().registry}/${image}`], { cwd: policy, env: given });
    for (const [image, status] of [
      ['signed/base:1', 0],
      ['unsigned/base:1', 10],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const [plain, given] = [await check(image, {}), await check(image, env)];
      expect(given).toEqual(plain);
      expect(given.status).toBe(status);
    }
    expect(readdirSync(folder)).toEqual([]);
    const obeying = { ...lab(), environment: { ...lab().environment, ...env } };
    const [image, key] = [`${lab().registry}/signed/base:1`, { key: lab().keys.acme.publicKey }];
    expect((await cosignVerify(lab(), image, key, { cosign: 3 })).status).toBe(0);
    expect((await cosignVerify(obeying, image, key, { cosign: 3 })).status).not.toBe(0);
  });
});

/** An address of this machine that is not loopback, since registries on loopback are asked over plain HTTP; null for none. */
function outerAddress(): string | null {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? null;
}

describe.skipIf(outerAddress() === null)('a registry whose certificate is not trusted', () => {
  const address = outerAddress() ?? '';
  let server: Server;
  let authority = '';
  let asked = 0;

  beforeAll(async () => {
    const { key, certificate } = await selfSignedCertificate(address);
    authority = join(await temporaryFolder(), 'authority.pem');
    await writeFiles(join(authority, '..'), { 'authority.pem': certificate });
    server = createServer({ key, cert: certificate }, (_request, response) => {
      asked += 1;
      response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => void server.listen(0, address, resolve));
  });
  afterAll(() => void server.close());

  const cases: readonly (readonly [string, () => Variables])[] = [
    ['NODE_TLS_REJECT_UNAUTHORIZED=0', () => ({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })],
    ['NODE_EXTRA_CA_CERTS', () => ({ NODE_EXTRA_CA_CERTS: authority })],
  ];

  it.each(cases)('is not trusted for %s', async (_, variables) => {
    const { port } = server.address() as AddressInfo; // it listens on TCP
    asked = 0;
    const { status, stdout, stderr } = await verify(
      ['check', '--mode', 'enforce', `${address}:${port}/team/app:1`],
      variables(),
    );
    expect(stdout + stderr).toMatch(/certificate/i);
    expect({ status, asked }).toEqual({ status: 11, asked: 0 });
    await plainNode(`require('node:https').get('https://${address}:${port}/', (r) => r.resume())`, variables());
    expect(asked).toBe(1);
  });
});
