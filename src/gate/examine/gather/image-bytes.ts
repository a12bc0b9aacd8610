import { atDigest, type LineageLink, parseReference, type ResolvedImage } from '../../../model/index.ts';
import type { ImageSource } from '../../../oci/index.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import { type GatheredImage, gatherImage } from './gather-image.ts';
import { imageFactsFor } from './image-facts.ts';
import { useOf } from './lineage-source.ts';

/** Indexes with more platforms than this are not walked. */
const mostPlatforms = 32;

/** The compressed sizes of the layers of one platform, from the bottom. */
async function layerSizes(source: ImageSource, image: ResolvedImage, digest: ResolvedImage['root']['digest']) {
  const { manifest } = await source.manifest(parseReference(image.name), digest);
  return manifest.kind === 'manifest' ? manifest.layers.map(({ size }) => size) : [];
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}

/**
 * The compressed bytes of an image by platform, of all that its index lists.
 * @throws VerifyError `registry.*`
 */
export async function bytesByPlatform(
  source: ImageSource,
  image: ResolvedImage,
): Promise<Readonly<Record<string, number>>> {
  const listed = image.children.flatMap(({ platform, digest }) =>
    platform === null || platform === undefined ? [] : [{ platform, digest }],
  );
  const chosen = listed.length === 0 ? image.platforms : listed.slice(0, mostPlatforms);
  const sizes = chosen.map(
    async ({ platform, digest }) => [platform, sum(await layerSizes(source, image, digest))] as const,
  );
  return Object.fromEntries(await Promise.all(sizes));
}

/** Bytes of all layers, of those of the base and of the image's own. */
export interface ImageBytes {
  readonly total: number;
  /** Null where no base is proven by its layers. */
  readonly base: number | null;
  readonly own: number | null;
}

async function layersOfBase(
  pipeline: Pipeline,
  links: readonly LineageLink[],
  platform: string,
): Promise<number | null> {
  const link = links.find(({ depth, kind, content }) => depth === 1 && kind === 'base' && content === 'proven');
  if (link === undefined || link.name === null || link.digest === null) return null;
  const use = useOf(atDigest(parseReference(link.name), link.digest), platform);
  const facts = await imageFactsFor(await gatherImage(pipeline, use, { everything: false }), platform);
  return facts?.diffIds.length ?? null;
}

/**
 * How many compressed bytes an image has for its first platform, and how many of them its base brings.
 * @throws VerifyError `registry.*`
 */
export async function imageBytes(
  pipeline: Pipeline,
  { resolution }: GatheredImage,
  links: readonly LineageLink[],
): Promise<ImageBytes | null> {
  if (resolution.kind === 'unresolved' || resolution.client === null) return null;
  const [first] = resolution.image.platforms;
  if (first === undefined) return null;
  const sizes = await layerSizes(resolution.client, resolution.image, first.digest);
  const count = await layersOfBase(pipeline, links, first.platform);
  const total = sum(sizes);
  const base = count === null ? null : sum(sizes.slice(0, count));
  return { total, base, own: base === null ? null : total - base };
}
