import { VerifyError } from './errors.ts';

/** An operating system, an architecture and its variant (OCI image-spec, image-index.md). */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | null;
}

const osNames: Readonly<Record<string, string>> = { macos: 'darwin' };
const architectures: Readonly<Record<string, readonly [string, string | null]>> = {
  i386: ['386', null],
  x86_64: ['amd64', null],
  'x86-64': ['amd64', null],
  aarch64: ['arm64', null],
  armhf: ['arm', 'v7'],
  armel: ['arm', 'v6'],
};

function normalise(os: string, architecture: string, variant: string | null): Platform {
  const [arch, impliedVariant] = architectures[architecture] ?? [architecture, null];
  let kept: string | null = variant === null || variant === '' ? impliedVariant : variant;
  if (arch === 'arm64' && (kept === '8' || kept === 'v8')) kept = null;
  if (arch === 'arm' && (kept === null || kept === '7')) kept = 'v7';
  if (arch === 'arm' && /^[568]$/.test(kept ?? '')) kept = `v${kept}`;
  if (arch === 'amd64' && kept === 'v1') kept = null;
  return { os: osNames[os] ?? os, architecture: arch, variant: kept };
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
    return isOs ? normalise(os, 'amd64', null) : normalise('linux', os, null);
  }
  return normalise(os, second, third ?? null);
}

/** `linux/amd64`, `linux/arm/v7`. */
export function formatPlatform(platform: Platform): string {
  const variant = platform.variant === null ? '' : `/${platform.variant}`;
  return `${platform.os}/${platform.architecture}${variant}`;
}

/** The platform of a registry's descriptor, normalised; null where it names none. */
export function platformOf(
  os: string | undefined,
  architecture: string | undefined,
  variant?: string,
): Platform | null {
  if (os === undefined || architecture === undefined) return null;
  return normalise(os.toLowerCase(), architecture.toLowerCase(), variant ?? null);
}
