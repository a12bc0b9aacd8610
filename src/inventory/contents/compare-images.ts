import {
  type Descriptor,
  type Digest,
  formatPlatform,
  type PlatformComparison,
  VerifyError,
} from '../../model/index.ts';
import {
  bounds,
  configPlatform,
  type ImageManifest,
  type ImageSource,
  parseImageConfig,
  type RepositoryName,
} from '../../oci/index.ts';
import { compareConfigs } from './compare-configs.ts';
import { compareLayers } from './compare-layers.ts';

/** Of one layer, as stored. */
const largestLayer = 2 * 1024 * 1024 * 1024 - 1;

/** An image of one platform, whose layers are read when they are needed. */
export interface ImageContents {
  readonly platform: string;
  readonly digest: Digest;
  readonly manifest: ImageManifest;
  readonly config: ReturnType<typeof parseImageConfig>;
  /** @throws VerifyError `registry.*`, `layout.invalid` */
  readonly layer: (descriptor: Descriptor) => Promise<Buffer>;
}

async function openPlatform(source: ImageSource, repository: RepositoryName, digest: Digest): Promise<ImageContents> {
  const { manifest } = await source.manifest(repository, digest);
  if (manifest.kind !== 'manifest') throw new VerifyError('registry.untrustworthy', `${digest} is no image`);
  const bytes = await source.blob(repository, manifest.config, bounds.imageConfig);
  const config = parseImageConfig(bytes, digest);
  const platform = configPlatform(config, digest);
  return {
    platform: platform === null ? 'unknown' : formatPlatform(platform),
    digest,
    manifest,
    config,
    layer: (descriptor) => source.blob(repository, descriptor, largestLayer),
  };
}

/**
 * The images of all platforms below a digest; what an index lists besides (attestations) is none.
 * @throws VerifyError `registry.*`, `layout.invalid`
 */
export async function openContents(
  source: ImageSource,
  repository: RepositoryName,
  root: Digest,
): Promise<readonly ImageContents[]> {
  const { manifest } = await source.manifest(repository, root);
  if (manifest.kind === 'manifest') return [await openPlatform(source, repository, root)];
  const images = manifest.manifests.filter(({ platform }) => platform !== null);
  return await Promise.all(images.map(({ digest }) => openPlatform(source, repository, digest)));
}

function diffIdsOf({ config }: ImageContents): readonly unknown[] {
  const rootfs = config['rootfs'];
  const found: unknown = typeof rootfs === 'object' && rootfs !== null && 'diff_ids' in rootfs ? rootfs.diff_ids : [];
  return Array.isArray(found) ? found : [];
}

/** What made each layer, as the history tells: null where it does not tell of every layer. */
function instructionsOf({ config, manifest }: ImageContents): readonly (string | null)[] {
  const { history } = config;
  const entries: readonly unknown[] = Array.isArray(history) ? history : [];
  const histories = entries.flatMap((entry): readonly (string | null)[] => {
    if (typeof entry !== 'object' || entry === null) return [null];
    if ('empty_layer' in entry && entry.empty_layer === true) return [];
    return ['created_by' in entry && typeof entry.created_by === 'string' ? entry.created_by : null];
  });
  return histories.length === manifest.layers.length ? histories : manifest.layers.map(() => null);
}

type Layers = Pick<PlatformComparison, 'layers'>['layers'];

async function changedLayers(original: ImageContents, rebuilt: ImageContents): Promise<Layers> {
  const [left, right] = [original.manifest.layers, rebuilt.manifest.layers];
  const [before, after] = [diffIdsOf(original), diffIdsOf(rebuilt)];
  const instructions = instructionsOf(original);
  const found: Layers[number][] = [];
  for (const [index, one] of left.entries()) {
    const other = right[index];
    const isSame = one.digest === other?.digest || (before[index] !== undefined && before[index] === after[index]);
    if (other === undefined || isSame) continue;
    // one after another: each may be large
    // oxlint-disable-next-line no-await-in-loop
    const change = await compareLayers({
      platform: original.platform,
      layer: index + 1,
      instruction: instructions[index] ?? null,
      // oxlint-disable-next-line no-await-in-loop
      original: await original.layer(one),
      // oxlint-disable-next-line no-await-in-loop
      rebuilt: await rebuilt.layer(other),
    });
    if (change !== null) found.push(change);
  }
  return found;
}

/** Whether the layers hold the same bytes, but are packed otherwise. */
function isRepacked(original: ImageContents, rebuilt: ImageContents): boolean {
  const [left, right] = [original.manifest, rebuilt.manifest];
  const packing = ({ mediaType, layers }: ImageManifest): string =>
    JSON.stringify([mediaType, layers.map((layer) => layer.mediaType)]);
  return packing(left) !== packing(right);
}

/**
 * Compares two images of one platform, file by file where a layer differs.
 * @throws VerifyError `registry.*`, `layout.invalid`
 */
export async function compareImages(original: ImageContents, rebuilt: ImageContents): Promise<PlatformComparison> {
  const sides = { platform: original.platform, original: original.digest, rebuilt: rebuilt.digest };
  if (original.digest === rebuilt.digest)
    return { ...sides, verdict: 'identical', settings: [], metadata: [], layers: [] };
  const { settings, metadata } = compareConfigs(original.config, rebuilt.config);
  const layers = await changedLayers(original, rebuilt);
  const counts = [original, rebuilt].map(({ manifest }) => manifest.layers.length);
  const isCountSame = counts[0] === counts[1];
  const isDifferent = !isCountSame || settings.length > 0 || layers.some((layer) => layer.isDifferent);
  return {
    ...sides,
    verdict: isDifferent ? 'different' : 'same content',
    settings: isCountSame ? settings : [...settings, `${counts[0]} layers, now ${counts[1]}`],
    metadata: isRepacked(original, rebuilt) ? [...metadata, 'how the layers are packed'] : metadata,
    layers,
  };
}
