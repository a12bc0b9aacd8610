import {
  atDigest,
  type CanonicalName,
  type Descriptor,
  type Digest,
  parseReference,
  type Reference,
  type ResolvedImage,
  VerifyError,
} from '../model/index.ts';
import { bounds } from './bounds.ts';
import { type CollectOptions, collectAttachments } from './collect.ts';
import { type ImageConfig, readImageConfig } from './image-config.ts';
import { formatRepository, type ImageSource, type StoredManifest } from './image-source.ts';
import { manifestKind } from './media-types.ts';
import { selectPlatform } from './platform-match.ts';

/** What is to be resolved. */
export interface ImageRequest {
  readonly name: CanonicalName;
  /** `os/architecture[/variant]`; each must be there. */
  readonly platforms: readonly string[];
}

export interface ResolveOptions {
  /** A digest that is used in place of asking what the tag stands for, and where it comes from. */
  readonly digest?: { readonly value: Digest; readonly source: ResolvedImage['source'] } | null;
  /** Begins to collect what is attached as soon as the digest is known; `collectAttachments` with the same options then finds it done. */
  readonly collect?: CollectOptions | null;
  /** Whether to read the images' configurations; true unless said otherwise. */
  readonly onbuild?: boolean;
}

const configTypes = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

async function resolveRoot(
  source: ImageSource,
  reference: Reference,
  options: ResolveOptions,
): Promise<{ readonly root: StoredManifest; readonly from: ResolvedImage['source'] }> {
  const from = source.kind;
  if (reference.digest !== null) {
    const root = await source.manifest(reference, reference.digest);
    return { root, from: from === 'layout' ? from : 'written' };
  }
  if (options.digest) {
    return { root: await source.manifest(reference, options.digest.value), from: options.digest.source };
  }
  return { root: await source.tagged(reference, reference.tag ?? 'latest', 'image'), from };
}

function missingPlatform(name: CanonicalName, platform: string, children: readonly Descriptor[]): VerifyError {
  const there = [...new Set(children.map((child) => child.platform).filter((each) => typeof each === 'string'))];
  return new VerifyError(
    // Not "not found", which a local image may stand in for: the image is there.
    'registry.failed',
    `${name} is not there for ${platform}, only for ${there.slice(0, 20).join(', ') || 'no platform at all'}`,
    { hint: 'choose another platform with --platform, or another image' },
  );
}

/** What an index offers a platform: no attestation manifests, which are listed beside the images. */
function offered(children: readonly Descriptor[]): readonly Descriptor[] {
  return children.filter((child) => child.annotations?.['vnd.docker.reference.type'] === undefined);
}

/** The manifest for a platform, through indexes within indexes. */
async function manifestFor(
  source: ImageSource,
  reference: Reference,
  stored: StoredManifest,
  platform: string,
  chosen: Descriptor | null,
): Promise<StoredManifest> {
  let current = stored;
  let next = chosen;
  for (let depth = 0; current.manifest.kind === 'index'; depth += 1) {
    const entry: Descriptor | null = next ?? selectPlatform(offered(current.manifest.manifests), platform);
    if (entry === null) throw missingPlatform(atDigest(reference, current.descriptor.digest), platform, []);
    if (depth >= bounds.indexDepth || manifestKind(entry.mediaType) === 'other') {
      throw new VerifyError(
        'registry.failed',
        `${formatRepository(reference)} has no image for ${platform} in its index`,
      );
    }
    current = await source.manifest(reference, entry.digest, entry);
    next = null;
  }
  return current;
}

const noConfig: ImageConfig = { onbuild: [], chainId: null };

async function configOf(source: ImageSource, reference: Reference, stored: StoredManifest): Promise<ImageConfig> {
  const { manifest } = stored;
  if (manifest.kind !== 'manifest' || !configTypes.has(manifest.config.mediaType)) return noConfig;
  const bytes = await source.blob(reference, manifest.config, bounds.imageConfig);
  return readImageConfig(bytes, atDigest(reference, stored.descriptor.digest));
}

/**
 * Finds out what a name stands for and reads what BuildKit will need of it: the index, the manifest of each platform as BuildKit chooses it, and the triggers and layers in its configuration.
 * A digest in the name counts, and the tag beside it is text.
 * @throws VerifyError `registry.*`, `timeout`, `credentials.failed`
 */
export async function resolveImage(
  source: ImageSource,
  request: ImageRequest,
  options: ResolveOptions = {},
): Promise<ResolvedImage> {
  const reference = parseReference(request.name);
  const { root, from } = await resolveRoot(source, reference, options);
  const children = root.manifest.kind === 'index' ? root.manifest.manifests : [];
  const chosen = request.platforms.map((platform) => {
    if (root.manifest.kind !== 'index') return { platform, entry: null };
    const entry = selectPlatform(offered(children), platform);
    if (entry === null) throw missingPlatform(request.name, platform, offered(children));
    return { platform, entry };
  });
  const image: ResolvedImage = {
    name: request.name,
    root: root.descriptor,
    children,
    platforms: chosen.map(({ platform, entry }) => ({ platform, digest: entry?.digest ?? root.descriptor.digest })),
    source: from,
    onbuild: {},
    chainIds: {},
  };
  // Never awaited here: what it finds, and what it could not, is kept for collectAttachments.
  if (options.collect) void collectAttachments(source, image, options.collect).catch(() => undefined);
  const configs = await Promise.all(
    chosen.map(async ({ platform, entry }): Promise<readonly [string, ImageConfig]> => {
      const manifest = await manifestFor(source, reference, root, platform, entry);
      return [platform, options.onbuild === false ? noConfig : await configOf(source, reference, manifest)];
    }),
  );
  return {
    ...image,
    onbuild: Object.fromEntries(
      configs.flatMap(([platform, { onbuild }]) => (onbuild.length === 0 ? [] : [[platform, onbuild] as const])),
    ),
    chainIds: Object.fromEntries(
      configs.flatMap(([platform, { chainId }]) => (chainId === null ? [] : [[platform, chainId] as const])),
    ),
  };
}
