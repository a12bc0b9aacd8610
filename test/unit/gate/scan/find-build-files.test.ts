import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBuildFiles } from '../../../../src/gate/scan/find-build-files.ts';
import { newFolder } from '../../../support/new-folder.ts';

async function folderWith(files: readonly string[], ignore?: string): Promise<string> {
  const folder = newFolder('find');
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), '');
  }
  if (ignore !== undefined) await writeFile(join(folder, '.dockerignore'), ignore);
  return folder;
}

async function found(folder: string) {
  const { files, hidden } = await findBuildFiles(folder);
  return {
    files: files.map(({ paths }) => paths.map((path) => relative(folder, path)).join(' + ')),
    hidden: hidden.map((path) => relative(folder, path)),
  };
}

describe('findBuildFiles', () => {
  it('finds Dockerfiles by their usual names, wherever they lie, and nothing else', async () => {
    const dockerfiles = ['Dockerfile', 'a/b/Containerfile', 'a/Dockerfile.prod', 'a/web.Dockerfile', 'c/dockerfile'];
    const others = ['Dockerfile.dockerignore', 'a/Makefile', 'a/values.yaml', 'a/mydockerfile', 'main.tf', 'x.hcl'];
    const { files } = await found(await folderWith([...dockerfiles, ...others]));
    expect(files).toEqual(dockerfiles.toSorted());
  });

  it('passes over node_modules and .git at any depth', async () => {
    const folder = await folderWith([
      'a/node_modules/x/Dockerfile',
      '.git/Dockerfile',
      'a/.git/compose.yaml',
      'Dockerfile',
    ]);
    expect(await found(folder)).toEqual({ files: ['Dockerfile'], hidden: [] });
  });

  it('reads bake and compose files with what overrides them, and each variant on the one that it changes', async () => {
    const folder = await folderWith([
      'docker-bake.hcl',
      'docker-bake.override.hcl',
      'a/compose.yaml',
      'a/compose.prod.yaml',
      'a/docker-compose.yml',
      'b/docker-compose.ci.yml',
    ]);
    expect((await found(folder)).files).toEqual([
      'a/compose.yaml',
      'a/compose.yaml + a/compose.prod.yaml',
      'a/docker-compose.yml',
      'b/docker-compose.ci.yml',
      'docker-bake.hcl + docker-bake.override.hcl',
    ]);
  });

  it('leaves out what lies in folders that .dockerignore hides, and tells it', async () => {
    const files = ['vendor/x/Dockerfile', 'a/dist/Dockerfile', 'a/Dockerfile', 'keep/compose.yml'];
    expect(await found(await folderWith(files, 'vendor\n**/dist\n# a\n'))).toEqual({
      files: ['a/Dockerfile', 'keep/compose.yml'],
      hidden: ['a/dist/Dockerfile', 'vendor/x/Dockerfile'],
    });
    expect(await found(await folderWith(files, '\ufeff*\r\n!keep\r\n!a/dist'))).toEqual({
      files: ['a/dist/Dockerfile', 'keep/compose.yml'],
      hidden: ['a/Dockerfile', 'vendor/x/Dockerfile'],
    });
  });

  it('takes a file that .dockerignore names: BuildKit reads it all the same', async () => {
    const files = ['Dockerfile', 'a/Dockerfile', 'a/compose.yaml'];
    const ignore = 'Dockerfile\n**/Dockerfile*\n**/compose*.y*ml\n';
    expect(await found(await folderWith(files, ignore))).toEqual({ files: files.toSorted(), hidden: [] });
  });

  it('counts the .dockerignore of the folder alone, and none of those below', async () => {
    const folder = await folderWith(['a/b/Dockerfile', 'Dockerfile']);
    await writeFile(join(folder, 'a', '.dockerignore'), 'b\n');
    expect((await found(folder)).files).toEqual(['Dockerfile', 'a/b/Dockerfile']);
  });

  it('finds links to files, and follows none to a folder', async () => {
    const outside = await folderWith(['x/Dockerfile']);
    const folder = await folderWith(['a/real']);
    await symlink('real', join(folder, 'a', 'Dockerfile'));
    await symlink(outside, join(folder, 'b'));
    await symlink('.', join(folder, 'loop'));
    expect((await found(folder)).files).toEqual(['a/Dockerfile']);
  });

  it('goes so deep and no deeper', async () => {
    const deep = (depth: number): string => `${'d/'.repeat(depth)}Dockerfile`;
    expect((await found(await folderWith([deep(64)]))).files).toHaveLength(1);
    await expect(found(await folderWith([deep(65)]))).rejects.toMatchObject({ code: 'dockerfile.unreadable' });
  });
});
