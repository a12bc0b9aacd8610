import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { watchInterruptions } from '../../../../src/cli/terminal/interruptions.ts';

describe('interruptions', () => {
  it.each([
    ['SIGINT', 'SIGINT'],
    ['SIGTERM', 'SIGTERM'],
    ['SIGHUP', 'SIGHUP'],
    ['SIGQUIT', 'SIGTERM'],
    ['SIGUSR2', 'SIGTERM'],
    ['SIGALRM', 'SIGTERM'],
    ['SIGVTALRM', 'SIGTERM'],
    ['SIGXCPU', 'SIGTERM'],
  ] as const)('%s cancels what runs, and is passed on to listeners as %s until they unsubscribe', (signal, told) => {
    const watch = watchInterruptions(undefined);
    const heard: string[] = [];
    const stop = watch.interruptions.listen((each) => heard.push(each));
    try {
      process.emit(signal, signal);
      expect(watch.cancelled.aborted).toBe(true);
      expect(watch.cancelled.reason).toBe(signal);
      expect(watch.interruptions.cancelled.aborted).toBe(false);
      stop();
      process.emit(signal, signal);
      expect(heard).toEqual([told]);
    } finally {
      watch.stop();
    }
    expect(process.listeners(signal).map(String).join()).not.toContain('anything.abort');
  });

  it.each([
    ['none of the streams is a terminal', [false, false, false], false],
    ['standard input is one', [true, false, false], true],
    ['standard output is one', [false, true, false], true],
    ['standard error is one', [false, false, true], true],
  ] as const)('reach what we start without us where it shares our terminal: %s', (_, terminals, expected) => {
    const streams = [process.stdin, process.stdout, process.stderr];
    const before = streams.map((stream) => Object.getOwnPropertyDescriptor(stream, 'isTTY'));
    const watch = watchInterruptions(undefined);
    try {
      for (const [index, stream] of streams.entries())
        Object.defineProperty(stream, 'isTTY', { value: terminals[index], configurable: true, writable: true });
      expect(watch.interruptions.sharedTerminal).toBe(expected);
    } finally {
      watch.stop();
      for (const [index, stream] of streams.entries()) {
        Reflect.deleteProperty(stream, 'isTTY');
        const own = before[index];
        if (own !== undefined) Object.defineProperty(stream, 'isTTY', own);
      }
    }
  });

  it("end when Docker's command line goes away", async () => {
    const path = join(tmpdir(), `interruptions-${process.pid}.sock`);
    const server = createServer((socket) => void socket.end());
    await new Promise<void>((resolve) => void server.listen(path, resolve));
    const watch = watchInterruptions(path);
    try {
      await new Promise<void>((resolve) => watch.cancelled.addEventListener('abort', () => resolve(), { once: true }));
      expect(watch.interruptions.cancelled.aborted).toBe(true);
    } finally {
      watch.stop();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
