import { chmod } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { lab, temporaryFolder } from './lab.ts';

/** What was asked of an engine, as the first line of a request, and when by `performance.now`. */
export interface AskedOfEngine {
  readonly line: string;
  readonly at: number;
}

/** The lab's engine behind a socket of its own that notes what it is asked. */
export interface WatchedEngine {
  /** For DOCKER_HOST. */
  readonly host: string;
  readonly asked: readonly AskedOfEngine[];
  close(): void;
}

/** Starts one. */
export async function watchEngine(): Promise<WatchedEngine> {
  const path = join(await temporaryFolder(), 'watched.sock');
  const asked: AskedOfEngine[] = [];
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const engine = connect(lab().dockerHost.slice('unix://'.length));
    client.on('data', (part: Buffer) => {
      const at = performance.now();
      for (const [line] of part.toString('latin1').matchAll(/^(?:DELETE|GET|HEAD|POST|PUT) \S+ HTTP\/1\.1/gm))
        asked.push({ line, at });
    });
    client.pipe(engine).pipe(client);
    for (const socket of [client, engine]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        engine.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  await chmod(path, 0o666);
  return {
    host: `unix://${path}`,
    asked,
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
