import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { install, installPlaces, uninstall } from '../../../src/plugin/index.ts';
import { environmentIn, folderOf } from '../policy/support/policies.ts';

const executableIn = async (folder: string): Promise<string> => {
  const executable = join(folder, 'docker-verify');
  await writeFile(executable, '#!/bin/sh\n', { mode: 0o755 });
  return executable;
};

describe('an installation for one user', () => {
  it('says which folder it could not make', async () => {
    const folder = await folderOf({});
    const nowhere = { ...environmentIn(folder), dockerConfigDirectory: '/proc/nowhere/.docker' };
    await expect(install(await executableIn(folder), 'alias', nowhere)).rejects.toMatchObject({
      code: 'file.unwritable',
      message: expect.stringContaining('the folder /proc/nowhere/.docker/verify could not be made: ENOENT'),
    });
  });

  it('has nobody remove a record that could not be read', async () => {
    const folder = await folderOf({});
    const environment = { ...environmentIn(folder), dockerConfigDirectory: join(folder, '.docker') };
    const { record } = installPlaces(environment);
    await mkdir(record, { recursive: true });
    for (const attempt of [install(await executableIn(folder), 'alias', environment), uninstall(environment)])
      await expect(attempt).rejects.toMatchObject({
        code: 'config.invalid',
        message: expect.stringContaining(`${record} could not be read`),
        hint: expect.not.stringContaining('remove'),
      });
  });
});
