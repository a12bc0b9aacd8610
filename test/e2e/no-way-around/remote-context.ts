import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startGitDaemon } from '../support/git-daemon.ts';
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
  const daemon = await startGitDaemon(folder);
  return { ...daemon, url: `${daemon.url}/context#main` };
}

/** Whether this machine has git, which serves repositories. */
export async function hasGit(): Promise<boolean> {
  return run(lab(), 'git', ['--version']).then(
    ({ status }) => status === 0,
    () => false,
  );
}
