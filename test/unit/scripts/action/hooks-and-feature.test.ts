import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { commandTable } from '../../../../src/cli/command-table.ts';
import { writeProgram } from '../../../support/write-program.ts';
import { runScript, shown, unstartable } from './page-script.ts';

describe('the hooks of pre-commit', () => {
  const hooks = parse(readFileSync('.pre-commit-hooks.yaml', 'utf8')) as readonly Readonly<Record<string, unknown>>[];

  it('have what pre-commit asks for, and commands that docker verify has', () => {
    for (const hook of hooks) {
      expect(Object.keys(hook)).toEqual(
        expect.arrayContaining(['id', 'name', 'description', 'entry', 'language', 'files']),
      );
      expect(hook['language']).toBe('system');
      const [program, ...words] = String(hook['entry']).split(' ');
      expect(program).toBe('docker-verify');
      expect(commandTable.some(({ name }) => `${words.join(' ')} `.startsWith(`${name} `))).toBe(true);
    }
    const { repos } = parse(shown('.pre-commit-config.yaml')) as {
      readonly repos: readonly { readonly hooks: readonly { readonly id: string }[] }[];
    };
    expect(repos[0]?.hooks.map(({ id }) => id)).toEqual(hooks.map(({ id }) => id));
  });

  const isHere = spawnSync('pre-commit', ['--version']).status === 0;
  it.skipIf(!isHere)('are run by pre-commit itself (skipped where that is not installed)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hooks-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [hooksFolder, project, bin] = ['hooks', 'project', 'bin'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const each of [hooksFolder, project, bin]) mkdirSync(each);
    writeProgram(join(bin, 'docker-verify'), `#!/bin/sh\necho "$*" >>'${folder}/ran'\n`);
    cpSync('.pre-commit-hooks.yaml', join(hooksFolder, '.pre-commit-hooks.yaml'));
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
    const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, PRE_COMMIT_HOME: join(folder, 'home') };
    const must = (cwd: string, program: string, ...words: readonly string[]): string => {
      const { status, stdout, stderr } = spawnSync(program, words, { cwd, env, encoding: 'utf8' });
      if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stdout}${stderr}`);
      return stdout;
    };
    for (const each of [hooksFolder, project]) must(each, 'git', 'init', '-q');
    must(hooksFolder, 'git', 'add', '.');
    must(hooksFolder, 'git', ...identity, 'commit', '-qm', 'hooks');
    const commit = must(hooksFolder, 'git', 'rev-parse', 'HEAD').trim();
    const config = { repos: [{ repo: hooksFolder, rev: commit, hooks: hooks.map(({ id }) => ({ id })) }] };
    for (const [name, text] of Object.entries({
      '.pre-commit-config.yaml': JSON.stringify(config),
      'a/Dockerfile': '',
      'a/docker-verify.yaml': '',
      '--policy=a/docker-verify.yaml': '',
      'notes.md': '',
    })) {
      mkdirSync(dirname(join(project, name)), { recursive: true });
      writeFileSync(join(project, name), text);
    }
    must(project, 'git', 'add', '.');
    must(project, 'pre-commit', 'run', '--all-files');
    expect(readFileSync(join(folder, 'ran'), 'utf8').split('\n')).toEqual([
      'check --recursive --quiet .',
      'lock --check .',
      'policy check -- --policy=a/docker-verify.yaml a/docker-verify.yaml',
      '',
    ]);
    must(project, 'git', ...identity, 'commit', '-qm', 'all', '--no-verify');
    writeFileSync(join(project, 'notes.md'), 'more');
    must(project, 'git', 'add', '.');
    rmSync(join(folder, 'ran'));
    must(project, 'pre-commit', 'run');
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });
});

describe('the feature for dev containers', () => {
  const folder = 'setup/devcontainer/docker-verify';
  const feature = JSON.parse(readFileSync(join(folder, 'devcontainer-feature.json'), 'utf8')) as {
    readonly id: string;
    readonly version: string;
    readonly options: Readonly<Record<string, { readonly type: string }>>;
  };
  const install = readFileSync(join(folder, 'install.sh'), 'utf8');

  it('is named after its folder, and reads the options that it declares', () => {
    expect(feature.id).toBe('docker-verify');
    expect(feature.version).toMatch(/^\d+\.\d+\.\d+$/);
    const read = [...install.matchAll(/\$\{([A-Z0-9]+):-/g)].map(([, name = '']) => name.toLowerCase());
    expect(read.toSorted()).toEqual(Object.keys(feature.options).toSorted());
    const config = JSON.parse(shown('.devcontainer/devcontainer.json', 'first-week.md')) as {
      readonly features: Readonly<Record<string, object>>;
    };
    expect(Object.keys(config.features['./docker-verify'] ?? {}).toSorted()).toEqual(
      Object.keys(feature.options).toSorted(),
    );
  });

  it('installs what has the SHA-256 that is asked for, and nothing else', async () => {
    const good = { VERSION: '1.2.3', DOCKER_VERIFY_PLUGINS: 'plugins' };
    const script = (more: Readonly<Record<string, string>>): string =>
      `${Object.entries(more)
        .map(([name, value]) => `${name}=${value}\n`)
        .join('')}SHA256=\${SHA256-$DV_SHA256} FROM=\${FROM-$DV_FROM}\n. ${resolve(folder, 'install.sh')}\n`;
    const { status, folder: place } = await runScript(script(good), 0);
    expect(status).toBe(0);
    expect(existsSync(join(place, 'plugins/docker-verify'))).toBe(true);
    for (const [bad, message] of [
      [{ ...good, SHA256: 'b'.repeat(64) }, 'is not the file with that SHA-256'],
      [{ ...good, SHA256: '' }, 'sha256 is not set'],
      [{ ...good, VERSION: '' }, 'version is not set'],
      [{ ...good, FROM: '' }, 'from is not set'],
      [{ ...good, VERSION: '9.9.9' }, ''],
    ] as const) {
      const ran = await runScript(script(bad), 0);
      expect(ran.status).not.toBe(0);
      expect(ran.err).toContain(message);
      expect(existsSync(join(ran.folder, 'plugins'))).toBe(false);
    }
    const alpine = await runScript(script(good), 0, {}, unstartable);
    expect(alpine).toMatchObject({ status: 1, err: expect.stringContaining('needs glibc 2.28') });
    expect(existsSync(join(alpine.folder, 'plugins'))).toBe(false);
  });

  const isHere = spawnSync('shellcheck', ['--version']).status === 0;
  it.skipIf(!isHere)('is what shellcheck finds nothing in (skipped where that is not installed)', () => {
    const { stdout, status } = spawnSync('shellcheck', ['--shell=sh', '-'], { input: install, encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });
});
