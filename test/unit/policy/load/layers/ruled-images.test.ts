import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Environment } from '../../../../../src/model/index.ts';
import { ruledImages } from '../../../../../src/policy/load/layers/ruled-images.ts';

const homes: string[] = [];
afterAll(() => Promise.all(homes.map((home) => rm(home, { recursive: true }))));

async function machineWith(files: Readonly<Record<string, string>>): Promise<Environment> {
  const home = await mkdtemp(join(tmpdir(), 'ruled-images-'));
  homes.push(home);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(home, name, '..'), { recursive: true });
    await writeFile(join(home, name), content, { mode: 0o600 });
  }
  return {
    variables: {},
    workingDirectory: join(home, 'project'),
    homeDirectory: home,
    platform: 'linux',
    architecture: 'x64',
    userId: process.getuid?.() ?? null,
    dockerFlags: [],
    dockerConfigDirectory: join(home, '.docker'),
  };
}

const naming = (...images: readonly string[]): string => JSON.stringify({ version: 1, rules: [{ images }] });

describe('the images that rules name', () => {
  it("are those of the user's policy, of the command line's and of the project's, as written", async () => {
    const environment = await machineWith({
      '.docker/verify/policy.yaml': naming('user/app:1'),
      'more.yaml': naming('named/app:1', 'named/**'),
      'project/docker-verify.yaml': 'rules:\n  - images: ["project/*"]\n  - images: [other/app]\n',
    });
    expect(await ruledImages(environment, ['../more.yaml'])).toEqual([
      'user/app:1',
      'named/app:1',
      'named/**',
      'project/*',
      'other/app',
    ]);
  });

  it('are found above the folder, and once where a file is named twice', async () => {
    const environment = await machineWith({ 'docker-verify.yaml': naming('app'), 'project/Dockerfile': '' });
    expect(await ruledImages(environment, ['../docker-verify.yaml'])).toEqual(['app']);
  });

  it.each([
    ['is not there', {}],
    ['is no YAML', { 'project/docker-verify.yaml': 'rules: [' }],
    ['is a list', { 'project/docker-verify.yaml': '[1]' }],
    ['has rules of another form', { 'project/docker-verify.yaml': 'rules: {images: [a]}' }],
    ['names what are no images', { 'project/docker-verify.yaml': 'rules: [1, null, {images: 7}, {images: [7, [a]]}]' }],
    ['is too large', { 'project/docker-verify.yaml': `${naming('a')}${' '.repeat(1024 * 1024)}` }],
  ])('are none of a policy that %s, and those of the others', async (_, files) => {
    const environment = await machineWith({ ...files, 'more.yaml': naming('named/app:1'), 'project/Dockerfile': '' });
    expect(await ruledImages(environment, ['../gone.yaml', '../more.yaml', '.'])).toEqual(['named/app:1']);
  });
});
