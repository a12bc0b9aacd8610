import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { locateBuildx, locateProgram, pluginFolders } from '../../../../src/builder/programs/programs.ts';
import { environmentWith, temporaryFolder } from '../test-environment.ts';

async function program(path: string, mode = 0o755): Promise<string> {
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, mode);
  return path;
}

describe('locateProgram', () => {
  it('takes the first executable of PATH', async () => {
    const [plain, first, second] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    await program(join(plain, 'docker'), 0o644);
    const expected = await program(join(first, 'docker'));
    await program(join(second, 'docker'));
    const variables = { PATH: [plain, first, second].join(':') };
    expect(await locateProgram(environmentWith({ variables }), 'docker')).toBe(expected);
  });

  it('passes over the current folder, relative and empty entries', async () => {
    const folder = temporaryFolder();
    await program(join(folder, 'docker'));
    const variables = { PATH: `:.:${folder}/:bin:` };
    expect(await locateProgram(environmentWith({ variables, workingDirectory: folder }), 'docker')).toBeNull();
    const elsewhere = environmentWith({ variables, workingDirectory: '/' });
    expect(await locateProgram(elsewhere, 'docker')).toBe(join(folder, 'docker'));
  });
});

describe('locateBuildx', () => {
  async function configured(): Promise<{
    extra: string;
    config: string;
    environment: ReturnType<typeof environmentWith>;
  }> {
    const [extra, config] = [temporaryFolder(), temporaryFolder()];
    await mkdir(join(config, 'cli-plugins'));
    await writeFile(join(config, 'config.json'), JSON.stringify({ cliPluginsExtraDirs: [extra] }));
    return { extra, config, environment: environmentWith({ dockerConfigDirectory: config }) };
  }

  it("looks in Docker's order", async () => {
    const { extra, config, environment } = await configured();
    expect((await pluginFolders(environment)).slice(0, 3)).toEqual([
      extra,
      join(config, 'cli-plugins'),
      '/usr/local/lib/docker/cli-plugins',
    ]);
    const own = await program(join(config, 'cli-plugins', 'docker-buildx'));
    expect(await locateBuildx(environment, null)).toBe(own);
    const first = await program(join(extra, 'docker-buildx'));
    expect(await locateBuildx(environment, null)).toBe(first);
  });

  it('passes over ourselves where we stand in its place, through links too', async () => {
    const { extra, config, environment } = await configured();
    const ourselves = await program(join(temporaryFolder(), 'docker-verify'));
    await symlink(ourselves, join(extra, 'docker-buildx'));
    const real = await program(join(config, 'cli-plugins', 'docker-buildx'));
    expect(await locateBuildx(environment, ourselves)).toBe(real);
    expect(await locateBuildx(environment, null)).toBe(join(extra, 'docker-buildx'));
  });

  it('says how to get it where there is none', async () => {
    const environment = environmentWith({ platform: 'win32', dockerConfigDirectory: temporaryFolder() });
    await expect(locateBuildx(environment, null)).rejects.toMatchObject({
      code: 'builder.unavailable',
      hint: expect.stringContaining('docker-buildx-plugin'),
    });
  });
});
