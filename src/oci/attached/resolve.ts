import {
  atDigest,
  type CanonicalName,
  type Digest,
  parseReference,
  type Reference,
  type ResolvedImage,
} from '../../model/index.ts';
import { chooseManifest } from '../content/choose-manifest.ts';
import { type ImageConfig, readImageConfig } from '../content/image-config.ts';
import type { ImageSource, StoredManifest } from '../content/image-source.ts';
import { bounds } from '../transport/bounds.ts';
import { type CollectOptions, collectAttachments } from './collect.ts';

/** What is to be resolved. */
export interface ResolveRequest {
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
  'application/octet-stream', // Docker's oldest, which builders still read
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
  request: ResolveRequest,
  options: ResolveOptions = {},
): Promise<ResolvedImage> {
  const reference = parseReference(request.name);
  const { root, from } = await resolveRoot(source, reference, options);
  const children = root.manifest.kind === 'index' ? root.manifest.manifests : [];
  const chosen = await Promise.all(
    request.platforms.map(async (platform) => {
      const found = await chooseManifest(source, reference, root, request.name, platform);
      return { ...found, platform };
    }),
  );
  const image: ResolvedImage = {
    name: request.name,
    root: root.descriptor,
    children,
    platforms: chosen.map(({ platform, digest }) => ({ platform, digest })),
    source: from,
    onbuild: {},
    chainIds: {},
    ...(root.keptFor === undefined ? {} : { keptFor: root.keptFor }),
  };
  // Never awaited here: what it finds, and what it could not, is kept for collectAttachments.
  if (options.collect) void collectAttachments(source, image, options.collect).catch(() => undefined);
  const configs = await Promise.all(
    chosen.map(async ({ platform, digest, entry, stored }): Promise<readonly [string, ImageConfig]> => {
      if (options.onbuild === false) return [platform, noConfig];
      const manifest = stored ?? (await source.manifest(reference, digest, entry ?? undefined));
      return [platform, await configOf(source, reference, manifest)];
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
