// An engine whose builds have a network of their own, as BuildKit's SBOM scanner needs one: the lab's own engines have none.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningLab, run } from './lab.ts';

/** An engine of the containerd store, for one test file. */
export interface BridgedEngine {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** Ends it and removes all that it left: processes, bridge, mounts, folder. */
  stop(): Promise<void>;
}

const path = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

function ip(...args: readonly string[]): string | null {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8', env: { PATH: path.join(':') } });
  return status === 0 ? null : (error?.message ?? stderr.trim().slice(0, 200));
}

/** Makes a bridge with an address that no other test file uses; the reason where it cannot be had. */
function makeBridge(name: string): string | null {
  const address = `10.${213 + (process.pid % 7)}.${process.pid % 251}.1/24`;
  const refused = ip('link', 'add', name, 'type', 'bridge');
  if (refused !== null) return refused;
  const failed = ip('address', 'add', address, 'dev', name) ?? ip('link', 'set', name, 'up');
  if (failed !== null) ip('link', 'delete', name);
  return failed;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(killer);
}

async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const place of mounts.filter((each) => each.startsWith(`${folder}/`)).toReversed())
    spawnSync('umount', ['--lazy', place]);
}

async function until(isThere: () => boolean | Promise<boolean>, child: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 150 && child.exitCode === null; tries += 1) {
    if (await isThere()) return true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
}

interface Begun {
  readonly child: ChildProcess;
  readonly said: () => string;
}

function begin(tools: string, program: string, args: readonly string[]): Begun {
  const libraries = ['lib', 'usr/lib'].map((each) =>
    join(tools, each, `${process.arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu`),
  );
  const PATH = [join(tools, 'usr/bin'), join(tools, 'usr/sbin'), ...path].join(':');
  const child = spawn(join(tools, program), args, {
    env: { PATH, LD_LIBRARY_PATH: libraries.join(':') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    text = `${text}${more}`.slice(-2000);
  });
  return { child, said: () => text };
}

function engineArguments(folder: string, bridge: string): readonly string[] {
  const at = (name: string): string => join(folder, name);
  const places = ['--config-file', at('engine.json'), '--data-root', at('data'), '--exec-root', at('exec')];
  const store = [
    '--containerd',
    at('containerd.sock'),
    '--containerd-namespace',
    'tests',
    '--containerd-plugins-namespace',
    'plugins',
  ];
  const network = [
    `--bridge=${bridge}`,
    '--iptables=false',
    '--ip6tables=false',
    '--ip-masq=false',
    '--userland-proxy=false',
  ];
  const reach = [
    '--pidfile',
    at('engine.pid'),
    '-H',
    `unix://${at('docker.sock')}`,
    '--insecure-registry',
    '127.0.0.0/8',
  ];
  return [...places, ...store, ...network, ...reach];
}

async function writeSettings(folder: string): Promise<void> {
  await writeFile(join(folder, 'engine.json'), JSON.stringify({ features: { 'containerd-snapshotter': true } }));
  const settings = 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n';
  await writeFile(join(folder, 'containerd.toml'), settings);
}

/**
 * Starts an engine with a bridge and a containerd of its own: nothing of it touches the lab's. Answers the reason, a text, where the
 * machine does not let us.
 */
export async function startBridgedEngine(lab: RunningLab): Promise<BridgedEngine | string> {
  const tools = join(lab.home, 'tools');
  if (!existsSync(join(tools, 'usr/sbin/dockerd'))) return 'this lab runs on the machine’s own engine';
  const bridge = `verify${process.pid}`;
  const refused = makeBridge(bridge);
  if (refused !== null) return `no bridge can be made: ${refused}`;
  const folder = await mkdtemp(join(tmpdir(), 'verify-engine-'));
  const running: Begun[] = [];
  const stop = async (): Promise<void> => {
    for (const { child } of running.toReversed()) await end(child);
    await unmountBelow(folder);
    ip('link', 'delete', bridge);
    await rm(folder, { recursive: true, force: true });
  };
  const start = async (
    program: string,
    args: readonly string[],
    isUp: () => boolean | Promise<boolean>,
  ): Promise<void> => {
    const begun = begin(tools, program, args);
    running.push(begun);
    if (await until(isUp, begun.child)) return;
    await stop();
    throw new Error(`${program} does not come up:\n${begun.said()}`);
  };
  await writeSettings(folder);
  const socket = join(folder, 'containerd.sock');
  const store = ['--config', join(folder, 'containerd.toml'), '--root', join(folder, 'containerd')];
  await start('usr/bin/containerd', [...store, '--state', join(folder, 'state'), '--address', socket], () =>
    existsSync(socket),
  );
  const host = `unix://${join(folder, 'docker.sock')}`;
  await start('usr/sbin/dockerd', engineArguments(folder, bridge), async () => {
    return (await run(lab, lab.docker, ['version'], { env: { DOCKER_HOST: host } })).status === 0;
  });
  return { host, stop };
}
