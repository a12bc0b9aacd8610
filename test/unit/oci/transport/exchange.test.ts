import { Agent } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exchangeOnce } from '../../../../src/oci/transport/exchange.ts';
import { startRegistry } from '../harness.ts';

describe('a connection', () => {
  it('is used for many requests, and nothing piles up on it', async () => {
    const registry = await startRegistry();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const url = new URL(`http://${registry.host}/v2/`);
    const signal = new AbortController().signal;
    const listeners = (): number => {
      const [socket] = Object.values(agent.freeSockets).flat();
      return socket?.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0) ?? 0;
    };
    const once = async (): Promise<void> => {
      await exchangeOnce({ method: 'GET', url, headers: {}, limit: 1000, signal }, agent);
      await new Promise((resolve) => setImmediate(resolve));
    };
    await once();
    const before = listeners();
    for (let number = 0; number < 20; number += 1) await once();
    expect(before).toBeGreaterThan(0);
    expect(listeners()).toBeLessThanOrEqual(before);
  });
});
