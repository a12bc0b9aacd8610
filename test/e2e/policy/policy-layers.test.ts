import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  acmePolicy,
  dockerConfiguration,
  lab,
  type Outcome,
  projectFolder,
  runVerify,
  writeFiles,
} from '../support/lab.ts';

const { registry, keys } = lab();
const machineFolder = '/etc/docker/verify';

/** A configuration folder whose user policy is `policy`, with acme's key beside it. */
async function userPolicy(policy: string): Promise<string> {
  const configuration = await dockerConfiguration();
  await writeFiles(configuration, { 'verify/policy.yaml': policy });
  await copyFile(keys.acme.publicKey, join(configuration, 'verify', 'acme.pub'));
  return configuration;
}

interface Layers {
  readonly project?: string;
  readonly user?: string;
  readonly options?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

async function build(image: string, { project, user, options = [], files = {} }: Layers): Promise<Outcome> {
  const policy = project === undefined ? {} : { 'docker-verify.yaml': project };
  const folder = await projectFolder({ Dockerfile: `FROM ${registry}/${image}\n`, ...policy, ...files });
  const env = { DOCKER_CONFIG: await (user === undefined ? dockerConfiguration() : userPolicy(user)) };
  return runVerify(['build', '-q', ...options, '.'], { cwd: folder, env });
}

const lax =
  'version: 1\nmode: warn\ndefault: allow\nrules: [{images: ["**"], mode: warn, signedBy: [{key: acme.pub}]}]\n';
const unsigned = 'unsigned/base:1';

describe('of several layers the strictest wins:', () => {
  it('a project cannot loosen what the user enforces', async () => {
    expect(await build(unsigned, { project: lax })).toMatchObject({ status: 0 });
    const refused = await build(unsigned, { project: lax, user: acmePolicy() });
    expect(refused).toMatchObject({ status: 10 });
    expect(refused.stderr).toMatch(/policy\.yaml.*\(user\)/s);
  });

  it('a project can tighten what the user leaves open', async () => {
    const open = 'version: 1\nmode: warn\ndefault: allow\n';
    expect(await build(unsigned, { user: open })).toMatchObject({ status: 0 });
    expect(await build(unsigned, { user: open, project: acmePolicy() })).toMatchObject({ status: 10 });
  });

  it('a policy of the command line counts besides both', async () => {
    const options = ['--verify-policy', 'strict.yaml'];
    const files = { 'strict.yaml': acmePolicy() };
    expect(await build(unsigned, { project: lax, options, files })).toMatchObject({ status: 10 });
    expect(await build('signed/base:1', { project: lax, options, files })).toMatchObject({ status: 0 });
  });

  it('without any policy what is unsigned is only warned of', async () => {
    const folder = await projectFolder({ Dockerfile: `FROM ${registry}/${unsigned}\n` });
    const { status, stderr } = await runVerify(['build', '.'], { cwd: folder });
    expect(status).toBe(0);
    expect(stderr).toMatch(/unsigned\/base:1.*allowed with warnings/s);
  });

  it('a default of warn lets what is unsigned through, with a warning, where no rule matches', async () => {
    const project = acmePolicy({ default: 'warn', images: ['127.0.0.1:*/signed/**'] });
    const folder = await projectFolder({ Dockerfile: `FROM ${registry}/${unsigned}\n`, 'docker-verify.yaml': project });
    const { status, stderr } = await runVerify(['build', '.'], { cwd: folder });
    expect(status).toBe(0);
    expect(stderr).toMatch(/unsigned\/base:1.*policy\.default.*allowed with warnings/s);
  });

  it('--mode enforce tightens, --mode warn against a policy that enforces is refused', async () => {
    const project = acmePolicy({ mode: 'warn' });
    expect(await build(unsigned, { project })).toMatchObject({ status: 0 });
    expect(await build(unsigned, { project, options: ['--verify-mode', 'enforce'] })).toMatchObject({ status: 10 });
    const loosened = await build(unsigned, { project, user: acmePolicy(), options: ['--verify-mode', 'warn'] });
    expect(loosened).toMatchObject({ status: 64 });
    expect(loosened.stderr).toMatch(/policy\.yaml says mode: enforce/);
  });

  it('a project policy of warn does not say whether what the user refuses is built', async () => {
    const env = { DOCKER_CONFIG: await userPolicy(acmePolicy()) };
    const folder = await projectFolder({ Dockerfile: `FROM ${registry}/${unsigned}\n`, 'docker-verify.yaml': lax });
    const { stdout } = await runVerify(['check', '--format', 'json', '.'], { cwd: folder, env });
    const decisions = [
      { layer: 'user', status: 'block' },
      { layer: 'project', status: 'warn' },
    ];
    expect(JSON.parse(stdout)).toMatchObject({ mode: 'enforce', verdict: 'block', images: [{ decisions }] });
  });
});

// Writing there needs root, and is done only where no machine is changed for good.
describe.skipIf(process.getuid?.() !== 0)("the machine's policy", () => {
  it('binds every project and user', async () => {
    await mkdir('/etc/docker', { recursive: true });
    const aside = await mkdtemp('/etc/docker/.verify-aside-');
    const kept = await rename(machineFolder, join(aside, 'verify')).then(
      () => true,
      () => false,
    );
    try {
      await mkdir(machineFolder);
      await writeFile(join(machineFolder, 'policy.yaml'), acmePolicy());
      await copyFile(keys.acme.publicKey, join(machineFolder, 'acme.pub'));
      const refused = await build(unsigned, { project: lax, user: lax });
      expect(refused).toMatchObject({ status: 10 });
      expect(refused.stderr).toContain('(machine)');
      expect(await build('signed/base:1', { project: lax })).toMatchObject({ status: 0 });
      expect(await build(unsigned, { options: ['--verify-mode', 'warn'] })).toMatchObject({ status: 64 });
    } finally {
      await rm(machineFolder, { recursive: true, force: true });
      if (kept) await rename(join(aside, 'verify'), machineFolder);
      await rm(aside, { recursive: true, force: true });
    }
  });
});
