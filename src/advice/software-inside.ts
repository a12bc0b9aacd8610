import type { Advice, SbomTrust } from '../model/index.ts';

const shells = new Set([
  'ash',
  'bash',
  'busybox',
  'busybox-binsh',
  'dash',
  'fish',
  'ksh',
  'mksh',
  'toybox',
  'tcsh',
  'yash',
  'zsh',
]);
const managers = new Set([
  'apk-tools',
  'apt',
  'cargo',
  'composer',
  'conda',
  'dnf',
  'dnf5',
  'dpkg',
  'gem',
  'libdnf',
  'microdnf',
  'npm',
  'opkg',
  'pacman',
  'pip',
  'pnpm',
  'poetry',
  'rpm',
  'rubygems',
  'tdnf',
  'uv',
  'yarn',
  'yum',
  'zypper',
]);

/** How much is inside, and which of it helps an attacker who has broken in (shells, package managers), by the names of packages. */
export function softwareInside(
  packages: readonly { readonly name: string }[],
  trust: SbomTrust,
): NonNullable<Advice['inside']> {
  const names = [...new Set(packages.map(({ name }) => name))].toSorted();
  return {
    packages: packages.length,
    shells: names.filter((name) => shells.has(name)),
    packageManagers: names.filter((name) => managers.has(name)),
    trust,
  };
}
