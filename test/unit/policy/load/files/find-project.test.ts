import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../../../../src/policy/index.ts';
import { environmentIn, type Files, folderOf } from '../../support/policies.ts';

describe("the project's policy", () => {
  const projectOf = async (files: Files, from: string) => {
    const folder = await folderOf(files);
    const environment = { ...environmentIn(folder), homeDirectory: folder };
    const policies = await loadPolicies({
      environment,
      commandLine: [],
      projectFrom: join(folder, from),
      mode: null,
      machineFolder: null,
    });
    return policies.reportPolicies.filter(({ layer }) => layer === 'project').map(({ source }) => source);
  };
  const text = 'version: 1\n';

  it.each<[string, Files, string, readonly string[]]>([
    ['in the folder itself', { 'docker-verify.yaml': text }, '.', ['docker-verify.yaml']],
    ['in a folder above', { 'docker-verify.yaml': text, 'a/b/Dockerfile': '' }, 'a/b', ['docker-verify.yaml']],
    [
      'the nearest',
      { 'docker-verify.yaml': text, 'a/docker-verify.yaml': text, 'a/b/Dockerfile': '' },
      'a/b',
      ['a/docker-verify.yaml'],
    ],
    [
      'in the folder that holds .git',
      { 'a/.git/HEAD': '', 'a/docker-verify.yaml': text, 'a/b/x': '' },
      'a/b',
      ['a/docker-verify.yaml'],
    ],
    ['not above the folder that holds .git', { 'docker-verify.yaml': text, 'a/.git/HEAD': '', 'a/b/x': '' }, 'a/b', []],
    [
      'not above a worktree, whose .git is a file',
      { 'docker-verify.yaml': text, 'a/.git': 'gitdir: x', 'a/b/x': '' },
      'a/b',
      [],
    ],
  ])('is found %s', async (_, files, from, expected) => {
    expect(await projectOf(files, from)).toEqual(expected);
  });

  it('is found above a folder that was named through a link, and above the link', async () => {
    const strict = 'version: 1\nmode: enforce\ndefault: deny\n';
    const inside = { 'project/docker-verify.yaml': strict, 'project/.git/x': '', 'project/app/Dockerfile': '' };
    const folder = await folderOf({ ...inside, 'user/docker-verify.yaml': text, 'user/.git/x': '', 'bare/.git/x': '' });
    for (const place of ['user', 'bare']) await symlink('../project/app', join(folder, place, 'l'));
    const load = (projectFrom: string) =>
      loadPolicies({
        environment: { ...environmentIn(folder), homeDirectory: '/nowhere' },
        commandLine: [],
        projectFrom: join(folder, projectFrom),
        mode: null,
        machineFolder: null,
      });
    const sources = async (from: string) =>
      (await load(from)).layers.flatMap(({ layer, policies }) => (layer === 'project' ? [policies] : []));
    expect(await sources('project/app')).toEqual([['project/docker-verify.yaml']]);
    expect(await sources('bare/l')).toEqual([['project/docker-verify.yaml']]);
    // each a layer of its own, so that neither loosens the other
    expect(await sources('user/l')).toEqual([['project/docker-verify.yaml'], ['user/docker-verify.yaml']]);
    expect((await load('user/l')).projectFolder).toBe(join(folder, 'project'));
  });

  it('that is reached by two names is read once', async () => {
    const folder = await folderOf({ 'real/docker-verify.yaml': text, 'real/app/Dockerfile': '' });
    await symlink('real', join(folder, 'other'));
    const { layers } = await loadPolicies({
      environment: { ...environmentIn(folder), homeDirectory: '/nowhere' },
      commandLine: [],
      projectFrom: join(folder, 'other/app'),
      mode: null,
      machineFolder: null,
    });
    expect(layers.filter(({ layer }) => layer === 'project')).toHaveLength(1);
  });

  it('is not looked for above a home folder that HOME names through a link', async () => {
    const folder = await folderOf({ 'docker-verify.yaml': text, 'home/app/Dockerfile': '' });
    await symlink('home', join(folder, 'link'));
    const { layers } = await loadPolicies({
      environment: { ...environmentIn(folder), homeDirectory: join(folder, 'link') },
      commandLine: [],
      projectFrom: join(folder, 'home/app'),
      mode: null,
      machineFolder: null,
    });
    expect(layers.map(({ layer }) => layer)).toEqual(['builtin']);
  });

  it.skipIf(process.getuid?.() !== 0)('is not taken from a folder of another owner', async () => {
    const { chown } = await import('node:fs/promises');
    const folder = await folderOf({ 'docker-verify.yaml': text, 'mine/Dockerfile': '' });
    await chown(folder, 12_345, 12_345);
    const environment = { ...environmentIn(folder), homeDirectory: '/nowhere' };
    const request = { environment, commandLine: [], mode: null, machineFolder: null };
    expect(
      (await loadPolicies({ ...request, projectFrom: join(folder, 'mine') })).layers.map(({ layer }) => layer),
    ).toEqual(['builtin']);
    expect((await loadPolicies({ ...request, projectFrom: folder })).layers.map(({ layer }) => layer)).toEqual([
      'project',
      'builtin',
    ]);
  });

  it.skipIf(process.getuid?.() !== 0)('has no lock that another user planted above', async () => {
    const { chown } = await import('node:fs/promises');
    const locks = '{"lockVersion": 1, "images": {}}';
    const folder = await folderOf({ 'docker-verify.lock.json': locks, 'mine/Dockerfile': '' });
    const environment = { ...environmentIn(folder), homeDirectory: '/nowhere' };
    const request = { environment, commandLine: [], mode: null, machineFolder: null };
    const lockedIn = async () =>
      (await loadPolicies({ ...request, projectFrom: join(folder, 'mine') })).projectLock?.exists ?? false;
    expect(await lockedIn()).toBe(true);
    await chown(join(folder, 'docker-verify.lock.json'), 12_345, 12_345);
    expect(await lockedIn()).toBe(false);
  });

  it.skipIf(process.getuid?.() !== 0)('is not taken from above where another user planted it', async () => {
    const { chown } = await import('node:fs/promises');
    const folder = await folderOf({ 'docker-verify.yaml': text, 'mine/Dockerfile': '' });
    await chown(join(folder, 'docker-verify.yaml'), 12_345, 12_345);
    const environment = { ...environmentIn(folder), homeDirectory: '/nowhere' };
    const policies = await loadPolicies({
      environment,
      commandLine: [],
      projectFrom: join(folder, 'mine'),
      mode: null,
      machineFolder: null,
    });
    expect(policies.layers.map(({ layer }) => layer)).toEqual(['builtin']);
  });

  it('that is a dangling link is refused, not taken as absent', async () => {
    const folder = await folderOf({});
    await symlink('/nowhere/at/all', join(folder, 'docker-verify.yaml'));
    const loading = loadPolicies({
      environment: environmentIn(folder),
      commandLine: [],
      projectFrom: folder,
      mode: null,
      machineFolder: null,
    });
    await expect(loading).rejects.toMatchObject({ code: 'policy.unreadable' });
  });

  it('that is unreadable is refused', async () => {
    const folder = await folderOf({});
    await writeFile(join(folder, 'docker-verify.yaml'), '');
    await rm(join(folder, 'docker-verify.yaml'));
    await mkdir(join(folder, 'docker-verify.yaml'));
    const loading = loadPolicies({
      environment: environmentIn(folder),
      commandLine: [],
      projectFrom: folder,
      mode: null,
      machineFolder: null,
    });
    await expect(loading).rejects.toMatchObject({ code: 'policy.unreadable' });
  });
});
