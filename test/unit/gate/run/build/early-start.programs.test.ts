import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { type EarlyStart, startEarly } from '../../../../../src/gate/run/build/early-start.ts';
import { planBuild } from '../../../../../src/gate/run/plan/build-plan.ts';
import type { BuildRequest } from '../../../../../src/gate/run/plan/build-request.ts';
import type { ReadyBuilder } from '../../../../../src/gate/run/plan/builder-readiness.ts';
import { standardInput } from '../../../../../src/gate/session/standard-input.ts';
import { VerifyError } from '../../../../../src/model/index.ts';
import { writeProgram } from '../../../../support/write-program.ts';
import { folderOf } from '../../../policy/support/policies.ts';
import { sessionIn } from '../../gate-pipeline.ts';

const known: ReadyBuilder = {
  info: {
    name: 'default',
    driver: 'docker',
    buildxVersion: '0.29.1',
    host: 'unix:///nowhere',
    engineVersion: '28.5.2',
    nodes: [],
    platform: 'linux/amd64',
  },
  variable: 'default',
  unenforceable: null,
  unproven: null,
  wasKnown: true,
};

let folder = '';
beforeEach(async () => {
  folder = await folderOf({ Dockerfile: 'FROM scratch\n' });
  await mkdir(join(folder, 'temporary'));
  // machine code: a shell, whose first argument is the file in this folder that it reads
  await symlink('/bin/sh', join(folder, 'docker-buildx'));
  await writeFile(join(folder, 'buildx'), 'echo "$@" > docker-buildx.started\nexec sleep 30\n');
});

interface Given {
  readonly args?: readonly string[];
  readonly request?: Partial<BuildRequest>;
  readonly builder?: () => Promise<ReadyBuilder>;
  readonly temporary?: string;
}

async function begin({
  args = ['.'],
  request,
  builder = () => Promise.resolve(known),
  temporary = 'temporary',
}: Given) {
  const plain = sessionIn(folder);
  const variables = { TMPDIR: join(folder, temporary), PATH: '/usr/bin:/bin' };
  const session = { ...plain, environment: { ...plain.environment, variables } };
  const input = standardInput(() => Readable.from([Buffer.from('FROM scratch\n')]), session.environment);
  const ignored = (): void => undefined;
  const plan = await planBuild(args, session.environment, input);
  await input.dispose();
  return startEarly({
    request: {
      session,
      input,
      interruptions: { listen: () => ignored, sharedTerminal: false, cancelled: new AbortController().signal },
      intercepted: false,
      before: [],
      onVerified: ignored,
      onDenied: ignored,
      onRestart: ignored,
      ...request,
    },
    plan,
    programs: { docker: null, buildx: join(folder, 'docker-buildx') },
    builder: builder(),
  });
}

const started = (): boolean => existsSync(join(folder, 'docker-buildx.started'));

/** Whether one was started and can be taken; nothing of it is left. */
async function isTaken(early: EarlyStart): Promise<boolean> {
  const held = await early.take();
  held?.abandon();
  return held !== null;
}

describe('a build that is started early', () => {
  it.each([
    [['.']],
    [['-t', 'app', '--build-arg', 'A=1', '--target=final', '-f', 'Dockerfile', '.']],
    [['-qt', 'app', '--label=a=b', '.']],
  ])('is an ordinary one: %s', async (args) => {
    const early = await begin({ args });
    const held = await early.take();
    for (let waited = 0; !started() && waited < 5_000; waited += 10) await delay(10);
    expect(readFileSync(join(folder, 'docker-buildx.started'), 'utf8')).toContain(args.join(' '));
    expect(await early.take()).toBeNull();
    held?.abandon();
    expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
  });

  it.each<[string, Given]>([
    ['a Dockerfile on standard input', { args: ['-f', '-', '.'] }],
    ['a context on standard input', { args: ['-'] }],
    ['a repository', { args: ['https://example.com/x.git'] }],
    ['a call', { args: ['--call', 'outline', '.'] }],
    ['a check', { args: ['--check', '.'] }],
    ['an option that buildx may refuse at once', { args: ['--ulimit', 'none', '.'] }],
    ['an option that buildx does not know', { args: ['--on=error', '.'] }],
    ['a letter that buildx does not know', { args: ['-ql', 'x', '.'] }],
    ['a number that may be none', { args: ['--cpu-quota', 'x', '.'] }],
    ['a label without a name', { args: ['--label', '=x', '.'] }],
    ['a label that is empty', { args: ['--label=', '.'] }],
    ['a list that may be no CSV', { args: ['--add-host', 'a"b', '.'] }],
    ['an option that buildx remarks on at once', { args: ['--squash', '.'] }],
    ['a debugger', { request: { before: ['debug'] } }],
    ['a rebuild', { request: { heldTo: new Map() } }],
    ['a builder that had to be asked', { builder: () => Promise.resolve({ ...known, wasKnown: false }) }],
    [
      'a builder that would not obey',
      {
        builder: () =>
          Promise.resolve({ ...known, unenforceable: new VerifyError('builder.unenforceable', 'it does not') }),
      },
    ],
    [
      'a builder of which that is not known',
      { builder: () => Promise.resolve({ ...known, unproven: new VerifyError('timeout', 'no answer') }) },
    ],
    ['a builder that is not there', { builder: () => Promise.reject(new VerifyError('builder.unavailable', 'none')) }],
    ['a machine with no room for it', { temporary: 'nowhere' }],
  ])('is none of %s', async (_title, given) => {
    expect(await isTaken(await begin(given))).toBe(false);
    expect(started()).toBe(false);
    expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
  });

  it('is none of a buildx that is a script, which may hand its policy on today and not tomorrow', async () => {
    await rm(join(folder, 'docker-buildx'));
    writeProgram(join(folder, 'docker-buildx'), '#!/bin/sh\necho "$@" > "$0.started"\nexec sleep 30\n');
    expect(await isTaken(await begin({}))).toBe(false);
    expect(started()).toBe(false);
    expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
  });

  it('is under way once it was started, and is not waited for for long', async () => {
    const early = await begin({});
    await early.underWay();
    expect(await Promise.race([isTaken(early), delay(200, 'still waits')])).toBe(true);
    const from = performance.now();
    const slow = await begin({ builder: () => delay(2_000, known, { ref: false }) });
    await slow.underWay();
    slow.abandon();
    const none = await begin({ builder: () => Promise.reject(new TypeError('a mistake')) });
    await none.underWay();
    expect(performance.now() - from).toBeLessThan(1_000);
  });

  it('does not hide a mistake of ours', async () => {
    const early = await begin({ builder: () => Promise.reject(new TypeError('a mistake')) });
    await expect(early.take()).rejects.toThrow('a mistake');
  });

  it('is never started, or ended, where it is abandoned', async () => {
    const early = await begin({ builder: () => delay(100, known) });
    early.abandon();
    expect(await isTaken(early)).toBe(false);
    expect(started()).toBe(false);
    const other = await begin({});
    await delay(200);
    other.abandon();
    expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
  });
});
