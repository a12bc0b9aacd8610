import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { acmePolicy, lab, projectFolder, startTestRegistry, temporaryFolder } from '../support/lab.ts';
import { executable } from '../support/paths.ts';
import { until } from '../support/until.ts';

const { registry } = lab();

interface Started {
  readonly child: ChildProcess;
  readonly temporary: string;
  /** What it said on standard error so far. */
  readonly said: () => string;
  readonly ended: Promise<{
    readonly status: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly at: number;
  }>;
}

let closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.map(async (close) => close()));
  closing = [];
});

async function startBuild(
  lines: readonly string[],
  env: Readonly<Record<string, string>> = {},
  mode: 'enforce' | 'warn' = 'enforce',
): Promise<Started> {
  const cwd = await projectFolder({ Dockerfile: `${lines.join('\n')}\n`, 'docker-verify.yaml': acmePolicy({ mode }) });
  const temporary = await temporaryFolder();
  const child = spawn(executable, ['build', '--progress=plain', '.'], {
    cwd,
    env: { ...lab().environment, TMPDIR: temporary, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const ended = new Promise<Awaited<Started['ended']>>((resolve) => {
    child.on('close', (status, signal) => resolve({ status, signal, at: performance.now() }));
  });
  return { child, temporary, said: () => text, ended };
}

/** The processes whose parent is `parent`. */
function childrenOf(parent: number | undefined): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return (
          readFileSync(`/proc/${name}/stat`, 'utf8')
            .replace(/^.*\) /s, '')
            .split(' ')[1] === String(parent)
        );
      } catch {
        return false; // it ended meanwhile
      }
    })
    .map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const longBuild = [`FROM ${registry}/signed/base:1`, 'ARG TIME', 'RUN --network=none sleep 60 # never cached'];

describe('while images are verified', () => {
  it.each([
    ['SIGINT', 'enforce'],
    ['SIGTERM', 'enforce'],
    ['SIGINT', 'warn'],
  ] as const)('%s in mode %s ends it at once with 130, and leaves nothing behind', async (signal, mode) => {
    const hanging = await startTestRegistry();
    closing.push(() => hanging.close());
    hanging.addFault({ path: '.*', effect: { kind: 'hang' } });
    const build = await startBuild([`FROM ${hanging.host}/team/app:1`], {}, mode);
    await until(() => hanging.requests[0] ?? null, 'the first request');
    const sent = performance.now();
    build.child.kill(signal);
    const { status, at } = await build.ended;
    expect({ status, said: build.said() }).toEqual({ status: 130, said: '' });
    expect(at - sent).toBeLessThan(2000);
    expect(readdirSync(build.temporary)).toEqual([]);
  });
});

describe('while Docker builds', () => {
  async function building(
    env: Readonly<Record<string, string>> = {},
  ): Promise<Started & { children: readonly number[] }> {
    const build = await startBuild(longBuild, env);
    await until(() => /RUN --network=none sleep 60/.exec(build.said()), 'the long step');
    const children = childrenOf(build.child.pid);
    expect(children.length).toBeGreaterThan(0);
    return { ...build, children };
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGUSR2', 'SIGXCPU'] as const)(
    '%s reaches the build, and no child or file is left',
    async (signal) => {
      const build = await building();
      const sent = performance.now();
      build.child.kill(signal);
      const { status, at } = await build.ended;
      expect(status).not.toBe(0);
      expect(status).not.toBeNull();
      expect(at - sent).toBeLessThan(4000);
      expect(build.children.filter(isAlive)).toEqual([]);
      expect(readdirSync(build.temporary)).toEqual([]);
    },
  );

  it("the end of Docker's plugin socket ends it too", async () => {
    const socket = join(await temporaryFolder(), 'plugin.sock');
    const connections: { destroy(): unknown }[] = [];
    const server = createServer((connection) => void connections.push(connection.on('error', () => undefined)));
    closing.push(() => server.close());
    await new Promise<void>((resolve) => void server.listen(socket, resolve));
    const build = await building({ DOCKER_CLI_PLUGIN_SOCKET: socket });
    expect(connections.length).toBeGreaterThan(0);
    const sent = performance.now();
    for (const connection of connections) connection.destroy();
    const { status, at } = await build.ended;
    expect(status).not.toBe(0);
    expect(at - sent).toBeLessThan(4000);
    expect(build.children.filter(isAlive)).toEqual([]);
    expect(readdirSync(build.temporary)).toEqual([]);
  });
});
