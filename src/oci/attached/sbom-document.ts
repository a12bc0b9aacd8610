import { cyclonedxBom, type Digest, spdxDocument, type UnsignedStatement } from '../../model/index.ts';
import type { ImageManifest } from '../content/manifest.ts';
import { bareMediaType } from '../content/media-types.ts';

/** The predicate type that in-toto has for each form of SBOM; syft's own form has none, and goes by its media type. */
const forms: readonly (readonly [mediaType: RegExp, predicateType: string])[] = [
  [/^(?:application|text)\/(?:vnd\.)?spdx\+json$/, spdxDocument],
  [/^application\/(?:vnd\.)?cyclonedx\+json$/, cyclonedxBom],
  [/^application\/vnd\.syft\+json$/, 'application/vnd.syft+json'],
];

function predicateTypeOf(mediaType: string | null): string | null {
  const bare = bareMediaType(mediaType ?? '');
  return forms.find(([form]) => form.test(bare))?.[1] ?? null;
}

/**
 * The SBOMs that a referrer holds as they are, in no statement and without a signature: by the layer's media type, or by the
 * manifest's own where it has one layer (as `oras attach --artifact-type` writes it).
 */
export function sbomDocuments(manifest: ImageManifest, subject: Digest, carrier: Digest): readonly UnsignedStatement[] {
  const own = manifest.layers.length === 1 ? predicateTypeOf(manifest.artifactType) : null;
  return manifest.layers.flatMap((layer) => {
    const predicateType = predicateTypeOf(layer.mediaType) ?? own;
    return predicateType === null ? [] : [{ subject, manifest: carrier, predicateType, layer }];
  });
}
