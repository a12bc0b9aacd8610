import { type Descriptor, formatPlatform, type Platform, parsePlatform } from '../model/index.ts';

function versionsBelow(architecture: string, from: number, to: number): readonly string[] {
  const variants: string[] = [];
  for (let version = from; version >= to; version -= 1) variants.push(`${architecture}/v${version}`);
  return variants;
}

/** The 64-bit variants that run where `variant` is asked for, the best first: v9.x also runs v8.(x+5) and everything below. */
function arm64Variants(variant: string): readonly string[] {
  const match = /^v([89])(?:\.(\d))?$/.exec(variant);
  if (match === null) return [];
  let minor = Number(match[2] ?? 0);
  const below = (major: number): string[] =>
    Array.from({ length: minor }, (_, index) => minor - 1 - index).map((each) =>
      each === 0 ? `arm64/v${major}` : `arm64/v${major}.${each}`,
    );
  if (match[1] === '8') return below(8);
  const ninth = below(9);
  minor += 5;
  return [...ninth, `arm64/v8.${minor}`, ...below(8)];
}

function armVariants(variant: string): readonly string[] {
  const version = Number(/^v(\d)$/.exec(variant)?.[1] ?? 0);
  return [`arm/${variant}`, ...versionsBelow('arm', version - 1, 5)];
}

function runnableOn({ architecture, variant }: Platform): readonly string[] {
  const own = variant === null ? architecture : `${architecture}/${variant}`;
  switch (architecture) {
    case 'amd64': {
      const version = Number(/^v(\d)$/.exec(variant ?? '')?.[1] ?? 1);
      return [own, ...versionsBelow('amd64', version - 1, 1), '386'];
    }
    case 'arm':
      return armVariants(variant ?? 'v7');
    case 'arm64': {
      const asked = variant ?? 'v8';
      const narrow = /^v[89]\./.test(asked) ? 'v8' : asked;
      return [own, ...arm64Variants(asked), ...armVariants(narrow)];
    }
    default:
      return [own];
  }
}

/**
 * The platforms that BuildKit takes where `platform` is asked for, the best first, in normalised spelling
 * (github.com/containerd/platforms, `Only`): amd64 takes lower variants and 386, arm64 takes 32-bit arm, arm/v7 takes v6 and v5.
 * @throws VerifyError `usage.invalid` for a text that is no platform
 */
export function acceptablePlatforms(platform: string): readonly string[] {
  const parsed = parsePlatform(platform);
  const spelled = runnableOn(parsed).map((each) => formatPlatform(parsePlatform(`${parsed.os}/${each}`)));
  return [...new Set(spelled)];
}

/** The entry of an index that BuildKit takes for `platform`; null where none will do. One that names no platform comes last. */
export function selectPlatform(entries: readonly Descriptor[], platform: string): Descriptor | null {
  for (const acceptable of acceptablePlatforms(platform)) {
    const match = entries.find((entry) => entry.platform === acceptable);
    if (match !== undefined) return match;
  }
  return entries.find((entry) => entry.platform === undefined) ?? null;
}
