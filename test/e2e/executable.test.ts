import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lab, type Outcome, run, temporaryFolder, writeFiles } from './lab.ts';
import { executable, project } from './paths.ts';
import { selfSignedCertificate } from './self-signed-certificate.ts';

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
    expect(files()).toEqual([]);
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

  it('none of those that make Node talk changes what is said', async () => {
    const env = {
      NODE_DEBUG: 'module',
      NODE_PENDING_DEPRECATION: '1',
      NODE_NO_WARNINGS: '0',
      NODE_DISABLE_COLORS: '1',
    };
    expect((await verify(parameters, env)).stdout).toBe((await verify(parameters)).stdout);
  });
});

/** An address of this machine that is not loopback, since registries on loopback are asked over plain HTTP; null for none. */
function outerAddress(): string | null {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? null;
}

describe.skipIf(outerAddress() === null)('a registry whose certificate nobody vouches for', () => {
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
    const { status, stdout, stderr } = await verify(['check', `${address}:${port}/team/app:1`], variables());
    expect(stdout + stderr).toMatch(/certificate/i);
    expect({ status, asked }).toEqual({ status: 11, asked: 0 });
    await plainNode(`require('node:https').get('https://${address}:${port}/', (r) => r.resume())`, variables());
    expect(asked).toBe(1);
  });
});
