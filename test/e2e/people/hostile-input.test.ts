// What a project, a registry or the machine may hold that is not meant well: it neither holds us up, nor speaks in our name.
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  acmePolicy,
  lab,
  type Outcome,
  projectFolder,
  run,
  runVerify,
  startTestRegistry,
  temporaryFolder,
} from '../support/lab.ts';

const { registry, executable } = lab();
const good = `FROM ${registry}/signed/base:1\n`;
const policyFile = 'docker-verify.yaml';

/** A project whose policy lets in what acme signed, but for these files. */
function project(files: Readonly<Record<string, string>> = {}): Promise<string> {
  return projectFolder({ Dockerfile: good, [policyFile]: acmePolicy(), ...files });
}

/** Runs `docker-verify …` through a shell, for what only a shell can do to its streams. */
function shell(folder: string, script: string): Promise<Outcome> {
  return run(lab(), '/bin/bash', ['-c', script, 'bash', executable], { cwd: folder });
}

describe('what is no file ends the run at once:', () => {
  const kinds: readonly (readonly [string, (path: string) => Promise<void>])[] = [
    ['a link to what never ends', (path) => symlink('/dev/zero', path)],
    [
      'a pipe that nothing writes to',
      async (path) => {
        await run(lab(), '/bin/bash', ['-c', 'mkfifo "$1"', 'bash', path]);
      },
    ],
    [
      'a folder',
      async (path) => {
        await mkdir(path);
      },
    ],
  ];

  it.each(kinds)('%s as a Dockerfile', { timeout: 20_000 }, async (_, make) => {
    const folder = await project();
    await make(join(folder, 'Odd.Dockerfile'));
    const { status, stdout, stderr } = await runVerify(['check', '-f', 'Odd.Dockerfile', '.'], { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 65, stdout: '' });
    // a link is followed within its own folder, as BuildKit does, and there it leads to nothing
    expect(stderr).toMatch(/^docker verify: (?:cannot read|there is no Dockerfile at) Odd\.Dockerfile: .*\n$/);
  });

  it.each(kinds)("%s as the project's policy", { timeout: 20_000 }, async (_, make) => {
    const folder = await projectFolder({ Dockerfile: good });
    await make(join(folder, policyFile));
    const { status, stdout, stderr } = await runVerify(['check', '.'], { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' });
    expect(stderr).toContain(policyFile);
  });

  it('but a policy may come through a pipe that a shell writes to', async () => {
    const folder = await project();
    const script = `"$1" check --policy <(sleep 0.3; echo '{version: 1, default: deny}') .`;
    expect(await shell(folder, script)).toMatchObject({ status: 10 });
    expect((await shell(folder, script)).stdout).toContain('(command-line)');
  });
});

describe('what others have written', () => {
  it('begins no line of its own in an error', async () => {
    const folder = await project({ [policyFile]: 'version: 1\n"x\\n::error::pwned \\e[2J": 1\n' });
    const { status, stderr } = await runVerify(['check', '.'], { cwd: folder });
    expect(status).toBe(78);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain('x\\u000a::error::pwned \\u001b[2J');
  });

  const command = '##vso[task.setvariable variable=PATH]/evil ##[add-mask]x';
  const commanding = (): Promise<string> =>
    project({
      Dockerfile: `FROM ${registry}/unsigned/base:1\n`,
      [policyFile]: acmePolicy().replace('"name":"acme"', `"name":${JSON.stringify(command)}`),
    });

  it.each(['text', 'json', 'markdown', 'html'])('is no command to what keeps a log, in %s', async (format) => {
    const { stdout } = await runVerify(['check', '--format', format, '.'], { cwd: await commanding() });
    expect(stdout).toContain('vso[task.setvariable');
    expect(stdout).not.toMatch(/##(?:vso)?\[/i);
  });

  it('is what it was to a reader of JSON', async () => {
    const { stdout } = await runVerify(['check', '--format', 'json', '.'], { cwd: await commanding() });
    expect(JSON.parse(stdout)).toMatchObject({ images: [{ decisions: [{ rule: command }] }] });
  });
});

describe('a machine that is not well', () => {
  it('with no room for a result, ends with one line and 11', async () => {
    const { status, stderr } = await shell(await project(), '"$1" check --format json . >/dev/full');
    expect(status).toBe(11);
    expect(stderr).toMatch(/^docker verify: cannot write to standard output: there is no room left .*\n$/);
  });

  it('where the reader has gone, keeps the status of what was found', async () => {
    const folder = await project({ Dockerfile: `FROM ${registry}/unsigned/base:1\n` });
    const script = '"$1" check . | true; echo "${PIPESTATUS[0]}"';
    expect((await shell(folder, script)).stdout).toBe('10\n');
  });

  it('with a config.json that is none, says so where a registry asks for credentials: 78, and not in mode warn', async () => {
    const authentication = { kind: 'basic', user: 'someone', password: 'right', anonymousPull: false } as const;
    const closed = await startTestRegistry({ authentication });
    const configuration = await temporaryFolder();
    await writeFile(join(configuration, 'config.json'), '{"auths": 5}');
    const env = { DOCKER_CONFIG: configuration };
    try {
      const parameters = ['check', `${closed.host}/team/app:1`];
      const enforced = await runVerify(parameters, { cwd: await project(), env });
      expect(enforced).toMatchObject({ status: 78, stdout: '' });
      expect(enforced.stderr).toContain('config.json is not valid: auths has the wrong type');
      const warned = await project({ [policyFile]: acmePolicy({ mode: 'warn' }) });
      expect(await runVerify(parameters, { cwd: warned, env })).toMatchObject({ status: 0 });
    } finally {
      await closed.close();
    }
  });

  it('with a credential helper that hangs, is waited for no longer than verifying may take', async () => {
    const authentication = { kind: 'basic', user: 'someone', password: 'right', anonymousPull: false } as const;
    const closed = await startTestRegistry({ authentication });
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'config.json'), '{"credsStore": "stuck"}');
    await writeFile(join(folder, 'docker-credential-stuck'), '#!/bin/sh\nsleep 60\n');
    await chmod(join(folder, 'docker-credential-stuck'), 0o755);
    const env = { DOCKER_CONFIG: folder, PATH: `${folder}:/usr/bin:/bin` };
    const begun = Date.now();
    try {
      const parameters = ['check', '--timeout', '2s', `${closed.host}/team/app:1`];
      const { status, stdout } = await runVerify(parameters, { cwd: await project(), env });
      expect(status).toBe(11);
      expect(stdout).toContain('docker-credential-stuck did not answer');
      expect(Date.now() - begun).toBeLessThan(8_000);
    } finally {
      await closed.close();
    }
  });
});
