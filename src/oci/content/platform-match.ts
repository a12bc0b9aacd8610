import { type Descriptor, formatPlatform, type Platform, parsePlatform, VerifyError } from '../../model/index.ts';

/** The version in a variant as Go's `strconv.Atoi` reads it after the `v`; 0 for none, and for one that no processor has. */
function versionIn(variant: string | null): number {
  const match = /^v?(\d{1,2})$/.exec(variant ?? '');
  return match === null ? 0 : Number(match[1]);
}

function versionsBelow(architecture: string, from: number, to: number): readonly string[] {
  const variants: string[] = [];
  for (let version = from; version >= to; version -= 1) variants.push(`${architecture}/v${version}`);
  return variants;
}

/** The newest minor version of each major one that an arm64 variant runs, the best first; empty for an unknown variant. */
function arm64Versions(variant: string): readonly (readonly [major: number, minor: number])[] {
  const match = /^v([89])(?:\.(\d))?$/.exec(variant);
  if (match === null) return [];
  const minor = Number(match[2] ?? 0);
  if (match[1] === '8') return [[8, minor]];
  return minor > 7
    ? []
    : [
        [9, minor],
        [8, Math.min(minor + 5, 9)],
      ];
}

function armVariants(variant: string | null): readonly string[] {
  const own = variant === null ? 'arm' : `arm/${variant}`;
  return [own, ...versionsBelow('arm', versionIn(variant) - 1, 5)];
}

function arm64Variants(variant: string): readonly string[] {
  const versions = arm64Versions(variant);
  if (versions.length === 0) return [];
  const own = versions.flatMap(([major, newest]) =>
    Array.from({ length: newest + 1 }, (_, index) => newest - index).map((minor) =>
      minor === 0 ? `arm64/v${major}` : `arm64/v${major}.${minor}`,
    ),
  );
  return [...own, ...armVariants('v8')];
}

/** github.com/containerd/platforms, `platformVector`. */
function runnableOn({ architecture, variant }: Platform): readonly string[] {
  const own = variant === null ? architecture : `${architecture}/${variant}`;
  switch (architecture) {
    case 'amd64':
      return [own, ...versionsBelow('amd64', versionIn(variant) - 1, 1), '386'];
    case 'arm':
      return armVariants(variant);
    case 'arm64':
      return arm64Variants(variant ?? 'v8');
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

function firstMatch(entries: readonly Descriptor[], platform: string): Descriptor | null {
  for (const acceptable of acceptablePlatforms(platform)) {
    const match = entries.find((entry) => entry.platform === acceptable);
    if (match !== undefined) return match;
  }
  return entries.find((entry) => entry.platform === undefined) ?? null;
}

/**
 * The entry of an index that BuildKit takes for `platform` (containerd, core/images `Manifest`): the best match, of equal
 * ones the first; one that names no platform comes last, and then its configuration has to match. Null where none will do.
 * Annotations play no part in it.
 * @throws VerifyError `registry.failed` where builders would take different ones
 */
export function selectPlatform(entries: readonly Descriptor[], platform: string): Descriptor | null {
  // before BuildKit 0.31 (platforms 1.0.0-rc.3) these features were ignored, since then they have to be asked for
  const chosen = firstMatch(entries, platform);
  const strict = firstMatch(
    entries.filter(({ osFeatures }) => osFeatures === undefined),
    platform,
  );
  const isSame = (chosen?.platform === undefined) === (strict?.platform === undefined);
  if (isSame && chosen?.digest === strict?.digest) return chosen;
  throw new VerifyError(
    'registry.failed',
    `its index has an entry for ${platform} that asks for ${(chosen?.osFeatures ?? []).slice(0, 5).join(', ')}, which some builders take and some do not`,
    { hint: 'name the manifest of the platform by its digest' },
  );
}
