import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lab, run, runDocker, runVerify, temporaryFolder, writeFiles } from '../support/lab.ts';
import { executable } from '../support/paths.ts';
import { registry } from './project.ts';

const unsigned = `${registry}/unsigned/base:1`;
const deny = 'version: 1\nmode: enforce\ndefault: deny\n';
const quiet = ['--output', 'type=cacheonly'];

describe('an empty or relative HOME', () => {
  it.each(['', '.', 'project'])('("%s") does not make the project’s own files the person’s', async (HOME) => {
    const folder = await writeFiles(await temporaryFolder(), {
      '.docker/verify/policy.yaml': 'version: 1\nbuiltin: off\ndefault: allow\n',
      'project/.docker/verify/policy.yaml': 'version: 1\nbuiltin: off\ndefault: allow\n',
      'docker-verify.yaml': deny,
      Dockerfile: `FROM ${unsigned}\n`,
    });
    const env = { HOME, DOCKER_CONFIG: undefined, XDG_CACHE_HOME: undefined };
    const policies = await runVerify(['policy', 'check', '--format', 'json'], { cwd: folder, env });
    expect(policies.stdout + policies.stderr).not.toContain('.docker/verify/policy.yaml');
    const cache = { ...env, XDG_CACHE_HOME: 'cache' };
    expect(await runVerify(['check', '.'], { cwd: folder, env: cache })).toMatchObject({ status: 10 });
    expect(['.cache', 'cache', 'project/.cache'].filter((name) => existsSync(join(folder, name)))).toEqual([]);
  });
});

describe('a context that is named through a link', () => {
  it('is held to the policy above the folder itself, and to that of where the link lies', async () => {
    const folder = await writeFiles(await temporaryFolder(), {
      'project/docker-verify.yaml': deny,
      'project/app/Dockerfile': `FROM ${unsigned}\n`,
      'free/app/Dockerfile': `FROM ${unsigned}\n`,
      'elsewhere/.keep': '',
      'strict/docker-verify.yaml': deny,
      'lax/docker-verify.yaml': 'version: 1\ndefault: allow\n',
    });
    for (const place of ['elsewhere', 'strict', 'lax']) {
      await symlink('../project/app', join(folder, place, 'l'));
      await symlink('../free/app', join(folder, place, 'free'));
    }
    const build = async (cwd: string, ...args: readonly string[]) =>
      (await runVerify(['build', ...quiet, ...args], { cwd: join(folder, cwd) })).status;
    expect(await build('project/app', '.')).toBe(10);
    expect(await build('elsewhere', 'l')).toBe(10);
    expect(await build('elsewhere/l', '.')).toBe(10);
    expect(await build('elsewhere', '-f', 'l/Dockerfile', '.')).toBe(10);
    // neither of the two loosens the other
    expect(await build('lax', 'l')).toBe(10);
    expect(await build('strict', 'free')).toBe(10);
    // the control: what no policy above either place forbids is built
    expect(await build('elsewhere', 'free')).toBe(0);
    expect(await build('lax', 'free')).toBe(0);
  });
});

describe('a current folder that was removed', () => {
  /** Runs a command in a folder that is gone. */
  const gone = async (command: string) => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'd'));
    const script = `cd ${join(folder, 'd')} && rmdir ../d && exec ${command}`;
    return await run(lab(), '/bin/sh', ['-c', script], { cwd: folder });
  };
  const context = async () =>
    await writeFiles(await temporaryFolder(), {
      Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n',
      'docker-verify.yaml': deny,
    });

  it('is no matter where nothing relative is named, as with buildx', async () => {
    const [folder, out] = [await context(), join(await temporaryFolder(), 'out')];
    expect((await gone(`${lab().docker} buildx build -o ${out} ${folder}`)).status).toBe(0);
    const built = await gone(`${executable} build -o ${out} ${folder}`);
    expect(built.stderr).not.toContain('internal error');
    expect(built.status).toBe(0);
    expect((await gone(`${executable} scan ${folder}`)).status).toBe(0);
    expect((await gone(`${executable} --help`)).status).toBe(0);
  });

  it.each([
    ['build .', 64, 'the build context "." was not found'],
    ['check .', 64, 'the build context "." was not found'],
    ['build -f Other ABSOLUTE', 65, 'there is no Dockerfile at Other'],
    ['scan --verify-output x.json ABSOLUTE', 64, 'x.json'],
    ['bake', 65, ''],
    ['policy test tests.yaml', 78, 'tests.yaml'],
  ])('%s ends with %i, by name', async (words, status, named) => {
    const outcome = await gone(`${executable} ${words.replace('ABSOLUTE', await context())}`);
    expect(outcome.stderr).toContain(named);
    expect(outcome.stderr).not.toContain('internal error');
    expect(outcome.status).toBe(status);
  });

  it('leaves other verbs to buildx', async () => {
    expect((await gone(`${executable} version`)).status).toBe(0);
    const theirs = await runDocker(['buildx', 'ls'], { cwd: '/' });
    expect((await gone(`${executable} ls`)).status).toBe(theirs.status);
  });
});
