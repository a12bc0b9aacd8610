import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below what Linux gives to who asks for any port, or connects from one: a port out of there may be another's by the time that it is used. */
const [lowest, highest] = [20_000, 32_000] as const;
const tries = 50;

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A port on loopback for a program that cannot choose one by itself. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < tries; tried += 1) {
    const port = randomInt(lowest, highest);
    // the first that is free will do
    // oxlint-disable-next-line no-await-in-loop
    if (await isFree(port)) return port;
  }
  throw new Error(`of ${tries} ports none is free`);
}
