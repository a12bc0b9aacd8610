/**
 * `node complete-lock.ts [--check]`: lists in package-lock.json the packages of other platforms too.
 * `npm install` leaves out those that the registry at hand does not serve, and `npm ci` then refuses the lock everywhere.
 * Run it after `npm install`; `--check` changes nothing and ends with status 1 where something is missing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './folders.ts';

interface LockedPackage {
  readonly version?: string;
  readonly cpu?: readonly string[];
  readonly os?: readonly string[];
  readonly libc?: readonly string[];
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  packages: Record<string, LockedPackage>;
}

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'];

/** What a package's name says of the platform it is for, so that npm passes over it on every other. */
function platformOf(name: string): Pick<LockedPackage, 'cpu' | 'os' | 'libc'> {
  const words = name.split(/[/-]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (os === undefined || cpu === undefined) throw new Error(`${name} does not tell its platform: add it by hand`);
  const musl = words.some((word) => word.startsWith('musl'));
  return { cpu: [cpu], os: [os], ...(os === 'linux' ? { libc: [musl ? 'musl' : 'glibc'] } : {}) };
}

/** Whether `name` is locked where Node would look for it from the package at `place`. */
function isLocked(packages: Lock['packages'], place: string, name: string): boolean {
  const path = place.split(/(?:^|\/)node_modules\//).slice(1);
  return [...path, ''].some(
    (_, depth) => [...path.slice(0, depth), name].map((part) => `node_modules/${part}`).join('/') in packages,
  );
}

const file = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock; // npm's own
const added: string[] = [];
for (const [place, { dev, optionalDependencies }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
    if (isLocked(lock.packages, place, name)) continue;
    if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${name} is not pinned to one version: add it by hand`);
    const { cpu, ...platform } = platformOf(name);
    const kept = {
      version,
      ...(cpu === undefined ? {} : { cpu }),
      ...(dev ? { dev } : {}),
      optional: true,
      ...platform,
    };
    lock.packages[`node_modules/${name}`] = kept;
    added.push(`${name}@${version}`);
  }
}
if (process.argv.includes('--check')) {
  for (const each of added) console.error(`package-lock.json lacks ${each}`);
  process.exitCode = added.length > 0 ? 1 : 0;
} else if (added.length > 0) {
  const entries = Object.entries(lock.packages).sort(([left], [right]) => left.localeCompare(right, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(entries) }, null, 2)}\n`);
  console.log(`added ${added.length} packages of other platforms to package-lock.json`);
}
