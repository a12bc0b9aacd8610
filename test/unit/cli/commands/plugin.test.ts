import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CommandLine, commandLine } from '../../../support/command-line.ts';

/** A person who is not the administrator. */
async function person(): Promise<CommandLine> {
  const line = await commandLine({ 'root.json': '{}' });
  line.userId = 1000;
  return line;
}

const system = ['install', '--system', '--policy', 'oci://registry.example.com/policies/base:1'] as const;

describe('install', () => {
  it.each(['policy', 'key', 'identity', 'identity-regexp', 'issuer', 'trusted-root'])(
    'refuses --%s without --system: a policy for everybody that is not placed would be missed',
    async (option) => {
      const line = await person();
      const { status, err } = await line.run('install', `--${option}`, 'x');
      expect([status, err]).toEqual([64, expect.stringContaining(`--${option} is for a whole machine (add --system)`)]);
      expect(await readdir(line.folder)).toEqual(['project']);
    },
  );

  it.each([
    ['needs a policy', ['install', '--system']],
    ['has no mode', [...system, '--mode', 'full']],
  ])('for a whole machine %s', async (_, words) => {
    const { status, err } = await (await person()).run(...words);
    expect([status, err]).toEqual([64, expect.stringContaining('--system takes a --policy, and no --mode')]);
  });

  it('for a whole machine is the administrator’s, and what to type is said with all that was typed', async () => {
    const line = await person();
    const { status, err } = await line.run(...system, '--identity', 'a b', '--issuer', 'https://issuer.example.com');
    expect(status).toBe(64);
    expect(err).toContain('only root may write');
    expect(err).toMatch(
      /\(sudo \S+ install --system --policy oci:\S+ --identity 'a b' --issuer https:\/\/issuer\.example\.com\)\n$/,
    );
    expect(await readdir(line.folder)).toEqual(['project']);
  });

  it.each(['none', 'Full', 'alias,full'])('refuses the mode %j, and installs nothing', async (mode) => {
    const line = await person();
    const { status, err } = await line.run('install', `--mode=${mode}`);
    expect([status, err]).toEqual([64, expect.stringContaining('write --mode alias or --mode full')]);
    expect(await readdir(line.folder)).toEqual(['project']);
  });

  it('in mode full stands in for buildx too, and uninstall takes back all of it', async () => {
    const line = await person();
    expect((await line.run('install', '--mode', 'full')).status).toBe(0);
    const files = async (): Promise<readonly string[]> =>
      (await readdir(line.folder, { recursive: true })).filter((file) => /docker-(?:buildx|verify)$/.test(file));
    expect((await files()).map((file) => basename(file)).toSorted()).toEqual(['docker-buildx', 'docker-verify']);
    expect((await line.run('uninstall')).status).toBe(0);
    expect(await files()).toEqual([]);
  });
});

describe('uninstall', () => {
  it('for a whole machine is the administrator’s', async () => {
    const { status, err } = await (await person()).run('uninstall', '--system');
    expect([status, err]).toEqual([64, expect.stringMatching(/only root may write .*sudo \S+ uninstall --system/)]);
  });

  it('takes no operand: nothing is taken back by a slip', async () => {
    const line = await person();
    await line.run('install');
    expect((await line.run('uninstall', 'system')).status).toBe(64);
    expect(await readdir(join(line.folder, 'docker', 'cli-plugins'))).toContain('docker-verify');
  });
});

describe('a function for a shell', () => {
  it.each(['shell', 'completion'])(
    'of %s is for one shell that is known, and says which there are',
    async (command) => {
      const line = await person();
      for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
        const { status, out } = await line.run(command, shell);
        expect([status, out]).toEqual([0, expect.stringContaining('docker')]);
      }
      for (const words of [[], ['bash', 'zsh'], ['tcsh']]) {
        const { status, out, err } = await line.run(command, ...words);
        expect([status, out]).toEqual([64, '']);
        expect(err).toContain('bash');
      }
    },
  );
});
