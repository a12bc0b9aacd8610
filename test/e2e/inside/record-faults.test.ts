// A build never fails by its record, and what was recorded before is never lost by it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { acmePolicy, lab, projectFolder, runVerify, temporaryFolder } from '../support/lab.ts';
import { executable } from '../support/paths.ts';

const running = lab();
const dockerfile = `FROM ${running.registry}/signed/base:1\nCOPY Dockerfile /Dockerfile\n`;

it('a build on a full disk succeeds, and says that it is not recorded', async () => {
  const [cwd, state] = [
    await projectFolder({ Dockerfile: dockerfile, 'docker-verify.yaml': acmePolicy() }),
    await temporaryFolder(),
  ];
  const folder = join(state, 'docker-verify');
  await mkdir(folder);
  await symlink('/dev/full', join(folder, 'journal.jsonl'));
  const built = await runVerify(['build', '.'], { cwd, env: { XDG_STATE_HOME: state } });
  expect(built.status).toBe(0);
  expect(built.stderr).toContain('this build could not be added to');
  expect(built.stderr).toContain('ENOSPC');
});

it('a build that finds the last line of the journal torn closes it, adds its own, and says so once', async () => {
  const [cwd, state] = [
    await projectFolder({
      Dockerfile: 'FROM scratch\nCOPY Dockerfile /Dockerfile\n',
      'docker-verify.yaml': acmePolicy(),
    }),
    await temporaryFolder(),
  ];
  const folder = join(state, 'docker-verify');
  await mkdir(folder);
  await appendFile(join(folder, 'journal.jsonl'), '{"schemaVersion":1,"id":"01');
  const first = await runVerify(['build', '.'], { cwd, env: { XDG_STATE_HOME: state } });
  expect(first).toMatchObject({ status: 0, stderr: expect.stringContaining('the last line of the journal') });
  const second = await runVerify(['build', '.'], { cwd, env: { XDG_STATE_HOME: state } });
  expect(second.stderr).not.toContain('the journal');
  const listed = await runVerify(['records', 'ls', '--format', 'json'], { cwd, env: { XDG_STATE_HOME: state } });
  expect(JSON.parse(listed.stdout)).toMatchObject({ records: [{}, {}] });
});

it('a build that is killed at any time leaves the journal and the index whole', async () => {
  const [cwd, state] = [
    await projectFolder({ Dockerfile: dockerfile, 'docker-verify.yaml': acmePolicy() }),
    await temporaryFolder(),
  ];
  const env = { ...running.environment, XDG_STATE_HOME: state };
  const journal = join(state, 'docker-verify', 'journal.jsonl');
  const lines = async (): Promise<readonly string[]> =>
    (await readFile(journal, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  expect((await runVerify(['build', '.'], { cwd, env: { XDG_STATE_HOME: state } })).status).toBe(0);
  const [first] = await lines();
  for (let delay = 100; delay <= 2_000; delay += 190) {
    // one after another: each at a later moment
    const child = spawn(executable, ['build', '.'], { cwd, env, stdio: 'ignore' });
    const ended = once(child, 'exit');
    // oxlint-disable-next-line no-await-in-loop
    await Promise.race([wait(delay), ended]);
    child.kill('SIGKILL');
    // oxlint-disable-next-line no-await-in-loop
    await ended;
  }
  const before = await lines();
  expect(before[0]).toBe(first);
  expect((await runVerify(['build', '.'], { cwd, env: { XDG_STATE_HOME: state } })).status).toBe(0);
  const after = await lines();
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after).toHaveLength(before.length + 1);
  expect(() => JSON.parse(after.at(-1) ?? '') as unknown).not.toThrow();
  const asked = await runVerify(['exposure', 'xz-utils', '--offline'], { cwd, env: { XDG_STATE_HOME: state } });
  expect(asked.status).toBe(11);
  expect(asked.stdout).toContain('recorded builds');
}, 120_000);
