import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { watchPluginSocket } from '../../../src/plugin/index.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A socket that hangs up on every client, after `delay` milliseconds. */
async function listening(path: string, delay: number): Promise<void> {
  const server = createServer((socket) => void setTimeout(() => socket.end(), delay));
  servers.push(server);
  server.listen(path);
  await once(server, 'listening');
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** How often the watcher of `address` has called after `wait` milliseconds. */
async function callsWithin(address: string | undefined, wait: number, stopAtOnce = false): Promise<number> {
  let calls = 0;
  const stop = watchPluginSocket(address, () => {
    calls += 1;
  });
  if (stopAtOnce) stop();
  await pause(wait);
  stop();
  return calls;
}

describe('watchPluginSocket', () => {
  it('calls once when Docker closes the socket of a path', async () => {
    const path = join(tmpdir(), `plugin-${process.pid}.sock`);
    await listening(path, 20);
    expect(await callsWithin(path, 150)).toBe(1);
  });

  it.runIf(process.platform === 'linux')('calls once when Docker closes an abstract socket', async () => {
    const name = `docker_cli_test_${process.pid}`;
    await listening(`\0${name}`, 20);
    expect(await callsWithin(`@${name}`, 150)).toBe(1);
  });

  it('stays silent while the socket is open', async () => {
    const path = join(tmpdir(), `plugin-open-${process.pid}.sock`);
    await listening(path, 10_000);
    expect(await callsWithin(path, 80)).toBe(0);
  });

  it('stays silent once it was stopped', async () => {
    const path = join(tmpdir(), `plugin-stop-${process.pid}.sock`);
    await listening(path, 10);
    expect(await callsWithin(path, 80, true)).toBe(0);
  });

  it.each([[undefined], [''], ['/nowhere/at.sock'], ['@docker_cli_nobody']])(
    'takes no harm from an absent socket: %s',
    async (address) => {
      expect(await callsWithin(address, 40)).toBe(0);
    },
  );
});
