import { type Descriptor, type Digest, formatPlatform, type Reference, VerifyError } from '../../model/index.ts';
import { bounds } from '../transport/bounds.ts';
import { configPlatform, parseImageConfig } from './image-config.ts';
import { formatRepository, type ImageSource, type StoredManifest } from './image-source.ts';
import { builderKind } from './media-types.ts';
import { acceptablePlatforms, selectPlatform } from './platform-match.ts';

/** The manifest that a builder takes for a platform. */
export interface ChosenManifest {
  readonly digest: Digest;
  /** What it was listed as; null where it is the root itself. */
  readonly entry: Descriptor | null;
  /** Null where it did not have to be read for the choice. */
  readonly stored: StoredManifest | null;
}

function missing(name: string, platform: string, entries: readonly Descriptor[]): VerifyError {
  const there = [...new Set(entries.map((entry) => entry.platform).filter((each) => typeof each === 'string'))];
  return new VerifyError(
    // Not "not found", which a local image may stand in for: the image is there.
    'registry.failed',
    `${name} is not there for ${platform}, only for ${there.slice(0, 20).join(', ') || 'no platform at all'}`,
    { hint: 'choose another platform with --platform, or another image' },
  );
}

/** The platform in the configuration of a manifest that was listed without one. */
async function platformInside(
  source: ImageSource,
  repository: Reference,
  stored: StoredManifest,
): Promise<string | null> {
  const { manifest } = stored;
  if (manifest.kind !== 'manifest') return null;
  const what = `${formatRepository(repository)}@${stored.descriptor.digest}`;
  const config = parseImageConfig(await source.blob(repository, manifest.config, bounds.imageConfig), what);
  const platform = configPlatform(config, what);
  return platform === null ? null : formatPlatform(platform);
}

/**
 * Chooses the manifest for a platform as BuildKit does (containerd, core/images `Manifest`): the best entry of the index,
 * in it the same again where that is an index, and the platform of the configuration where the entry names none. What is
 * no index is taken whatever it says of itself.
 * @param name names the image for people
 * @throws VerifyError `registry.*`
 */
export async function chooseManifest(
  source: ImageSource,
  repository: Reference,
  root: StoredManifest,
  name: string,
  platform: string,
): Promise<ChosenManifest> {
  let current = root;
  let entry: Descriptor | null = null;
  for (let depth = 0; current.manifest.kind === 'index'; depth += 1) {
    const entries: readonly Descriptor[] = current.manifest.manifests;
    entry = selectPlatform(entries, platform);
    if (entry === null) throw missing(name, platform, entries);
    const kind = builderKind(entry.mediaType);
    if (depth >= bounds.indexDepth || kind === null) {
      throw new VerifyError('registry.failed', `${name} has no image for ${platform} in its index`);
    }
    if (kind === 'manifest' && entry.platform !== undefined) return { digest: entry.digest, entry, stored: null };
    // each index is found in the one before
    // oxlint-disable-next-line no-await-in-loop
    current = await source.manifest(repository, entry.digest, entry);
  }
  if (entry !== null && entry.platform === undefined) {
    const inside = await platformInside(source, repository, current);
    if (inside === null || !acceptablePlatforms(platform).includes(inside)) throw missing(name, platform, []);
  }
  return { digest: current.descriptor.digest, entry, stored: current };
}
