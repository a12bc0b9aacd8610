import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { project, registry } from '../no-way-around/project.ts';
import { lab, runVerify, temporaryFolder } from '../support/lab.ts';
import { createContainerBuilder, hasBuildKit, ownBuilders, pushBuilderImage } from './builders.ts';

interface Examined {
  readonly name: string;
  readonly result: string;
  readonly detail: string;
  readonly hint: string | null;
}

async function examine(env: Readonly<Record<string, string>>): Promise<{ status: number; found: readonly Examined[] }> {
  const cwd = await project('');
  const { status, stdout } = await runVerify(['doctor', '--format', 'json'], { cwd, env });
  return { status, found: JSON.parse(stdout).examinations };
}

describe.skipIf(!hasBuildKit)('doctor, of a builder in a container,', () => {
  it.each([
    ['signed', true, 'good', 'its signature satisfies the policies'],
    ['unsigned', false, 'bypass', 'it is not signed'],
  ] as const)('says that the image it runs is %s, by its digest', async (name, signed, result, verdict) => {
    const image = await pushBuilderImage(`${registry}/drivers/doctor-${name}:1`, signed);
    const env = { ...(await ownBuilders()), BUILDX_BUILDER: `doctor-${name}` };
    await createContainerBuilder(env, env.BUILDX_BUILDER, image);
    const { status, found } = await examine(env);
    expect(status).toBe(0);
    const [running] = found.filter((each) => each.name === 'builder image');
    expect(running).toMatchObject({ result, detail: expect.stringContaining(verdict) });
    expect(running?.detail).toMatch(new RegExp(`runs ${image}@sha256:[0-9a-f]{64},`));
    expect(found).toContainEqual(expect.objectContaining({ name: 'enforcement', result: 'good' }));
  });
});

describe('doctor, of an old buildx,', () => {
  it.each([
    ['v0.13.1', 11, 'bad', 'every build ends with 12'],
    ['v0.20.1', 0, 'bypass', 'what could not be foreseen'],
    ['v0.21.0', 0, 'good', 'v0.21.0'],
  ])('%s says what it lacks', async (version, status, result, lack) => {
    const DOCKER_CONFIG = await temporaryFolder();
    const plugins = join(DOCKER_CONFIG, 'cli-plugins');
    await mkdir(plugins);
    const script = `#!/bin/sh\ncase "$*" in *buildx\\ version) echo "github.com/docker/buildx ${version} x"; exit 0 ;; esac\nexec ${lab().buildx} "$@"\n`;
    await writeFile(join(plugins, 'docker-buildx'), script);
    await chmod(join(plugins, 'docker-buildx'), 0o755);
    const examined = await examine({ DOCKER_CONFIG });
    expect(examined.status).toBe(status);
    expect(examined.found.find(({ name }) => name === 'buildx')).toMatchObject({
      result,
      detail: expect.stringContaining(lack),
    });
  });
});
