import { existsSync } from 'node:fs';
import { cp, mkdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  acmePolicy,
  copyImage,
  defaultIdentity,
  lab,
  type Outcome,
  projectFolder,
  runVerify,
  sign,
  startTestRegistry,
  temporaryFolder,
} from '../support/lab.ts';

const { registry, keys, trustedRoot } = lab();

/** A server that takes every connection for an attempt, and ends it. */
class Trap {
  attempts = 0;
  readonly #server: Server = createServer((socket) => {
    this.attempts++;
    socket.destroy();
  });

  listen(port = 0): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.on('error', reject).listen(port, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

const proxy = new Trap();
const gone = new Trap();
let host = '';
let home = '';
/** By digest: what a tag stands for is only known by asking. */
let keyed = '';
let unkeyed = '';
let refreshBegun = false;
let filled: readonly number[] = [];
let proxies: Record<string, string> = {};

/** A policy by identity, with the private instance's root in the policy itself. */
const keyless = JSON.stringify({
  version: 1,
  mode: 'enforce',
  default: 'deny',
  rules: [
    {
      images: ['127.0.0.1:*/**'],
      signedBy: [
        { keyless: { issuer: defaultIdentity.issuer, identity: defaultIdentity.email }, trustedRoot: trustedRoot },
      ],
    },
  ],
});

async function check(image: string, policy: string, more: readonly string[]): Promise<Outcome> {
  const folder = await projectFolder({ 'policy.json': policy });
  const parameters = ['check', '--format', 'json', '--policy', 'policy.json', ...more, `${host}/${image}`];
  return runVerify(parameters, { cwd: folder, env: { HOME: home, XDG_CACHE_HOME: join(home, 'cache'), ...proxies } });
}

function trust(parameters: readonly string[], cwd?: string): Promise<Outcome> {
  const env = { HOME: home, XDG_CACHE_HOME: join(home, 'cache'), ...proxies };
  return runVerify(['trust', ...parameters], { env, ...(cwd === undefined ? {} : { cwd }) });
}

/** Where refreshed roots are kept, and the note of when one was last tried. */
function trustFolder(): string {
  return join(home, 'cache', 'docker-verify', 'trust');
}

function attempts(): number {
  return proxy.attempts + gone.attempts;
}

beforeAll(async () => {
  home = await temporaryFolder();
  // a registry that is there while the cache is filled, and whose place only a trap is in afterwards
  const online = await startTestRegistry();
  ({ host } = online);
  keyed = `keyed/base:1@${await copyImage(lab(), `${registry}/unsigned/base:1`, `${host}/keyed/base:1`)}`;
  await sign(lab(), `${host}/keyed/base:1`, { signer: { key: keys.acme.privateKey }, cosign: 3 });
  unkeyed = `keyless/base:1@${await copyImage(lab(), `${registry}/unsigned/base:1`, `${host}/keyless/base:1`)}`;
  await sign(lab(), `${host}/keyless/base:1`, { signer: { identity: {} }, cosign: 3 });
  filled = [(await check(keyed, acmePolicy(), [])).status, (await check(unkeyed, keyless, [])).status];
  refreshBegun = existsSync(join(trustFolder(), 'last-attempt'));
  // the refresh that this began may still be at work there
  const used = await temporaryFolder();
  await cp(join(home, 'cache', 'docker-verify'), join(used, 'cache', 'docker-verify'), { recursive: true });
  await rm(join(used, 'cache', 'docker-verify', 'trust'), { recursive: true, force: true });
  home = used;
  await online.close();
  await gone.listen(Number(host.split(':')[1]));
  const url = `http://127.0.0.1:${await proxy.listen()}`;
  proxies = { HTTP_PROXY: url, HTTPS_PROXY: url, http_proxy: url, https_proxy: url, NO_PROXY: '', no_proxy: '' };
});

beforeEach(() => {
  proxy.attempts = 0;
  gone.attempts = 0;
});

afterAll(async () => {
  await Promise.all([proxy.close(), gone.close()]);
});

describe('with --offline', () => {
  it('the cache was filled by runs that were allowed', () => {
    expect(filled).toEqual([0, 0]);
  });

  it('what is cached verifies by key, without an attempt', async () => {
    const { status, stdout } = await check(keyed, acmePolicy(), ['--offline']);
    expect({ status, ...JSON.parse(stdout) }).toMatchObject({
      status: 0,
      verdict: 'allow',
      images: [{ verified: true }],
    });
    expect(attempts()).toBe(0);
  });

  it("what is cached verifies by identity with the policy's own root, and no refresh begins in the background", async () => {
    await rm(trustFolder(), { recursive: true, force: true });
    const { status, stdout } = await check(unkeyed, keyless, ['--offline']);
    expect({ status, ...JSON.parse(stdout) }).toMatchObject({
      status: 0,
      verdict: 'allow',
      images: [{ verified: true }],
    });
    await pause(1_000); // for what would go on behind our back
    expect(attempts()).toBe(0);
    expect(existsSync(trustFolder())).toBe(false);
  });

  it('what is cached is still refused where somebody else was to sign it', async () => {
    const other = keyless.replace(defaultIdentity.email, 'untrusted@example.test');
    expect(await check(unkeyed, other, ['--offline'])).toMatchObject({ status: 10 });
    expect(await check(unkeyed, acmePolicy(), ['--offline'])).toMatchObject({ status: 10 });
    expect(attempts()).toBe(0);
  });

  it('a tag stands for what it stood for when it was last looked up, and its age is reported', async () => {
    const { status, stdout } = await check('keyed/base:1', acmePolicy(), ['--offline']);
    const [image] = JSON.parse(stdout).images;
    expect([status, image.status, image.verified, image.digest]).toEqual([0, 'allow', true, keyed.split('@')[1]]);
    expect(image.findings).toMatchObject([{ code: 'image.kept-tag', level: 'note' }]);
    expect(attempts()).toBe(0);
  });

  it.each(['never/seen:1', 'keyed/base:2', `never/seen@sha256:${'0'.repeat(64)}`])(
    'what is not cached could not be verified, without an attempt: %s',
    async (image) => {
      const { status, stdout } = await check(image, acmePolicy(), ['--offline']);
      expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 11, verdict: 'error' });
      expect(stdout).toContain('and the network is not to be used');
      const [{ findings }] = JSON.parse(stdout).images;
      expect(findings.map(({ code }: { code: string }) => code)).toEqual(['image.offline']);
      expect(attempts()).toBe(0);
    },
  );

  it('without --offline the trap is walked into', async () => {
    expect(await check('never/seen:1', acmePolicy(), [])).toMatchObject({ status: 11 });
    expect(gone.attempts).toBeGreaterThan(0);
  });
});

describe('the trusted roots', () => {
  it('are shown with layers, ages and fingerprints, without an attempt', async () => {
    const folder = await projectFolder({ 'docker-verify.yaml': keyless });
    const { status, stdout } = await trust(['show', '--format', 'json'], folder);
    expect(status).toBe(0);
    const { roots } = JSON.parse(stdout);
    expect(new Set(roots.map(({ layer }: { layer: string }) => layer))).toEqual(new Set(['builtin', 'project']));
    for (const root of roots) {
      expect(root).toMatchObject({ source: expect.any(String), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(root.parts.length).toBeGreaterThan(0);
      for (const { sha256 } of root.parts) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
    const builtin = roots.filter(({ layer }: { layer: string }) => layer === 'builtin');
    for (const { age } of builtin) expect(age).toMatch(/^\d+ \w+$/);
    const text = await trust(['show'], folder);
    expect(text.stdout).toMatch(/\(builtin\) {2}sha256:[0-9a-f]{64} {2}\d+ \w+ old/);
    expect(text.stdout).toContain(trustedRoot);
    expect(attempts()).toBe(0);
  });

  it('are not asked for by update --offline, and are by update', async () => {
    await rm(trustFolder(), { recursive: true, force: true });
    const offline = await trust(['update', '--offline']);
    expect(offline).toMatchObject({ status: 0, stdout: expect.stringContaining('offline: nothing was asked for') });
    expect(attempts()).toBe(0);
    // a refresh makes its folder before it asks, whatever becomes of it
    expect(existsSync(trustFolder())).toBe(false);
    await trust(['update', '--timeout', '2s']);
    expect(existsSync(trustFolder())).toBe(true);
  });
});

describe('the refresh in the background', () => {
  it('is begun by a run that saw a signature by identity, and never with --offline, however long ago the last one was', async () => {
    expect(refreshBegun).toBe(true);
    await mkdir(trustFolder(), { recursive: true });
    const mark = join(trustFolder(), 'last-attempt');
    await writeFile(mark, '');
    // whole seconds, which a file system gives back as they were set
    const long = new Date((Math.floor(Date.now() / 1000) - 30 * 24 * 60 * 60) * 1000);
    await utimes(mark, long, long);
    expect(await check(unkeyed, keyless, ['--offline'])).toMatchObject({ status: 0 });
    await pause(1_000);
    expect((await stat(mark)).mtimeMs).toBe(long.getTime());
    expect(attempts()).toBe(0);
  });
});
