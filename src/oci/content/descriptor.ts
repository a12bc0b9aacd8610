import * as z from 'zod';
import { type Descriptor, type Digest, formatPlatform, isDigest, platformOf } from '../../model/index.ts';
import { assertSpelling, fieldOf } from './document.ts';

const textMap = z.record(z.string(), z.string().nullable()).nullish();

/** A descriptor as it stands in a document; null stands for what was left out, as Go reads it. */
export const descriptorSchema = z.object({
  mediaType: z.string().max(255),
  digest: z.custom<Digest>(isDigest, 'not a digest'),
  size: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
  artifactType: z.string().max(255).nullish(),
  annotations: textMap,
  platform: z
    .object({
      os: z.string().nullish(),
      architecture: z.string().nullish(),
      variant: z.string().nullish(),
      'os.features': z.array(z.string().nullable()).nullish(),
    })
    .nullish(),
});

type RawDescriptor = z.infer<typeof descriptorSchema>;

const descriptorFields = ['mediaType', 'digest', 'size', 'urls', 'annotations', 'data', 'platform', 'artifactType'];
const platformFields = ['architecture', 'os', 'os.version', 'os.features', 'variant'];

/** Makes sure that a descriptor's fields, and those of its platform, are spelled as the specification has them. */
export function assertDescriptorSpelling(value: unknown, what: string): void {
  assertSpelling(value, descriptorFields, what);
  assertSpelling(fieldOf(value, 'platform'), platformFields, what);
}

/** Annotations as Go reads them: a value that is null is empty. */
export function annotationsOf(raw: RawDescriptor['annotations']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(raw ?? {}).map(([key, value]) => [key, value ?? '']));
}

/** Windows says it of images that builders take for any Windows. */
const ignoredFeature = 'win32k';

function platformFacts(raw: RawDescriptor['platform']): Pick<Descriptor, 'platform' | 'osFeatures'> {
  if (raw === null || raw === undefined) return {};
  const platform = platformOf(raw.os ?? '', raw.architecture ?? '', raw.variant ?? '');
  const features = (raw['os.features'] ?? []).map((feature) => feature ?? '');
  const asked = platform?.os === 'windows' ? features.filter((feature) => feature !== ignoredFeature) : features;
  return {
    platform: platform === null ? null : formatPlatform(platform),
    ...(asked.length === 0 ? {} : { osFeatures: asked }),
  };
}

/** The descriptor that was read. */
export function toDescriptor(raw: RawDescriptor): Descriptor {
  return {
    mediaType: raw.mediaType,
    digest: raw.digest,
    size: raw.size,
    ...(raw.artifactType ? { artifactType: raw.artifactType } : {}),
    ...(raw.annotations ? { annotations: annotationsOf(raw.annotations) } : {}),
    ...platformFacts(raw.platform),
  };
}
