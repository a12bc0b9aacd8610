import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { builtProject } from '../../../../support/project.ts';

type Built = Awaited<ReturnType<typeof builtProject>>;

/** A project that has no policy of its own. */
async function withoutPolicy(): Promise<Built> {
  const project = await builtProject();
  await rm(project.line.path('docker-verify.yaml'));
  return project;
}

async function deniedUnder(project: Built, source: string) {
  await project.docker.denies(source);
  return await project.line.run('build', '.');
}

describe('what the builder denied and nothing can verify', () => {
  it.each([
    ['https://me:hunter2@example.com/x.tar', '[source.checksum-missing]', 'ADD --checksum=sha256'],
    ['git://me:hunter2@example.com/x.git', '[source.unpinned]', '#COMMIT'],
    ['docker-image://Not/A/Name:1', '[image.unverifiable]', 'by name or digest'],
    ['local://somewhere', '[image.unverifiable]', 'by name or digest'],
  ])('refuses the build under a policy, with what to write: %s', async (source, code, hint) => {
    const { status, err } = await deniedUnder(await builtProject(), source);
    expect(status).toBe(10);
    expect(err).toContain(code);
    expect(err.replaceAll(/\s+/g, ' ')).toContain(hint);
    expect(err).not.toContain('hunter2');
  });

  it('refuses the build under a policy where it is an image that was let through before: it was denied all the same', async () => {
    const project = await builtProject();
    expect((await deniedUnder(project, `docker-image://${project.app.name}`)).status).toBe(10);
  });

  it('lets a build without a policy go on as plain docker would, and says so', async () => {
    const { status, err } = await deniedUnder(await withoutPolicy(), 'local://somewhere');
    expect(status).toBe(0);
    expect(err).toContain('goes on with the rest as plain docker build would');
  });

  it('is said once, however often the builder is held less strictly', async () => {
    const project = await withoutPolicy();
    await project.docker.denies('local://somewhere');
    await project.docker.denies('local://somewhere');
    const { err } = await project.line.run('build', '.');
    expect(err.split('goes on with the rest').length - 1).toBe(1);
  });
});

describe('the text of a failed audit', () => {
  const other = `sha256:${'9'.repeat(64)}`;

  it('says what was made, where it went and of what', async () => {
    const { line, docker } = await builtProject();
    await docker.builds({ materials: [{ name: 'x:1', digest: other }] });
    const { status, err } = await line.run('build', '-t', 'example.com/x:1', '--push', '.');
    expect(status).toBe(12);
    expect(err.replaceAll(/\s+/g, ' ')).toMatch(/sha256:d{64}, pushed to \S*x:1, was built from sources/);
  });

  it('does not name a target where there is only one, and names those of a bake', async () => {
    const { line, docker } = await builtProject();
    await docker.builds({ materials: null });
    expect((await line.run('build', '.')).err).toMatch(/recorded\s+nothing\s+to\s+compare/);
    await docker.prints({
      target: { default: { context: '.', dockerfile: 'Dockerfile' }, more: { context: '.', dockerfile: 'Dockerfile' } },
    });
    const { status, err } = await line.run('bake');
    expect(status).toBe(12);
    expect(err).toMatch(/recorded\s+nothing\s+of\s/);
  });
});

describe('the record of a build', () => {
  it('is left out where nothing can be written, and the build is none the worse', async () => {
    const { line } = await builtProject({ 'no-folder': '' });
    line.variables['XDG_STATE_HOME'] = line.path('no-folder');
    const { status, err } = await line.run('build', '.');
    expect(status).toBe(0);
    expect(err).toMatch(/no-folder/);
  });
});
