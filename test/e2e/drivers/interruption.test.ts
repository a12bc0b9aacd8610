import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { project, registry } from '../no-way-around/project.ts';
import { lab, temporaryFolder } from '../support/lab.ts';
import {
  buildKit,
  createBuilder,
  createContainerBuilder,
  hasBuildKit,
  later,
  ownBuilders,
  pushBuilderImage,
} from './builders.ts';

let env: Readonly<Record<string, string>> = {};
const silent: Socket[] = [];

beforeAll(async () => {
  if (!hasBuildKit) return;
  env = await ownBuilders();
  await createBuilder(env, 'far', ['--driver', 'remote', await buildKit()]);
  await createContainerBuilder(
    env,
    'contained-long',
    await pushBuilderImage(`${registry}/drivers/interrupted:1`, false),
  );
  const server = createServer((socket) => void silent.push(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  later(async () => {
    for (const socket of silent) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  await createBuilder(env, 'silent', ['--driver', 'remote', `tcp://127.0.0.1:${port}`]);
}, 120_000);

/** The processes of this machine whose environment names this temporary folder: ours and their children. */
function processesIn(temporary: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'latin1').includes(`TMPDIR=${temporary}`);
    } catch {
      return false;
    }
  });
}

async function interrupted(
  builder: string,
  signal: NodeJS.Signals,
  isDue: (said: string) => boolean,
): Promise<{ status: number | null; milliseconds: number; temporary: string }> {
  const cwd = await project(`FROM ${registry}/signed/base:1\nRUN --network=none sleep 60 # ${builder} ${signal}\n`);
  const temporary = await temporaryFolder();
  const child: ChildProcess = spawn(
    lab().executable,
    ['build', '--builder', builder, '--no-cache', '--progress=plain', '.'],
    { cwd, env: { ...lab().environment, ...env, TMPDIR: temporary }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => void child.on('close', (status) => resolve(status)));
  for (let waited = 0; !isDue(said); waited += 20) {
    if (waited > 30_000) throw new Error(`waited in vain: ${said}`);
    // a condition of another process cannot be awaited otherwise
    // oxlint-disable-next-line no-await-in-loop
    await delay(20);
  }
  const sent = performance.now();
  child.kill(signal);
  const status = await ended;
  return { status, milliseconds: performance.now() - sent, temporary };
}

describe.skipIf(!hasBuildKit)('a signal', () => {
  it.each([
    ['far', 'SIGINT'],
    ['far', 'SIGTERM'],
    ['contained-long', 'SIGINT'],
    ['contained-long', 'SIGTERM'],
  ] as const)('ends a build on the builder "%s" (%s), with its children and files', async (builder, signal) => {
    const isBuilding = (said: string): boolean => /RUN --network=none sleep 60/.test(said);
    const { status, milliseconds, temporary } = await interrupted(builder, signal, isBuilding);
    expect(status).not.toBe(0);
    expect(milliseconds).toBeLessThan(4000);
    expect(processesIn(temporary)).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('ends the wait for a builder that does not answer', async () => {
    const before = silent.length;
    const { status, milliseconds, temporary } = await interrupted('silent', 'SIGINT', () => silent.length > before);
    expect(status).toBe(130);
    expect(milliseconds).toBeLessThan(2000);
    expect(processesIn(temporary)).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
