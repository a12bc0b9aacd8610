import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtProject } from '../../../../support/project.ts';
import { digestFor } from '../../../records/support.ts';

/** A project whose builder runs in a container of this image, which the engine knows by these digests. */
async function containerProject(digest: (app: string) => string | null, imageNamed?: (host: string) => string) {
  const project = await builtProject();
  const { line, docker, app, registry } = project;
  const buildx = join(line.folder, 'docker', 'cli-plugins', 'docker-buildx');
  await writeFile(buildx, (await readFile(buildx, 'utf8')).replace('Driver: docker\\n', 'Driver: docker-container\\n'));
  const id = digestFor('id');
  docker.runs('buildx_buildkit_default', { Config: { Image: imageNamed?.(registry.host) ?? app.name }, Image: id });
  const known = digest(app.image.digest);
  const RepoDigests = known === null ? [] : [`${app.name.replace(/:1$/, '')}@${known}`];
  docker.keeps(id, { Id: id, Os: 'linux', Architecture: 'amd64', RepoDigests });
  const { out } = await line.run('doctor');
  return { ...project, id, text: out.replaceAll(/\s+/g, ' ') };
}

describe('the image that a builder runs in', () => {
  it('is good where its signature satisfies the policies', async () => {
    const { text } = await containerProject((app) => app);
    expect(text).toMatch(
      /✓ good builder image: default runs \S+app:1@sha256:\w+.*its signature satisfies the policies/,
    );
  });

  it('could bypass the policies where they refuse it, and the command to look closer is said', async () => {
    const { text, registry } = await containerProject(
      () => null,
      (host) => `${host}/other:1`,
    );
    expect(text).toContain('its digest is not known, so it cannot be verified');
    expect(text).toContain(digestFor('id'));
    expect(text).toContain(`docker verify check ${registry.host}/other:1`);
    const refused = await containerProject(() => digestFor('unsigned'));
    expect(refused.text).toMatch(/(?:error|block) by the policies: /);
  });

  it('cannot be verified where its name is none', async () => {
    const { text } = await containerProject(
      (app) => app,
      () => 'No/Name',
    );
    expect(text).toContain('it cannot be verified: ');
  });
});
