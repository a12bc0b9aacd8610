import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Project, signedProject } from '../../../support/project.ts';

/** A machine with a docker on PATH that has no buildx: it says how it was called, and ends with 3. */
async function oldMachine(mode: 'warn' | 'enforce'): Promise<Project & { readonly calls: () => Promise<string> }> {
  const project = await signedProject();
  const { line } = project;
  const docker = join(line.folder, 'docker-program');
  await line.write({
    'docker-verify.yaml': (await line.read('docker-verify.yaml')).replace('mode: enforce', `mode: ${mode}`),
    '../bin/docker': `#!/bin/sh\necho "DOCKER_BUILDKIT=$DOCKER_BUILDKIT $*" >> '${docker}'\nexit 3\n`,
  });
  await chmod(join(line.folder, 'bin', 'docker'), 0o755);
  Object.assign(line.variables, {
    PATH: `${join(line.folder, 'bin')}:/usr/bin:/bin`,
    DOCKER_HOST: 'unix:///nowhere.sock',
  });
  return { ...project, calls: () => readFile(docker, 'utf8').catch(() => '') };
}

describe('a build on a machine without buildx', () => {
  it('is what the old builder makes where nothing enforces, judged and said to be held to nothing', async () => {
    const { line, calls, app } = await oldMachine('warn');
    const { status, err } = await line.run('build', '-t', 'x:1', '.');
    expect(err).toContain("Docker's old builder runs, which nothing holds to what was looked at");
    expect(err).toContain(app.name);
    expect(await calls()).toMatch(/build -t x:1 \.$/m);
    expect(status).toBe(3);
  });

  it('is refused where a policy enforces, and nothing is built', async () => {
    const { line, calls } = await oldMachine('enforce');
    const { status, err } = await line.run('build', '.');
    expect(status).toBe(11);
    expect(err).toContain('buildx');
    expect(await calls()).not.toMatch(/ build /);
  });

  it("is refused where BuildKit's own source policy is to be obeyed, and where no docker is there either", async () => {
    const { line, calls } = await oldMachine('warn');
    await line.write({ 'policy.json': '{"rules":[]}' });
    line.variables['EXPERIMENTAL_BUILDKIT_SOURCE_POLICY'] = line.path('policy.json');
    expect(await line.run('build', '.')).toMatchObject({ status: 11, err: expect.stringContaining('buildx') });
    delete line.variables['EXPERIMENTAL_BUILDKIT_SOURCE_POLICY'];
    await rm(join(line.folder, 'bin', 'docker'));
    expect(await line.run('build', '.')).toMatchObject({ status: 11, err: expect.stringContaining('buildx') });
    expect(await calls()).not.toMatch(/ build /);
  });

  it('refuses what a rule enforces by itself', async () => {
    const { line, calls, other } = await oldMachine('warn');
    await line.write({ Dockerfile: `FROM ${other.name}\n` });
    await writeFile(
      line.path('docker-verify.yaml'),
      'version: 1\nmode: warn\nrules:\n  - {images: ["**"], mode: enforce, locked: true}\n',
    );
    const { status, err } = await line.run('build', '.');
    expect([status, err]).toEqual([10, expect.stringContaining('blocked: the image does not satisfy')]);
    expect(await calls()).not.toMatch(/ build /);
  });
});
