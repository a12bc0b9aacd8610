import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createConnectionServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  defaultIdentity,
  lab,
  type Outcome,
  projectFolder,
  runVerify,
  temporaryFolder,
  writeFiles,
} from '../support/lab.ts';
import { project } from '../support/paths.ts';

const hosts = ['tuf-repo-cdn.sigstore.dev:443', 'tuf-repo.github.com:443'];
const tunnels: string[] = [];
const sockets = new Set<Socket>();
/** A proxy that takes what is asked of it and never answers: for a refresh that hangs. */
const proxy = createServer();
let variables: Record<string, string> = {};

beforeAll(async () => {
  proxy.on('connect', (request, socket: Socket) => {
    tunnels.push(request.url ?? '');
    sockets.add(socket.on('error', () => undefined));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  variables = { HTTPS_PROXY: url, https_proxy: url, NO_PROXY: '', no_proxy: '' };
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => proxy.close(resolve));
});

/** A project whose policy asks for an image that was signed by identity: it rests on a trusted root. */
async function projectWith(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const { email: identity, issuer } = defaultIdentity;
  const signer = { keyless: { issuer, identity }, trustedRoot: lab().trustedRoot };
  const rules = [{ images: ['127.0.0.1:*/**'], signedBy: [signer] }];
  const policy = JSON.stringify({ version: 1, mode: 'enforce', rules });
  return await projectFolder({ 'docker-verify.yaml': policy, ...files });
}

const envOf = (home: string) => ({ HOME: home, XDG_CACHE_HOME: join(home, 'cache'), ...variables });

async function check(home: string, more: readonly string[]): Promise<Outcome & { readonly milliseconds: number }> {
  const cwd = await projectWith();
  const begun = performance.now();
  const outcome = await runVerify(['check', ...more, `${lab().registry}/keyless/base:1`], { cwd, env: envOf(home) });
  return { ...outcome, milliseconds: performance.now() - begun };
}

/** How many programs watch Docker's end. */
async function connectionsOf(server: Server): Promise<number> {
  return await promisify(server.getConnections.bind(server))();
}

async function arrived(count: number): Promise<readonly string[]> {
  for (let waited = 0; tunnels.length < count && waited < 10_000; waited += 50) await pause(50);
  return tunnels.toSorted();
}

describe('a refresh of the trusted roots that hangs', () => {
  it('goes through the proxy, behind a run that neither waits for it nor fails by it', async () => {
    const home = await temporaryFolder();
    const without = await check(home, ['--offline', '--refresh']);
    expect(without.status).toBe(11);
    const first = await check(home, []);
    expect(first.status).toBe(0);
    expect(await arrived(2)).toEqual(hosts);
    // far below the ten seconds for which a connection may be waited for
    expect(first.milliseconds).toBeLessThan(5_000);
    const mark = join(home, 'cache', 'docker-verify', 'trust', 'last-attempt');
    const { mtimeMs } = await stat(mark);
    // of many runs in a day one tries
    expect(await check(home, [])).toMatchObject({ status: 0 });
    await pause(500);
    expect(tunnels).toHaveLength(2);
    expect((await stat(mark)).mtimeMs).toBe(mtimeMs);
  });

  it("goes on behind a build, and does not watch Docker's plugin socket, whose end would end it", async () => {
    const home = await temporaryFolder();
    tunnels.length = 0;
    const socket = join(home, 'docker.sock');
    const cli = createConnectionServer((connection) => void connection.on('error', () => undefined));
    await new Promise<void>((resolve) => void cli.listen(socket, resolve));
    const cwd = await projectWith({ Dockerfile: `FROM ${lab().registry}/keyless/base:1\n` });
    const env = { ...envOf(home), DOCKER_CLI_PLUGIN_SOCKET: socket };
    try {
      expect(await runVerify(['build', '--no-cache', '.'], { cwd, env })).toMatchObject({ status: 0 });
      expect(await arrived(2)).toEqual(hosts);
      await expect(connectionsOf(cli)).resolves.toBe(0);
    } finally {
      await new Promise((resolve) => cli.close(resolve));
    }
  });

  it('is reported to the command that asked for it, and changes nothing', async () => {
    const home = await temporaryFolder();
    tunnels.length = 0;
    const env = { HOME: home, XDG_CACHE_HOME: join(home, 'cache'), ...variables };
    const { status, stderr } = await runVerify(['trust', 'update', '--timeout', '1s'], { env });
    expect(status).toBe(11);
    expect(stderr).toMatch(/trusted root of .+ could not be refreshed/);
    expect(tunnels.toSorted()).toEqual(hosts);
    expect(existsSync(join(home, 'cache', 'docker-verify', 'trust', 'github.json'))).toBe(false);
  });
});

describe('a trusted root in the cache that no repository handed out', () => {
  it.each([
    ['as earlier versions kept it', { version: 1 }],
    ['as it is kept', { version: 2, proof: { roots: [], targets: '{}' } }],
  ])('verifies nothing, %s: a cache may lie where others write', async (_name, shape) => {
    const home = await temporaryFolder();
    const json = await readFile(lab().trustedRoot, 'utf8');
    const sha256 = createHash('sha256').update(json).digest('hex');
    const time = new Date().toISOString();
    const kept = JSON.stringify({ ...shape, checked: time, updated: time, sha256, json });
    await writeFiles(join(home, 'cache', 'docker-verify', 'trust'), { 'public-good.json': kept });
    const { email: identity, issuer } = defaultIdentity;
    const rules = [{ images: ['127.0.0.1:*/**'], signedBy: [{ keyless: { issuer, identity } }] }];
    const policy = JSON.stringify({ version: 1, mode: 'enforce', rules });
    const cwd = await projectFolder({ 'docker-verify.yaml': policy });
    const image = `${lab().registry}/keyless/base:1`;
    const env = { HOME: home, XDG_CACHE_HOME: join(home, 'cache') };
    expect(await runVerify(['check', image], { cwd, env })).toMatchObject({
      status: 10,
      stdout: expect.stringContaining('signature.untrusted-key'),
    });
    const named = ['check', '--trusted-root', lab().trustedRoot, image];
    expect(await runVerify(named, { cwd, env })).toMatchObject({ status: 0 });
  });

  it('is passed over where its repository handed it out earlier than what comes with the program', async () => {
    const home = await temporaryFolder();
    const read = (name: string): Promise<string> => readFile(join(project, 'test', 'fixtures', 'trust', name), 'utf8');
    const [json, targets] = [await read('12.trusted_root.json'), await read('12.targets.json')];
    const sha256 = createHash('sha256').update(json).digest('hex');
    const time = new Date().toISOString();
    const kept = JSON.stringify({
      version: 2,
      checked: time,
      updated: time,
      sha256,
      json,
      proof: { roots: [], targets },
    });
    const env = { HOME: home, XDG_CACHE_HOME: join(home, 'cache') };
    const shown = async (): Promise<unknown> =>
      JSON.parse((await runVerify(['trust', 'show', '--offline', '--format', 'json'], { env })).stdout);
    const before = await shown();
    await writeFiles(join(home, 'cache', 'docker-verify', 'trust'), { 'public-good.json': kept });
    expect(await shown()).toEqual(before);
  });
});

describe("GitHub's own trusted root", () => {
  it('comes with the program, and is shown with its age and its fingerprints', async () => {
    const { status, stdout } = await runVerify(['trust', 'show', '--format', 'json']);
    expect(status).toBe(0);
    const [publicGood, github] = JSON.parse(stdout).roots;
    expect(publicGood).toMatchObject({ source: 'sigstore public good', layer: 'builtin' });
    expect(github).toMatchObject({
      source: 'github',
      layer: 'builtin',
      sha256: '484cdfe1a7c65479c5ba2a22193d1be90f0020db1997de696ab207434c62fbb7',
      age: expect.stringMatching(/^\d+ days$/),
    });
    expect(github.parts.map(({ name }: { name: string }) => name)).toContain('timestamp.githubapp.com');
  });

  it('is in use only where a rule names it', async () => {
    const rootsWith = async (signer: string): Promise<readonly string[]> => {
      const rule = `{images: ["127.0.0.1:*/**"], signedBy: [{keyless: {issuer: "https://a", identity: b}${signer}}]}`;
      const folder = await projectFolder({ 'docker-verify.yaml': `version: 1\nmode: enforce\nrules: [${rule}]\n` });
      const words = ['check', '--format', 'json', `${lab().registry}/unsigned/base:1`];
      const { stdout } = await runVerify(words, { cwd: folder });
      return JSON.parse(stdout).trustedRoots.map(({ source }: { source: string }) => source);
    };
    expect(await rootsWith('')).toEqual(['sigstore public good']);
    expect(await rootsWith(', trustedRoot: github')).toEqual(['sigstore public good', 'github']);
  });
});
