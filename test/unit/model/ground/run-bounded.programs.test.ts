import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type BoundedRun, runBounded } from '../../../../src/model/ground/run-bounded.ts';
import { newFolder } from '../../../support/new-folder.ts';

const script = (code: string, changes: Partial<BoundedRun> = {}) =>
  runBounded({
    program: process.execPath,
    args: ['-e', code],
    folder: process.cwd(),
    variables: {},
    limit: 1000,
    ...changes,
  });
const forever = 'setInterval(() => {}, 1000)';
/** Starts a process that holds the standard output open for half a minute. */
const holding = `require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30000)'], { stdio: ['ignore', 'inherit', 'inherit'] })`;

/** Whether a process is gone, or only waits to be collected, within a second. */
async function endsSoon(pid: number): Promise<boolean> {
  const isThere = () => existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  for (let tries = 0; tries < 20 && isThere(); tries += 1) await setTimeout(50);
  return !isThere();
}

describe('a program that is run for what it prints', () => {
  it.each([0, 3])('ends with its status, here %i, and what it printed', async (status) => {
    const end = await script(`console.log('out'); console.error('err'); process.exitCode = ${status}`, {
      errorLimit: 10,
    });
    expect(end).toEqual({ kind: 'ended', status, stdout: Buffer.from('out\n'), stderr: 'err\n' });
  });

  it('sees the variables that it is given and no others', async () => {
    const code = 'console.log(Object.keys(process.env).filter((name) => !name.startsWith("__")).join())';
    expect(await script(code, { variables: { ONE: '1' } })).toMatchObject({ stdout: Buffer.from('ONE\n') });
  });

  it('gets its standard input, has an empty one otherwise, and need not read it', async () => {
    const copy = 'process.stdin.pipe(process.stdout)';
    expect(await script(copy, { input: 'a' })).toMatchObject({ stdout: Buffer.from('a') });
    expect(await script(copy, { input: (stdin) => stdin.end('b') })).toMatchObject({ stdout: Buffer.from('b') });
    expect(await script(copy)).toMatchObject({ kind: 'ended', status: 0, stdout: Buffer.alloc(0) });
    expect(await script('', { input: 'x'.repeat(1_000_000) })).toMatchObject({ kind: 'ended', status: 0 });
  });

  it('may print up to its limit, and is stopped beyond it', async () => {
    expect(await script('process.stdout.write("x".repeat(1000))')).toMatchObject({ kind: 'ended' });
    const end = await script(`process.stdout.write("x".repeat(1001)); ${forever}`);
    expect(end).toEqual({ kind: 'stopped', by: 'output' });
  });

  it('may say as much as it wants to, of which the end is kept', async () => {
    const end = await script('for (let i = 0; i < 5000; i++) console.error(i)', { errorLimit: 9 });
    expect(end).toMatchObject({ kind: 'ended', stderr: '998\n4999\n' });
  });

  it('is stopped when its time is over, though what it started holds its output open', async () => {
    const before = Date.now();
    const end = await script(`${holding}; ${forever}`, { timeout: 700 });
    expect(end).toEqual({ kind: 'stopped', by: 'time' });
    expect(Date.now() - before).toBeLessThan(10_000);
  });

  it('is stopped by the signal, and not started once that was given', async () => {
    const controller = new AbortController();
    const running = script(forever, { signal: controller.signal });
    controller.abort();
    expect(await running).toEqual({ kind: 'stopped', by: 'signal' });
    expect(await script('', { signal: controller.signal, program: '/nothing/there' })).toEqual({
      kind: 'stopped',
      by: 'signal',
    });
  });

  it('that another signal ends is no program that ended', async () => {
    expect(await script('process.kill(process.pid, "SIGKILL")')).toEqual({ kind: 'stopped', by: 'killed' });
  });

  it('that cannot be started says why', async () => {
    expect(await script('', { program: '/nothing/there' })).toMatchObject({
      kind: 'unstarted',
      cause: { code: 'ENOENT' },
    });
    expect(await script('', { args: ['a\0b'] })).toMatchObject({ kind: 'unstarted' });
  });

  it.skipIf(process.platform !== 'linux').each([true, false])(
    'takes its helpers with it where it leads a group: %s',
    async (hasGroup) => {
      const file = join(newFolder('run'), 'pid');
      const code = `const { pid } = ${holding}; require('fs').writeFileSync(${JSON.stringify(file)}, String(pid)); process.stdout.write('x'.repeat(2000)); ${forever}`;
      expect(await script(code, { hasGroup })).toEqual({ kind: 'stopped', by: 'output' });
      const helper = Number(await readFile(file, 'utf8'));
      const ended = await endsSoon(helper);
      if (!ended) process.kill(helper, 'SIGKILL');
      expect(ended).toBe(hasGroup);
    },
  );
});

describe('a program for which no descriptor is left', () => {
  it.skipIf(process.platform === 'win32')('is one that cannot be started', async () => {
    const module = join(import.meta.dirname, '../../../../src/model/ground/run-bounded.ts');
    const code = `
      const { openSync, closeSync } = require('node:fs');
      import(${JSON.stringify(module)}).then(async ({ runBounded }) => {
        const open = [];
        try { for (;;) open.push(openSync('/dev/null')); } catch {}
        const end = await runBounded({ program: '/bin/true', args: [], folder: '/', variables: {}, limit: 0 });
        for (const descriptor of open) closeSync(descriptor);
        console.log(end.kind, end.cause?.code);
      });`;
    const shell = 'ulimit -n 200 && exec "$0" --experimental-strip-types --no-warnings -e "$1"';
    const args = ['-c', shell, process.execPath, code];
    const ended = await script('', { program: '/bin/sh', args, errorLimit: 1000 });
    expect(ended).toMatchObject({ kind: 'ended', stdout: Buffer.from('unstarted EMFILE\n'), stderr: '' });
  });
});
