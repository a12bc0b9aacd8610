import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lab, mustRun, run, temporaryFolder, writeFiles } from '../support/lab.ts';

/** A context served to the builder; `close` ends the server. */
export interface RemoteContext {
  readonly url: string;
  close(): Promise<void>;
}

/** A tar archive of files, as `tar` makes it. */
export async function archive(files: Readonly<Record<string, string>>, options = '-cf'): Promise<Uint8Array> {
  const folder = await writeFiles(await temporaryFolder(), files);
  const file = join(await temporaryFolder(), 'context.tar');
  await mustRun(lab(), 'tar', [options, file, '-C', folder, ...Object.keys(files)]);
  return readFile(file);
}

/** Serves bytes by HTTP on loopback. */
export async function serveFile(bytes: Uint8Array, name = 'context.tar'): Promise<RemoteContext> {
  const server = createServer((_, response) => response.end(bytes));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}/${name}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function freePort(): Promise<number> {
  const served = await serveFile(new Uint8Array());
  await served.close();
  return Number(new URL(served.url).port);
}

async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.unref();
  });
}

/** Serves files as the one commit of a repository, by git's own protocol on loopback. */
export async function serveRepository(files: Readonly<Record<string, string>>): Promise<RemoteContext> {
  const folder = await temporaryFolder();
  const repository = await writeFiles(join(folder, 'context'), files);
  const identity = ['-c', 'user.name=lab', '-c', 'user.email=lab@example.test'];
  for (const parameters of [
    ['init', '--quiet', '--initial-branch=main'],
    ['add', '.'],
    ['commit', '--quiet', '-m', 'Context'],
  ])
    await mustRun(lab(), 'git', [...identity, ...parameters], { cwd: repository });
  const port = await freePort();
  const options = [`--base-path=${folder}`, '--export-all', '--listen=127.0.0.1', `--port=${port}`, '--reuseaddr'];
  const daemon: ChildProcess = spawn('git', ['daemon', ...options], { stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => daemon.on('exit', resolve));
  for (let tries = 0; !(await isListening(port)); tries += 1) {
    if (tries > 100) throw new Error('git daemon does not listen');
    await delay(50);
  }
  return {
    url: `git://127.0.0.1:${port}/context#main`,
    close: async () => {
      if (daemon.pid !== undefined) process.kill(-daemon.pid);
      await ended;
    },
  };
}

/** Whether this machine has git, which serves repositories. */
export async function hasGit(): Promise<boolean> {
  return run(lab(), 'git', ['--version']).then(
    ({ status }) => status === 0,
    () => false,
  );
}
