import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Interruptions, runChild } from '../../../../src/builder/programs/child-process.ts';
import { keepInput } from '../../../../src/builder/programs/stdin-keeper.ts';
import { environmentWith, temporaryFolder } from '../test-environment.ts';

function interruptions(sharedTerminal = false): { emitter: EventEmitter; stop: AbortController; given: Interruptions } {
  const emitter = new EventEmitter();
  const stop = new AbortController();
  const listen = (listener: (signal: NodeJS.Signals) => void): (() => void) => {
    emitter.on('signal', listener);
    return () => emitter.off('signal', listener);
  };
  return { emitter, stop, given: { listen, sharedTerminal, cancelled: stop.signal } };
}

function shell(script: string, given: Interruptions | null, grace?: number): Promise<number> {
  return runChild({
    program: '/bin/sh',
    args: ['-c', script],
    environment: environmentWith({ workingDirectory: '/' }),
    variables: { PATH: '/usr/bin:/bin' },
    stdin: 'inherit',
    interruptions: given,
    ...(grace === undefined ? {} : { grace }),
  });
}

/** Waits for a file that the child writes when it is ready. */
async function ready(file: string): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    if (
      await readFile(file).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('runChild', () => {
  it("passes the child's status through, and 128+n for a signal", async () => {
    expect(await shell('exit 0', null)).toBe(0);
    expect(await shell('exit 42', null)).toBe(42);
    expect(await shell('kill -TERM $$', null)).toBe(143);
  });

  it('tells when it has started the child, which then still runs', async () => {
    const order: string[] = [];
    const folder = temporaryFolder();
    const run = runChild({
      program: '/bin/sh',
      args: ['-c', `echo > ${join(folder, 'ready')}; sleep 0.1`],
      environment: environmentWith({ workingDirectory: '/' }),
      variables: { PATH: '/usr/bin:/bin' },
      stdin: 'inherit',
      interruptions: null,
      onStarted: () => order.push('started'),
    }).then(() => order.push('ended'));
    await ready(join(folder, 'ready'));
    expect(order).toEqual(['started']);
    await run;
    expect(order).toEqual(['started', 'ended']);
  });

  it('says what cannot be started', async () => {
    const run = runChild({
      program: '/nowhere/docker-buildx',
      args: [],
      environment: environmentWith({ workingDirectory: '/' }),
      variables: {},
      stdin: 'inherit',
      interruptions: null,
    });
    await expect(run).rejects.toMatchObject({
      code: 'builder.unavailable',
      message: expect.stringContaining('/nowhere'),
    });
  });

  it('feeds what was kept of standard input, and bears a child that reads none of it', async () => {
    const folder = temporaryFolder();
    const environment = environmentWith({ workingDirectory: folder, variables: { TMPDIR: folder } });
    const kept = await keepInput(Readable.from([Buffer.alloc(300_000, 'x')]), environment);
    const run = {
      program: '/bin/sh',
      environment,
      variables: { PATH: '/usr/bin:/bin' },
      stdin: kept,
      interruptions: null,
    };
    expect(await runChild({ ...run, args: ['-c', 'cat > copy'] })).toBe(0);
    expect(await readFile(join(folder, 'copy'))).toHaveLength(300_000);
    expect(await runChild({ ...run, args: ['-c', 'exit 3'] })).toBe(3);
  });

  it('passes a signal on', async () => {
    const file = join(temporaryFolder(), 'ready');
    const { emitter, given } = interruptions();
    const status = shell(`trap 'exit 7' TERM; : > ${file}; while :; do sleep 0.05; done`, given);
    await ready(file);
    emitter.emit('signal', 'SIGTERM');
    expect(await status).toBe(7);
    expect(emitter.listenerCount('signal')).toBe(0);
  });

  it('cancels when the plugin socket closes', async () => {
    const file = join(temporaryFolder(), 'ready');
    const { stop, given } = interruptions();
    const status = shell(`trap 'exit 9' TERM; : > ${file}; while :; do sleep 0.05; done`, given);
    await ready(file);
    stop.abort();
    expect(await status).toBe(9);
  });

  it('leaves a first Ctrl-C to the terminal that the child shares', async () => {
    const file = join(temporaryFolder(), 'ready');
    const { emitter, given } = interruptions(true);
    const status = shell(`trap 'exit 7' INT; : > ${file}; sleep 0.2; exit 5`, given);
    await ready(file);
    emitter.emit('signal', 'SIGINT');
    expect(await status).toBe(5);
  });

  it('kills a child that does not end within its grace, or at the third signal', async () => {
    const folder = temporaryFolder();
    const stubborn = (file: string): string => `trap '' TERM; : > ${file}; exec sleep 30`;
    const first = interruptions();
    const late = shell(stubborn(join(folder, 'a')), first.given, 200);
    await ready(join(folder, 'a'));
    first.emitter.emit('signal', 'SIGTERM');
    expect(await late).toBe(137);
    const second = interruptions();
    const thrice = shell(stubborn(join(folder, 'b')), second.given, 20_000);
    await ready(join(folder, 'b'));
    for (let round = 0; round < 3; round += 1) second.emitter.emit('signal', 'SIGTERM');
    expect(await thrice).toBe(137);
  });
});
