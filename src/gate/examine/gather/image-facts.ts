import * as z from 'zod';
import type { ImageFacts } from '../../../lineage/index.ts';
import { isVerifyError, parseReference, VerifyError } from '../../../model/index.ts';
import { bounds, type ImageSource, parseImageConfig } from '../../../oci/index.ts';
import type { GatheredImage } from './gather-image.ts';

const texts = z.record(z.string(), z.string()).nullish();

/** What of an image's configuration the chain of bases is read from (OCI image-spec, config.md). */
const configSchema = z.object({
  config: z.object({ Labels: texts }).nullish(),
  rootfs: z.object({ diff_ids: z.array(z.string().max(200)).max(1000).nullish() }).nullish(),
  history: z
    .array(z.object({ created_by: z.string().nullish(), empty_layer: z.boolean().nullish() }))
    .max(10_000)
    .nullish(),
});

function parseConfig(bytes: Buffer, name: string): z.infer<typeof configSchema> {
  try {
    return configSchema.parse(parseImageConfig(bytes, name));
  } catch (cause) {
    if (isVerifyError(cause)) throw cause;
    throw new VerifyError('registry.untrustworthy', `the configuration of ${name} makes no sense`, {
      hint: 'the image was pushed by a broken tool, or is none',
      cause,
    });
  }
}

/**
 * What a gathered image says of itself for one platform; its provenance is read apart. Null where it is not in a registry or not for
 * that platform.
 * @throws VerifyError `registry.*`
 */
export async function imageFactsFor(
  gathered: GatheredImage<ImageSource>,
  platform: string,
): Promise<ImageFacts | null> {
  const { resolution, use } = gathered;
  if (resolution.kind === 'unresolved' || resolution.client === null) return null;
  const { image, client } = resolution;
  const digest = image.platforms.find((chosen) => chosen.platform === platform)?.digest;
  if (digest === undefined) return null;
  const reference = parseReference(use.name);
  const [root, stored] = await Promise.all([
    client.manifest(reference, image.root.digest),
    client.manifest(reference, digest),
  ]);
  if (stored.manifest.kind !== 'manifest') return null;
  const config = parseConfig(await client.blob(reference, stored.manifest.config, bounds.imageConfig), use.name);
  const listed = image.children.find((child) => child.digest === digest)?.annotations ?? {};
  const above = digest === image.root.digest ? [] : [listed, root.manifest.annotations];
  return {
    name: use.name,
    root: image.root.digest,
    manifest: digest,
    platform,
    diffIds: config.rootfs?.diff_ids ?? [],
    history: (config.history ?? []).map((entry) => ({
      createdBy: entry.created_by ?? '',
      emptyLayer: entry.empty_layer ?? false,
    })),
    labels: config.config?.Labels ?? {},
    annotations: [stored.manifest.annotations, ...above],
    provenance: [],
  };
}
