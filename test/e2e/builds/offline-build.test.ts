import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { engines, reported } from '../no-way-around/project.ts';
import {
  acmePolicy,
  copyImage,
  defaultIdentity,
  lab,
  mustRun,
  projectFolder,
  pushLayer,
  runDocker,
  runVerify,
  sign,
  startTestRegistry,
  type TestRegistry,
  temporaryFolder,
} from '../support/lab.ts';

const { registry, keys, trustedRoot } = lab();
const policyFile = 'docker-verify.yaml';
const lockFile = 'docker-verify.lock.json';

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

const running = new Set<TestRegistry>();
afterEach(async () => {
  await Promise.all([...running].map((each) => each.close()));
  running.clear();
});

/** A registry of its own with one image that `/which` tells from all others; it can be taken away. */
async function ownRegistry(which: string) {
  const own = await startTestRegistry();
  running.add(own);
  const image = `${own.host}/offline/base:1`;
  const digest = await pushLayer(lab(), `${registry}/unsigned/base:1`, image, { which });
  const close = async (): Promise<void> => {
    running.delete(own);
    await own.close();
  };
  return { own, image, digest, close };
}

/** Nothing kept by an earlier run. */
const fresh = async (env: Readonly<Record<string, string>>) => ({ ...env, XDG_CACHE_HOME: await temporaryFolder() });

const codesOf = (
  { findings }: { readonly findings: readonly { readonly code: string }[] } | undefined = { findings: [] },
) => findings.map(({ code }) => code);

describe.each(engines)('what was built an hour ago (%s)', (_, engine) => {
  it.each([
    ['a key', acmePolicy(), { key: keys.acme.privateKey }],
    ['an identity', keyless, { identity: {} }],
  ] as const)('builds with --verify-offline, its signature by %s verified anew', async (_by, policy, signer) => {
    const { image, digest, close } = await ownRegistry(`offline ${_by} ${engine['DOCKER_HOST']}`);
    await sign(lab(), image, { signer, cosign: 3 });
    const env = await fresh(engine);
    const folder = await projectFolder({ Dockerfile: `FROM ${image}\n`, [policyFile]: policy });
    const online = await reported(folder, [], { env });
    expect([online.status, online.report.images[0]?.verified]).toEqual([0, true]);
    expect(codesOf(online.report.images[0])).not.toContain('image.kept-tag');
    await close();
    const offline = await reported(folder, ['--verify-offline'], { env });
    expect(offline).toMatchObject({ status: 0, which: online.which });
    const [judged] = offline.report.images;
    expect(judged).toMatchObject({ digest, status: 'allow', verified: true, basis: 'signature' });
    const note = judged?.findings.find(({ code }) => code === 'image.kept-tag');
    expect(note).toMatchObject({
      level: 'note',
      message: expect.stringMatching(/just now|\d+ (?:second|minute)s? ago/),
    });
    expect(offline.report.build?.unverified).toEqual([]);
    // the controls: another signer is still refused, and without --verify-offline an answer is still asked for
    const untrusted = policy.includes('acme') ? keyless : acmePolicy();
    await writeFile(join(folder, policyFile), untrusted);
    expect((await reported(folder, ['--verify-offline'], { env })).status).toBe(10);
    await writeFile(join(folder, policyFile), policy);
    expect((await reported(folder, [], { env })).status).toBe(11);
    // nor does a machine that has never seen it build it
    expect((await reported(folder, ['--verify-offline'], { env: await fresh(engine) })).status).toBe(11);
  });

  it('and was unsigned then is not called unsigned without having asked, nor let in', async () => {
    const { image, close } = await ownRegistry(`unsigned ${engine['DOCKER_HOST']}`);
    const env = await fresh(engine);
    const lenient = acmePolicy({ mode: 'warn', default: 'warn' });
    const folder = await projectFolder({ Dockerfile: `FROM ${image}\n`, [policyFile]: lenient });
    expect((await reported(folder, [], { env })).status).toBe(0);
    await close();
    const warned = await reported(folder, ['--verify-offline'], { env });
    expect([warned.status, warned.report.verdict, warned.report.images[0]?.verified]).toEqual([0, 'warn', false]);
    expect(codesOf(warned.report.images[0])).toContain('image.offline');
    await writeFile(join(folder, policyFile), acmePolicy());
    const refused = await reported(folder, ['--verify-offline'], { env });
    expect([refused.status, codesOf(refused.report.images[0])]).toEqual([11, ['image.offline', 'image.kept-tag']]);
  });
});

describe.each(engines)('a fresh clone with a lock, and the image in the local store (%s)', (_, engine) => {
  const pulled: string[] = [];
  afterAll(async () => {
    await runDocker(['image', 'rm', '--force', ...pulled], { env: engine });
  });

  it.each([
    ['--verify-offline', ['--verify-offline']],
    ['no network', []],
  ])('builds with %s from the locked digest', async (how, words) => {
    const { image, digest, close } = await ownRegistry(`locked ${how} ${engine['DOCKER_HOST']}`);
    const folder = await projectFolder({
      Dockerfile: `FROM ${image}\nRUN --network=none echo built >/built\n`,
      [policyFile]: 'version: 1\ndefault: deny\nrules: [{images: ["127.0.0.1:*/**"], locked: true}]\n',
    });
    expect((await runVerify(['lock'], { cwd: folder, stdin: '' })).status).toBe(0);
    await mustRun(lab(), lab().docker, ['pull', '--quiet', image], { env: engine });
    pulled.push(image);
    await close();
    const built = await reported(folder, words, { env: await fresh(engine) });
    expect(built.stderr).not.toContain('do not use it');
    expect(built).toMatchObject({ status: 0, which: `locked ${how} ${engine['DOCKER_HOST']}` });
    expect(built.report.images).toMatchObject([{ digest, status: 'allow', basis: 'lock', verified: false }]);
    expect(built.report.build).toMatchObject({ unverified: [] });
    // without the lock nothing is known of it
    await rm(join(folder, lockFile));
    expect((await reported(folder, words, { env: await fresh(engine) })).status).toBe(11);
    // and without a policy it builds by the lock alone, as plain docker build would by the tag
    await rm(join(folder, policyFile));
    expect((await reported(folder, words, { env: await fresh(engine) })).status).toBe(0);
  });

  it('does not take another image for it that lies under its tag', async () => {
    const { image, close } = await ownRegistry(`tagged ${engine['DOCKER_HOST']}`);
    const folder = await projectFolder({
      Dockerfile: `FROM ${image}\n`,
      [policyFile]: 'version: 1\ndefault: deny\nrules: [{images: ["127.0.0.1:*/**"], locked: true}]\n',
    });
    expect((await runVerify(['lock'], { cwd: folder, stdin: '' })).status).toBe(0);
    const impostor = `${registry}/lock-offline/impostor:1`;
    await pushLayer(lab(), `${registry}/unsigned/base:1`, impostor, { which: 'impostor' });
    await mustRun(lab(), lab().docker, ['pull', '--quiet', impostor], { env: engine });
    await mustRun(lab(), lab().docker, ['tag', impostor, image], { env: engine });
    pulled.push(image, impostor);
    await close();
    const built = await reported(folder, [], { env: await fresh(engine) });
    expect(built.status).not.toBe(0);
    expect(built.which).toBeNull();
    // the control: plain docker build takes it
    expect((await runDocker(['buildx', 'build', '-q', '.'], { cwd: folder, env: engine })).status).toBe(0);
  });
});

describe.each(engines)('a project without any policy (%s)', (_, engine) => {
  const pulled: string[] = [];
  afterAll(async () => {
    await runDocker(['image', 'rm', '--force', ...pulled], { env: engine });
  });

  it.each([
    ['the registry is down', []],
    ['the network is not to be used', ['--verify-offline']],
  ])('builds where %s and the image is in the local store, with a warning', async (how, words) => {
    const which = `no policy, ${how} ${engine['DOCKER_HOST']}`;
    const { image, close } = await ownRegistry(which);
    await mustRun(lab(), lab().docker, ['pull', '--quiet', image], { env: engine });
    pulled.push(image);
    await close();
    const folder = await projectFolder({ Dockerfile: `FROM ${image}\n` });
    const built = await reported(folder, words, { env: await fresh(engine) });
    expect(built).toMatchObject({ status: 0, which, report: { verdict: 'warn', images: [{ verified: false }] } });
    expect(built.report.images[0]?.findings[0]).toMatchObject({ level: 'warning' });
    // the controls: with a policy it is 11, and so it is where somebody says to enforce
    expect((await reported(folder, ['--verify-mode', 'enforce', ...words], { env: await fresh(engine) })).status).toBe(
      11,
    );
    await writeFile(join(folder, policyFile), 'version: 1\ndefault: warn\n');
    expect((await reported(folder, words, { env: await fresh(engine) })).status).toBe(11);
  });

  it('builds where the registry gives no more for now (429), and where nothing attached can be had (401, 500)', async () => {
    for (const [path, status] of [
      ['/manifests/1', 429],
      ['/referrers/', 401],
      ['/manifests/sha256-', 500],
    ] as const) {
      const which = `no policy ${status} ${engine['DOCKER_HOST']}`;
      // one after another: each has a registry of its own
      // oxlint-disable no-await-in-loop
      const { own, image, close } = await ownRegistry(which);
      await mustRun(lab(), lab().docker, ['pull', '--quiet', image], { env: engine });
      pulled.push(image);
      own.addFault({ path, effect: { kind: 'status', status } });
      const folder = await projectFolder({ Dockerfile: `FROM ${image}\n` });
      const built = await reported(folder, [], { env: await fresh(engine) });
      expect([status, built.status, built.which, built.report.verdict]).toEqual([status, 0, which, 'warn']);
      await close();
      // oxlint-enable no-await-in-loop
    }
  });

  it('goes on as Docker would where there is no such image: the words and the status are its own', async () => {
    const folder = await projectFolder({ Dockerfile: `FROM ${registry}/offline/nowhere:1\n` });
    const plain = await runDocker(['buildx', 'build', '--progress=plain', '.'], { cwd: folder, env: engine });
    const ours = await reported(folder, ['--progress=plain'], { env: engine });
    expect([ours.status, ours.report.verdict]).toEqual([plain.status, 'warn']);
    expect(ours.stderr).toContain('failed to resolve');
  });
});

describe('a digest that a lock holds', () => {
  it('is asked for once by its tag on a first check, and costs one HEAD on a second', async () => {
    const { own, image } = await ownRegistry('counted');
    const folder = await projectFolder({ Dockerfile: `FROM ${image}\n` });
    expect((await runVerify(['lock'], { cwd: folder, stdin: '' })).status).toBe(0);
    const env = await fresh({});
    const check = async () => {
      own.forget();
      expect((await runVerify(['check', '.'], { cwd: folder, env, stdin: '' })).status).toBe(0);
      return own.requests
        .filter(({ path }) => /\/manifests\/(?:1|sha256:[0-9a-f]+)$/.test(path))
        .map(({ method }) => method);
    };
    expect(await check()).toEqual(['GET']);
    expect(await check()).toEqual(['HEAD']);
    expect(JSON.parse(await readFile(join(folder, lockFile), 'utf8')).images[image]).toBeDefined();
    await copyImage(lab(), `${registry}/unsigned/base:1`, image);
    expect((await runVerify(['check', '.'], { cwd: folder, env, stdin: '' })).stdout).toContain('lock.moved');
  });
});
