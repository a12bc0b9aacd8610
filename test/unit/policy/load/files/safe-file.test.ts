import { chmod, chown, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isPresent, readBytes, refuseUnsafe } from '../../../../../src/policy/load/files/safe-file.ts';
import { folderOf } from '../../support/policies.ts';

const own = process.getuid?.() ?? null;
const refusal = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

/** Why it was refused. */
async function reasonOf(checked: Promise<void>): Promise<string> {
  return checked.then(
    () => 'it is safe',
    (error: Error) => error.message,
  );
}

describe.skipIf(own === null)('a policy that others could change', () => {
  const safe = async (): Promise<string> => join(await folderOf({ 'policy.yaml': 'version: 1\n' }), 'policy.yaml');

  it.each([
    ['no other user', 0o644, 0o755, /^it is safe$/],
    ['everybody, by the file', 0o646, 0o755, 'policy.yaml may be written by others'],
    ['everybody, by its folder', 0o644, 0o757, 'may be written by others'],
  ])('by %s', async (_, file, folder, message) => {
    const path = await safe();
    await chmod(path, file);
    await chmod(join(path, '..'), folder);
    expect(await reasonOf(refuseUnsafe(path, own))).toMatch(message);
  });

  it('by a link is checked where the link leads, and where it stands', async () => {
    const target = await safe();
    const folder = await folderOf({});
    await symlink(target, join(folder, 'policy.yaml'));
    await expect(refuseUnsafe(join(folder, 'policy.yaml'), own)).resolves.toBeUndefined();
    await chmod(target, 0o666);
    await expect(refuseUnsafe(join(folder, 'policy.yaml'), own)).rejects.toThrow(refusal('policy.unsafe', target));
    await chmod(target, 0o644);
    await chmod(folder, 0o777);
    await expect(refuseUnsafe(join(folder, 'policy.yaml'), own)).rejects.toThrow(refusal('policy.unsafe', folder));
  });

  it('is not looked at where there are no users', async () => {
    const path = await safe();
    await chmod(path, 0o666);
    await expect(refuseUnsafe(path, null)).resolves.toBeUndefined();
  });

  it('that is not there is unreadable', async () => {
    await expect(refuseUnsafe('/nowhere/policy.yaml', own)).rejects.toThrow(
      refusal('policy.unreadable', 'no such file'),
    );
  });

  it.runIf(own === 0).each([
    [0, 0, 0o664, /^it is safe$/],
    [0, 1234, 0o644, /^it is safe$/],
    [0, 5678, 0o644, /^it is safe$/],
    [0, 5678, 0o664, 'may be written by others'],
    [1234, 0, 0o644, /^it is safe$/],
    [1234, 1234, 0o664, /^it is safe$/],
    [1234, 5678, 0o664, 'may be written by others'],
    [5678, 0, 0o644, 'belongs to user 5678'],
  ])('of user %i and group %i with the mode %o, for the user 1234', async (uid, gid, mode, message) => {
    const path = await safe();
    await chown(path, uid, gid);
    await chmod(path, mode);
    expect(await reasonOf(refuseUnsafe(path, 1234))).toMatch(message);
  });
});

describe('a file', () => {
  it('is present where something has its name, be it a link to nothing', async () => {
    const folder = await folderOf({ there: '' });
    await symlink('/nowhere', join(folder, 'link'));
    expect(await isPresent(join(folder, 'there'))).toBe(true);
    expect(await isPresent(join(folder, 'link'))).toBe(true);
    expect(await isPresent(join(folder, 'absent'))).toBe(false);
  });

  it('that may or may not be there does not count as absent', async () => {
    const folder = await folderOf({ there: '' });
    await expect(isPresent(join(folder, 'there', 'below'))).rejects.toThrow(
      refusal('policy.unreadable', 'it, or a part of its path, is not a folder'),
    );
  });

  it('is read up to 8 MiB', async () => {
    const folder = await folderOf({});
    const path = join(folder, 'large');
    await writeFile(path, Buffer.alloc(8_388_608));
    expect(await readBytes(path)).toHaveLength(8_388_608);
    await writeFile(path, Buffer.alloc(8_388_609));
    await expect(readBytes(path)).rejects.toThrow(refusal('policy.unreadable', 'larger than 8388608 bytes'));
  });

  it('that cannot be read says why', async () => {
    const folder = await folderOf({});
    await mkdir(join(folder, 'folder'));
    await symlink('circle', join(folder, 'circle'));
    await expect(readBytes(join(folder, 'folder'))).rejects.toThrow(refusal('policy.unreadable', 'it is a folder'));
    await expect(readBytes(join(folder, 'absent'))).rejects.toThrow(refusal('policy.unreadable', 'no such file'));
    await expect(readBytes(join(folder, 'circle'))).rejects.toThrow(refusal('policy.unreadable', 'round in a circle'));
  });
});
