import { VerifyError } from '../ground/errors.ts';

/** An operating system, an architecture and its variant (OCI image-spec, image-index.md). */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | null;
}

const osNames: ReadonlyMap<string, string> = new Map([['macos', 'darwin']]);
/** Go's lower case, which makes one letter of `İ`. */
function lowerCase(text: string): string {
  return text.replaceAll('\u0130', 'i').toLowerCase();
}

const arm64Variants: ReadonlyMap<string, string | null> = new Map([
  ['8', null],
  ['v8', null],
  ['v8.0', null],
  ['9', 'v9'],
  ['9.0', 'v9'],
  ['v9.0', 'v9'],
]);

/** An architecture and its variant in the spelling that is compared (github.com/containerd/platforms, `normalizeArch`). */
function normaliseArchitecture(architecture: string, variant: string): readonly [string, string | null] {
  const given = variant === '' ? null : variant;
  switch (architecture) {
    case 'i386':
      return ['386', null];
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return ['amd64', variant === 'v1' ? null : given];
    case 'aarch64':
    case 'arm64':
      return ['arm64', arm64Variants.has(variant) ? (arm64Variants.get(variant) ?? null) : given];
    case 'armhf':
      return ['arm', 'v7'];
    case 'armel':
      return ['arm', 'v6'];
    case 'arm':
      if (variant === '' || variant === '7') return ['arm', 'v7'];
      return ['arm', /^[568]$/.test(variant) ? `v${variant}` : variant];
    default:
      return [architecture, given];
  }
}

function normalise(os: string, architecture: string, variant: string): Platform {
  const [arch, kept] = normaliseArchitecture(architecture, variant);
  return { os: osNames.get(os) ?? os, architecture: arch, variant: kept };
}

/**
 * Parses `os/architecture[/variant]` with the normalisation of github.com/containerd/platforms, which BuildKit uses.
 * A single word is an architecture for Linux or, where it is one, an operating system for amd64.
 * @throws VerifyError `usage.invalid`
 */
export function parsePlatform(text: string): Platform {
  const parts = text.trim().toLowerCase().split('/');
  const bad = parts.length > 3 || parts.some((part) => !/^[a-z0-9_.()-]+$/.test(part));
  if (bad) {
    throw new VerifyError('usage.invalid', `"${text}" is not a platform`, {
      hint: 'write it as os/architecture[/variant], for instance linux/arm64',
    });
  }
  const [first = '', second, third] = parts;
  const os = first.replace(/\(.*\)$/, '');
  if (second === undefined) {
    const isOs = ['linux', 'windows', 'darwin', 'macos', 'freebsd'].includes(os);
    return isOs ? normalise(os, 'amd64', '') : normalise('linux', os, '');
  }
  return normalise(os, second, third ?? '');
}

/** `linux/amd64`, `linux/arm/v7`. */
export function formatPlatform(platform: Platform): string {
  const variant = platform.variant === null ? '' : `/${platform.variant}`;
  return `${platform.os}/${platform.architecture}${variant}`;
}

const word = /^[a-z0-9_.-]+$/;

/**
 * The platform that a descriptor or a configuration in a registry names, normalised as github.com/containerd/platforms
 * does; null where a build cannot ask for it. Without an operating system it is that of the builder, Linux.
 */
export function platformOf(os: string, architecture: string, variant = ''): Platform | null {
  const platform = normalise(lowerCase(os) || 'linux', lowerCase(architecture), lowerCase(variant));
  const words = [platform.os, platform.architecture, platform.variant ?? 'none'];
  // a word with a slash would look like another platform in writing
  const isAskedFor = words.every((each) => word.test(each)) && !words.includes('unknown');
  return isAskedFor ? platform : null;
}
