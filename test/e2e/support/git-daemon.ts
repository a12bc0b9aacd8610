import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A daemon that serves repositories by git's own protocol. */
export interface GitDaemon {
  /** `git://127.0.0.1:port` */
  readonly url: string;
  close(): Promise<void>;
}

async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}

/** Serves every repository under a folder on loopback. */
export async function startGitDaemon(folder: string): Promise<GitDaemon> {
  const port = await freePort();
  const options = [`--base-path=${folder}`, '--export-all', '--listen=127.0.0.1', `--port=${port}`, '--reuseaddr'];
  const daemon: ChildProcess = spawn('git', ['daemon', ...options], { stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => daemon.on('exit', resolve));
  for (let tries = 0; !(await isListening(port)); tries += 1) {
    if (tries > 600 || daemon.exitCode !== null) throw new Error('git daemon does not listen');
    await delay(50);
  }
  return {
    url: `git://127.0.0.1:${port}`,
    close: async () => {
      if (daemon.pid !== undefined) process.kill(-daemon.pid);
      await ended;
    },
  };
}
