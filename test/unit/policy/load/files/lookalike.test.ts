import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isVerifyError } from '../../../../../src/model/index.ts';
import { loadPolicies } from '../../../../../src/policy/index.ts';
import { findLookalike, meantName } from '../../../../../src/policy/load/files/lookalike.ts';
import { environmentIn, type Files, folderOf } from '../../support/policies.ts';

const policy = 'version: 1\nmode: enforce\ndefault: deny\n';
const meant = [
  'docker-verify.yml',
  '.docker-verify.yaml',
  '.docker-verify.yml',
  'docker-verify.json',
  '.docker-verify.json',
  'Docker-Verify.yaml',
  'DOCKER-VERIFY.YAML',
  'docker-verify.YAML',
  'docker_verify.yaml',
  'docker.verify.yml',
  'dockerverify.yaml',
  'docker verify.yaml',
  'docker-verify.yaml.txt',
  'docker-verify.yaml ',
  'docker-verfy.yaml',
  'docker-verfiy.yaml',
  'dokcer-verify.yml',
] as const;
const meantLocks = [
  'docker-verify.lock',
  'docker-verify-lock.json',
  '.docker-verify.lock.json',
  'Docker-Verify.Lock.json',
  'docker-verify.lock.yaml',
  'docker-verify.lock.json.txt',
] as const;
const others = [
  'docker-verify.yaml',
  'docker-verify.lock.json',
  'docker-verify',
  'docker-verify.test.yaml',
  'docker-verify-ci.yaml',
  'docker-verify2.yaml',
  'docker-verify.yaml.bak',
  'docker-verify.yaml~',
  '.docker-verify.yaml.swp',
  '.docker-verify.yaml.3f0a11223344',
  '.docker-verify.lock.json.3f0a11223344',
  'docker-verify.yaml.orig',
  'docker-verify.md',
  'docker-compose.yaml',
  'docker-very.yaml',
  'verify.yaml',
  'policy.yaml',
] as const;

function load(folder: string, from = '.', commandLine: readonly string[] = []): ReturnType<typeof loadPolicies> {
  const environment = { ...environmentIn(folder), homeDirectory: folder };
  return loadPolicies({ environment, commandLine, projectFrom: join(folder, from), mode: null, machineFolder: null });
}

describe('a name that was surely meant', () => {
  it.each(meant)('for the policy: %s', (name) => expect(meantName(name)).toBe('docker-verify.yaml'));
  it.each(meantLocks)('for the lock: %s', (name) => expect(meantName(name)).toBe('docker-verify.lock.json'));
  it.each(others)('is none of another meaning: %s', (name) => expect(meantName(name)).toBeNull());

  it.each([...meant, ...meantLocks])('is refused with the right one: %s', async (name) => {
    const folder = await folderOf({ [name]: policy });
    const lock = (meantLocks as readonly string[]).includes(name);
    await expect(load(folder)).rejects.toMatchObject({
      code: lock ? 'lock.invalid' : 'policy.invalid',
      message: expect.stringContaining(name) as unknown,
      hint: `rename it to ${lock ? 'docker-verify.lock.json' : 'docker-verify.yaml'}, or remove it`,
    });
  });

  it.each<[string, Files, string]>([
    ['in a folder above', { 'docker-verify.yml': policy, 'a/b/Dockerfile': '' }, 'a/b'],
    ['nearer than the right one', { 'docker-verify.yaml': policy, 'a/docker-verify.yml': policy, 'a/b/x': '' }, 'a/b'],
    ['beside the right one', { 'docker-verify.yaml': policy, 'docker-verify.yml': policy }, '.'],
    ['in other capitals beside the right one', { 'docker-verify.yaml': policy, 'Docker-Verify.yaml': policy }, '.'],
    ['in the folder that holds .git', { 'docker-verify.yml': policy, '.git/HEAD': '', 'a/x': '' }, 'a'],
  ])('is refused %s', async (_, files, from) => {
    await expect(load(await folderOf(files), from)).rejects.toMatchObject({ code: 'policy.invalid' });
  });

  it.each<[string, Files, string]>([
    ['above the right one', { 'docker-verify.yml': policy, 'a/docker-verify.yaml': policy, 'a/b/x': '' }, 'a/b'],
    ['above the folder that holds .git', { 'docker-verify.yml': policy, 'a/.git/HEAD': '', 'a/x': '' }, 'a'],
    ['below', { 'a/docker-verify.yml': policy, Dockerfile: '' }, '.'],
  ])('is no concern %s', async (_, files, from) => {
    await expect(load(await folderOf(files), from)).resolves.toBeDefined();
  });

  it('is no mistake where the command line names that very file', async () => {
    const folder = await folderOf({ 'docker-verify.yml': policy });
    expect((await load(folder, '.', ['docker-verify.yml'])).layers.map(({ layer }) => layer)).toEqual([
      'command-line',
      'builtin',
    ]);
    await expect(load(folder, '.', ['./other/docker-verify.yml'])).rejects.toMatchObject({ code: 'policy.invalid' });
  });

  it('is refused as a link that leads nowhere, and as a folder', async () => {
    const folder = await folderOf({});
    await symlink('/nowhere/at/all', join(folder, 'docker-verify.yml'));
    await expect(load(folder)).rejects.toMatchObject({ code: 'policy.invalid' });
    const other = await folderOf({ 'docker-verify.yml/x': '' });
    await expect(load(other)).rejects.toMatchObject({ code: 'policy.invalid' });
  });

  it.each([
    ['a report', '{"schemaVersion": 1, "verdict": "allow"}', null],
    ['a SARIF report', '{"version": "2.1.0", "runs": []}', null],
    ['a policy', '{"version": 1, "default": "deny"}', 'policy.invalid'],
    ['what is no JSON', 'version: 1', 'policy.invalid'],
  ])('in JSON may be a report that was written there: %s', async (_, text, refusal) => {
    const folder = await folderOf({ 'docker-verify.json': text });
    const code = await load(folder).then(
      () => null,
      (error: unknown) => (isVerifyError(error) ? error.code : String(error)),
    );
    expect(code).toBe(refusal);
  });

  it.skipIf(process.getuid?.() === 0)('is found in a folder that may not be listed', async () => {
    const folder = await folderOf({ 'a/docker-verify.yml': policy });
    await chmod(join(folder, 'a'), 0o111);
    expect(await findLookalike(join(folder, 'a'))).toMatchObject({ meant: 'docker-verify.yaml' });
    await chmod(join(folder, 'a'), 0o755);
  });

  it.skipIf(process.getuid?.() !== 0)('is not another user’s to plant above', async () => {
    const { chown } = await import('node:fs/promises');
    const folder = await folderOf({ 'mine/Dockerfile': '' });
    await mkdir(join(folder, 'mine'), { recursive: true });
    await writeFile(join(folder, 'docker-verify.yml'), policy);
    await chown(join(folder, 'docker-verify.yml'), 12_345, 12_345);
    await expect(load(folder, 'mine')).resolves.toBeDefined();
    await expect(load(folder)).rejects.toMatchObject({ code: 'policy.invalid' });
  });
});
