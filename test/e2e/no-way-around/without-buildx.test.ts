import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { dockerConfiguration, type Outcome, projectFolder, runDocker } from '../support/lab.ts';
import { engines, registry } from './project.ts';

const base = `${registry}/signed/base:1`;
const made = 'without-buildx/app:1';
const [, engine = {}] = engines[0] ?? [];

/** Docker's configuration as on a machine where the package of buildx is not installed. */
async function withoutBuildx(options: { readonly alias?: boolean } = {}): Promise<string> {
  const configuration = await dockerConfiguration(options);
  await rm(join(configuration, 'cli-plugins', 'docker-buildx'));
  return configuration;
}

const files = (label: string) => ({ Dockerfile: `FROM ${base}\nLABEL made=${label}\n` });

async function madeBy(): Promise<string> {
  const format = ['--format', '{{index .Config.Labels "made"}}'];
  return (await runDocker(['image', 'inspect', ...format, made], { env: engine })).stdout.trim();
}

async function build(folder: string, env: Readonly<Record<string, string>>, more: object = {}): Promise<Outcome> {
  return await runDocker(['build', '-t', made, ...('stdin' in more ? ['-'] : ['.'])], {
    cwd: folder,
    env: { ...engine, ...env },
    ...more,
  });
}

afterAll(async () => {
  // the old builder pulls what it builds on
  await runDocker(['image', 'rm', '-f', made, base], { env: engine });
});

describe('a machine without buildx', () => {
  it("builds with Docker's old builder where there is no policy, as plain Docker does", async () => {
    const plain = { DOCKER_CONFIG: await withoutBuildx() };
    expect(await build(await projectFolder(files('plain')), plain)).toMatchObject({ status: 0 });
    expect(await madeBy()).toBe('plain');
    const env = { DOCKER_CONFIG: await withoutBuildx({ alias: true }) };
    const { status, stderr } = await build(await projectFolder(files('alias')), env);
    expect({ status, by: await madeBy() }).toEqual({ status: 0, by: 'alias' });
    expect(stderr).toContain("docker-buildx is not installed, so Docker's old builder runs");
    expect(stderr).toContain(base);
    expect(stderr.indexOf('Checking')).toBeLessThan(stderr.indexOf('old builder runs'));
  });

  it('hands on a Dockerfile that came by standard input', async () => {
    const env = { DOCKER_CONFIG: await withoutBuildx({ alias: true }) };
    const { status } = await build(await projectFolder({}), env, { stdin: files('stdin').Dockerfile });
    expect({ status, by: await madeBy() }).toEqual({ status: 0, by: 'stdin' });
  });

  it("gives the old builder's own status where that fails", async () => {
    const env = { DOCKER_CONFIG: await withoutBuildx({ alias: true }) };
    const folder = await projectFolder({ Dockerfile: `FROM ${base}\nCOPY absent /x\n` });
    expect(await build(folder, env)).toMatchObject({ status: 1 });
  });

  it('builds nothing where a policy enforces, and goes on where it warns', async () => {
    const env = { DOCKER_CONFIG: await withoutBuildx({ alias: true }) };
    const under = async (label: string, policy: string): Promise<Outcome & { readonly by: string }> => {
      const folder = await projectFolder({ ...files(label), 'docker-verify.yaml': policy });
      return { ...(await build(folder, env)), by: await madeBy() };
    };
    const enforced = await under('enforced', 'version: 1\nmode: enforce\ndefault: allow\n');
    expect(enforced).toMatchObject({ status: 11 });
    expect(enforced.by).not.toBe('enforced');
    expect(enforced.stderr).toContain('docker-buildx is not installed');
    const warned = await under('warned', 'version: 1\nmode: warn\ndefault: deny\n');
    expect(warned).toMatchObject({ status: 0, by: 'warned' });
    const refusing = `version: 1\nmode: warn\nrules: [{images: ["${base.slice(0, -2)}"], signedBy: [], mode: enforce}]\n`;
    const refused = await under('refused', refusing);
    expect(refused).toMatchObject({ status: 10 });
    expect(refused.by).not.toBe('refused');
  });

  it("builds nothing where BuildKit's own source policy is to be obeyed, which the old builder does not know", async () => {
    const folder = await projectFolder({ ...files('own'), 'policy.json': '{"rules": []}' });
    const EXPERIMENTAL_BUILDKIT_SOURCE_POLICY = join(folder, 'policy.json');
    const env = { DOCKER_CONFIG: await withoutBuildx({ alias: true }), EXPERIMENTAL_BUILDKIT_SOURCE_POLICY };
    expect(await build(folder, env)).toMatchObject({ status: 11 });
    expect(await madeBy()).not.toBe('own');
  });

  it('builds nothing where DOCKER_BUILDKIT asks for what is not there, as plain Docker does', async () => {
    const folder = await projectFolder(files('buildkit'));
    const plain = { DOCKER_CONFIG: await withoutBuildx(), DOCKER_BUILDKIT: '1' };
    expect((await build(folder, plain)).status).not.toBe(0);
    const env = { DOCKER_CONFIG: await withoutBuildx({ alias: true }), DOCKER_BUILDKIT: '1' };
    expect(await build(folder, env)).toMatchObject({ status: 11 });
    expect(await madeBy()).not.toBe('buildkit');
  });
});
