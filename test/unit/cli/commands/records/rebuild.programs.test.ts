import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtProject } from '../../../../support/project.ts';
import { addImage, layoutOf } from '../../../../support/signed-registry.ts';

/** A project under git, of which a build was recorded and pushed. */
async function recorded() {
  const project = await builtProject();
  const { line, docker, app, registry } = project;
  const git = (...words: readonly string[]): void =>
    void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], {
      cwd: line.path('.'),
      stdio: 'ignore',
    });
  git('init');
  git('add', '.');
  git('commit', '-m', 'one');
  const built = addImage(registry, 'built');
  const materials = [{ name: app.name, digest: app.image.digest }];
  await docker.builds({ materials, digest: built.digest });
  await line.run('build', '--push', '-t', `${registry.host}/built:1`, '.');
  const makes = async (repository: string, image: typeof built): Promise<void> => {
    for (const [name, bytes] of Object.entries(layoutOf(registry, repository, image))) {
      await mkdir(dirname(join(docker.layout, name)), { recursive: true });
      await writeFile(join(docker.layout, name), bytes);
    }
  };
  return { ...project, built, makes, tag: `${registry.host}/built:1` };
}

describe('rebuild', () => {
  it('builds the recorded commit again and says that the same came out', async () => {
    const { line, docker, makes, built, tag } = await recorded();
    await makes('built', built);
    const { status, out, err } = await line.run('rebuild', tag);
    expect(err).toContain('allowed');
    expect(out).toContain('identical');
    expect(status).toBe(0);
    expect((await docker.calls()).at(-1)).toContain('type=oci');
  });

  it('says that something else came out', async () => {
    const { line, makes, registry, tag } = await recorded();
    await makes('changed', addImage(registry, 'changed', '1', { config: { Env: ['A=1'] } }));
    const { status, document } = await line.json('rebuild', tag);
    expect(status).toBe(10);
    expect(document).toMatchObject({ verdict: 'different' });
  });

  it('compares nothing where a base is not the recorded one any more', async () => {
    const { line, registry, app, tag } = await recorded();
    registry.manifests.delete(`app ${app.image.digest}`);
    line.variables['XDG_CACHE_HOME'] = `${line.folder}/another`;
    expect((await line.run('rebuild', tag)).status).toBe(11);
  });

  it('says 12 where the builder used other bytes than those that were verified, and compares nothing', async () => {
    const { line, docker, makes, built, app, tag } = await recorded();
    await makes('built', built);
    await docker.builds({ materials: [{ name: app.name, digest: `sha256:${'9'.repeat(64)}` }] });
    const { status, out, err } = await line.run('rebuild', tag);
    expect(out).toMatch(/^not rebuilt: .* would be made of what was not verified\n$/);
    expect(status).toBe(12);
    expect(err).toContain('built from sources that were not verified');
  });

  it('is refused by a policy that has become stricter, also where it is to be quiet', async () => {
    const { line, docker, makes, built, tag } = await recorded();
    await makes('built', built);
    const quiet = await line.run('rebuild', '--quiet', tag);
    expect([quiet.status, quiet.err]).toEqual([0, '']);
    const builds = async () => (await docker.calls()).filter((call) => call.includes('--metadata-file')).length;
    const before = await builds();
    await line.write({ 'strict.yaml': 'version: 1\nmode: enforce\ndefault: deny\nrules: []\n' });
    const { status, err } = await line.run('rebuild', '--quiet', '--policy', 'strict.yaml', tag);
    expect([status, err]).toEqual([10, expect.stringContaining('blocked: ')]);
    expect(err.match(/blocked: /g)).toHaveLength(1);
    expect(await builds()).toBe(before);
  });

  it('writes its document where a policy refuses', async () => {
    const { line, docker, makes, built, app, tag } = await recorded();
    await makes('built', built);
    await line.write({ 'strict.yaml': 'version: 1\nmode: enforce\ndefault: deny\nrules: []\n', 'out.json': 'stale' });
    const refused = await line.json('rebuild', '--policy', 'strict.yaml', tag);
    expect(refused).toMatchObject({
      status: 10,
      document: {
        verdict: null,
        missing: [],
        platforms: [],
        refusal: { auditFailure: null, report: { verdict: 'block' } },
      },
    });
    await line.run('rebuild', '--policy', 'strict.yaml', '--format', `json=${line.path('out.json')}`, tag);
    expect(JSON.parse(await line.read('out.json'))).toMatchObject({ refusal: { report: { verdict: 'block' } } });
    await docker.builds({ materials: [{ name: app.name, digest: `sha256:${'9'.repeat(64)}` }] });
    expect(await line.json('rebuild', tag)).toMatchObject({
      status: 12,
      document: { refusal: { auditFailure: expect.stringContaining('not verified') } },
    });
  });

  it('says what is not to be had: the image, or a build that ends well', async () => {
    const { line, docker, registry, built, tag } = await recorded();
    await docker.builds({ status: 1 });
    expect((await line.run('rebuild', tag)).out).toContain('a build that ends well');
    registry.manifests.delete(`built ${built.digest}`);
    line.variables['XDG_CACHE_HOME'] = `${line.folder}/another`;
    expect((await line.run('rebuild', tag)).out).toContain('the image that was built');
  });
});
