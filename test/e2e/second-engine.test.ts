import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acmePolicy, dockerConfiguration, lab, projectFolder, runDocker, runVerify } from './support/lab.ts';

const { registry, secondDockerHost } = lab();

/** A project on `image` that writes /built. */
function projectOn(image: string): Promise<string> {
  return projectFolder({
    Dockerfile: `FROM ${registry}/${image}\nRUN --network=none echo built >/built\n`,
    'docker-verify.yaml': acmePolicy(),
  });
}

describe.skipIf(secondDockerHost === null)('an engine of the containerd store, reached over TCP,', () => {
  const env = { DOCKER_HOST: secondDockerHost ?? '' };

  it.each(['signed/base:1', 'signed/multi:1'])('builds on %s', async (image) => {
    const folder = await projectOn(image);
    const report = ['--verify-format', 'json', '--verify-output', 'report.json'];
    const outcome = await runVerify(['build', '-q', ...report, '.'], { cwd: folder, env });
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'))).toMatchObject({
      verdict: 'allow',
      build: { materials: [{ uri: expect.stringContaining(image.replace(/:.*/, '')) }], unverified: [] },
    });
  });

  it('does not build on unsigned/base:1, which it would without us', async () => {
    const folder = await projectOn('unsigned/base:1');
    expect(await runVerify(['build', '-q', '.'], { cwd: folder, env })).toMatchObject({ status: 10, stdout: '' });
    expect(await runDocker(['buildx', 'build', '-q', '.'], { cwd: folder, env })).toMatchObject({ status: 0 });
  });

  it('is found through a context of Docker as through DOCKER_HOST', async () => {
    const DOCKER_CONFIG = await dockerConfiguration();
    const inContext = { DOCKER_CONFIG, DOCKER_HOST: undefined };
    const create = ['context', 'create', 'second', '--docker', `host=${secondDockerHost}`];
    expect(await runDocker(create, { env: inContext })).toMatchObject({ status: 0 });
    for (const [image, status] of [
      ['signed/base:1', 0],
      ['unsigned/base:1', 10],
    ] as const) {
      const cwd = await projectOn(image);
      const words = ['--context', 'second', 'verify', 'build', '--load', '-t', `second-engine:${status}`, '.'];
      expect(await runDocker(words, { cwd, env: inContext })).toMatchObject({ status });
    }
    expect(await runDocker(['image', 'inspect', 'second-engine:0'], { env })).toMatchObject({ status: 0 });
    expect((await runDocker(['image', 'inspect', 'second-engine:0'])).status).not.toBe(0);
    await runDocker(['image', 'rm', 'second-engine:0'], { env });
  });
});

describe("variables that rule Sigstore's own tools", () => {
  it('change nothing', async () => {
    const folder = await projectOn('unsigned/base:1');
    await mkdir(join(folder, 'root'));
    await writeFile(join(folder, 'root', 'trusted_root.json'), '{}');
    const env = {
      COSIGN_EXPERIMENTAL: '1',
      COSIGN_REPOSITORY: `${registry}/signed/base`,
      COSIGN_KEY: 'acme.pub',
      COSIGN_MAX_ATTACHMENT_SIZE: '1',
      COSIGN_DOCKER_MEDIA_TYPES: '1',
      SIGSTORE_ROOT_FILE: join(folder, 'acme.pub'),
      SIGSTORE_REKOR_PUBLIC_KEY: join(folder, 'acme.pub'),
      SIGSTORE_CT_LOG_PUBLIC_KEY_FILE: join(folder, 'acme.pub'),
      SIGSTORE_TRUSTED_ROOT: join(folder, 'root', 'trusted_root.json'),
      TUF_ROOT: join(folder, 'root'),
    };
    for (const image of ['unsigned/base:1', 'signed/base:1', 'logged/base:1', 'keyless/base:1', 'legacy/base:1']) {
      const without = await runVerify(['check', `${registry}/${image}`], { cwd: folder });
      expect(await runVerify(['check', `${registry}/${image}`], { cwd: folder, env })).toEqual(without);
    }
  });
});
