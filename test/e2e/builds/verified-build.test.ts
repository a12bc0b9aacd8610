import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  acmePolicy,
  defaultIdentity,
  dockerConfiguration,
  lab,
  type Outcome,
  projectFolder,
  pushLayer,
  runDocker,
  runVerify,
  sign,
  startTestRegistry,
  type TestRegistry,
} from '../support/lab.ts';

const { registry, keys, trustedRoot } = lab();
const policyFile = 'docker-verify.yaml';

/** The fields of the report that are looked at here. */
interface SeenReport {
  readonly verdict: string;
  readonly images: readonly {
    readonly name: string;
    readonly status: string;
    readonly verified: boolean;
    readonly findings: readonly { readonly code: string }[];
    readonly evidence: readonly { readonly verified: boolean; readonly problem: string | null }[];
  }[];
}

/** A project that builds on `image` under a policy, and writes /built. */
function buildingOn(image: string, policy = acmePolicy()): Promise<string> {
  return projectFolder({
    Dockerfile: `FROM ${image}\nRUN --network=none echo built >/built\n`,
    [policyFile]: policy,
  });
}

/** Builds the project into its folder `out`, which is empty before. */
async function build(folder: string, more: readonly string[] = []): Promise<Outcome & { readonly built: boolean }> {
  const out = join(folder, 'out');
  await rm(out, { recursive: true, force: true });
  const outcome = await runVerify(['build', '--output', `type=local,dest=${out}`, ...more, '.'], { cwd: folder });
  return { ...outcome, built: existsSync(join(out, 'built')) };
}

async function check(folder: string, more: readonly string[] = []): Promise<{ status: number; report: SeenReport }> {
  const { status, stdout } = await runVerify(['check', '--format', 'json', ...more, '.'], { cwd: folder });
  return { status, report: JSON.parse(stdout) };
}

describe('a base that acme signed is built on, one that it did not sign is refused', () => {
  it.each(['signed/base:1', 'legacy/base:1', 'logged/base:1', 'signed/multi:1'])('%s is built on', async (image) => {
    expect(await build(await buildingOn(`${registry}/${image}`))).toMatchObject({ status: 0, built: true });
  });

  it.each([
    ['unsigned/base:1', 10],
    ['wrong/base:1', 10],
    ['keyless/base:1', 10],
    ['nowhere/base:1', 11],
  ])('%s is named and refused with %i', async (image, status) => {
    const outcome = await build(await buildingOn(`${registry}/${image}`));
    expect(outcome).toMatchObject({ status, built: false, stdout: '' });
    expect(outcome.stderr).toContain(image);
  });

  it('counts an image that only a trigger of the base names', async () => {
    expect(await build(await buildingOn(`${registry}/signed/onbuild:1`))).toMatchObject({ status: 0, built: true });
    const refused = await build(await buildingOn(`${registry}/signed/onbuild-unsigned:1`));
    expect(refused).toMatchObject({ status: 10, built: false });
    expect(refused.stderr).toContain('unsigned/base');
  });

  it('lets the build go on with a warning where the policy only warns', async () => {
    const outcome = await build(await buildingOn(`${registry}/unsigned/base:1`, acmePolicy({ mode: 'warn' })));
    expect(outcome).toMatchObject({ status: 0, built: true });
    expect(outcome.stderr).toContain('unsigned/base:1');
  });

  it('reads a Dockerfile from standard input, and builds it', async () => {
    const folder = await projectFolder({ [policyFile]: acmePolicy() });
    const from = (image: string): Promise<Outcome> =>
      runVerify(['build', '-'], { cwd: folder, stdin: `FROM ${registry}/${image}\n` });
    expect(await from('signed/base:1')).toMatchObject({ status: 0 });
    expect(await from('unsigned/base:1')).toMatchObject({ status: 10 });
  });
});

describe('signatures without a key', () => {
  const keyless = (identity: string): string =>
    JSON.stringify({
      version: 1,
      mode: 'enforce',
      default: 'deny',
      rules: [{ images: ['**'], signedBy: [{ keyless: { issuer: defaultIdentity.issuer, identity } }] }],
    });

  it.each(['keyless/base:1', 'keyless/tiles:1', 'keyless2/base:1'])('%s', async (image) => {
    const trusting = ['--verify-trusted-root', trustedRoot];
    const good = await buildingOn(`${registry}/${image}`, keyless(defaultIdentity.email));
    expect(await build(good, trusting)).toMatchObject({ status: 0, built: true });
    expect(await build(good)).toMatchObject({ status: 10, built: false });
    const other = await buildingOn(`${registry}/${image}`, keyless('untrusted@example.test'));
    expect(await build(other, trusting)).toMatchObject({ status: 10, built: false });
  });
});

describe('a tag that is moved after it was verified', () => {
  let moving: TestRegistry | undefined;
  afterEach(() => moving?.close());

  it('changes nothing: the verified bytes are built', async () => {
    moving = await startTestRegistry();
    const tag = `${moving.host}/moving/base:1`;
    await pushLayer(lab(), `${registry}/unsigned/base:1`, `${moving.host}/moving/base:evil`, { which: 'evil' });
    await pushLayer(lab(), `${registry}/unsigned/base:1`, tag, { which: 'good' });
    await sign(lab(), tag, { signer: { key: keys.acme.privateKey }, cosign: 3 });
    const evil = moving.store.manifest('moving/base', 'evil');
    const headers = { 'content-type': evil?.mediaType ?? '', 'docker-content-digest': evil?.digest ?? '' };
    const effect = { kind: 'answer', status: 200, headers, body: String(evil?.bytes) } as const;
    // to the builder the tag names other bytes than to us
    moving.addFault({ path: '/manifests/1$', client: '^docker/|buildkit|containerd', effect });

    const folder = await buildingOn(tag);
    const which = async (program: typeof runVerify, verb: readonly string[], out: string): Promise<string> => {
      const parameters = [...verb, 'build', '--output', `type=local,dest=${join(folder, out)}`, '.'];
      expect(await program(parameters, { cwd: folder })).toMatchObject({ status: 0 });
      return readFile(join(folder, out, 'which'), 'utf8');
    };
    expect(await which(runDocker, ['buildx'], 'control')).toBe('evil');
    expect(await which(runVerify, [], 'verified')).toBe('good');
  });
});

describe('check', () => {
  it('says in JSON what it found, and ends as a build would', async () => {
    const good = await check(await buildingOn(`${registry}/signed/base:1`));
    expect(good).toMatchObject({
      status: 0,
      report: { verdict: 'allow', images: [{ status: 'allow', verified: true }] },
    });
    expect(good.report.images[0]?.name).toBe(`${registry}/signed/base:1`);
    const bad = await check(await buildingOn(`${registry}/unsigned/base:1`));
    expect(bad).toMatchObject({
      status: 10,
      report: { verdict: 'block', images: [{ status: 'block', verified: false }] },
    });
  });

  it('tells a wrong signer from no signature', async () => {
    const [wrong] = (await check(await buildingOn(`${registry}/wrong/base:1`))).report.images;
    const [none] = (await check(await buildingOn(`${registry}/unsigned/base:1`))).report.images;
    expect(wrong?.findings[0]?.code).not.toBe(none?.findings[0]?.code);
  });
});

describe('through Docker', () => {
  it.each([
    ['signed/base:1', 0],
    ['unsigned/base:1', 10],
  ])('docker verify build, and docker build with the alias: %s ends with %i', async (image, status) => {
    const folder = await buildingOn(`${registry}/${image}`);
    const plugin = { cwd: folder, env: { DOCKER_CONFIG: await dockerConfiguration() } };
    expect(await runDocker(['verify', 'build', '.'], plugin)).toMatchObject({ status });
    const alias = { cwd: folder, env: { DOCKER_CONFIG: await dockerConfiguration({ alias: true }) } };
    expect(await runDocker(['build', '.'], alias)).toMatchObject({ status });
    expect(await runDocker(['image', 'build', '.'], alias)).toMatchObject({ status });
  });
});

describe('bad input ends with one line and the status of the contract', () => {
  it.each([
    ['an unknown mode', ['build', '--verify-mode', 'maybe', '.'], {}, 64],
    ['an invalid Dockerfile', ['build', '.'], { Dockerfile: 'FRUM x\n' }, 65],
    ['a policy with an unknown field', ['build', '.'], { [policyFile]: 'version: 1\nrulez: []\n' }, 78],
    [
      'a policy whose key is missing',
      ['build', '.'],
      { [policyFile]: 'version: 1\nrules: [{images: ["**"], signedBy: [{key: gone.pub}]}]\n' },
      78,
    ],
  ])('%s', async (_, parameters, files, status) => {
    const folder = await projectFolder({
      Dockerfile: `FROM ${registry}/signed/base:1\n`,
      [policyFile]: acmePolicy(),
      ...files,
    });
    const outcome = await runVerify(parameters, { cwd: folder });
    expect(outcome).toMatchObject({ status, stdout: '' });
    expect(outcome.stderr.trim().split('\n')).toHaveLength(1);
  });
});
