import { inTotoMediaType } from '../../model/index.ts';

/** Media types of manifests and what lies in them (OCI image-spec, media-types.md; Docker image manifest v2 schema 2). */
export const mediaTypes = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  inToto: inTotoMediaType,
} as const;

const indexTypes = new Set<string>([mediaTypes.ociIndex, mediaTypes.dockerIndex]);
const manifestTypes = new Set<string>([mediaTypes.ociManifest, mediaTypes.dockerManifest]);

/** What the `Accept` header asks for. */
export const acceptedManifests = [...indexTypes, ...manifestTypes].join(', ');

/** Whether a media type is an index, a manifest, the long gone schema 1, or something else; parameters are ignored. */
export function manifestKind(mediaType: string): 'index' | 'manifest' | 'schema1' | 'other' {
  const bare = bareMediaType(mediaType);
  if (indexTypes.has(bare)) return 'index';
  if (manifestTypes.has(bare)) return 'manifest';
  return /^application\/vnd\.docker\.distribution\.manifest\.v1\+(?:json|prettyjws)$/.test(bare) ? 'schema1' : 'other';
}

/** What a builder takes an entry of an index for, which compares media types letter by letter (containerd, core/images); null for nothing. */
export function builderKind(mediaType: string): 'index' | 'manifest' | null {
  if (indexTypes.has(mediaType)) return 'index';
  return manifestTypes.has(mediaType) ? 'manifest' : null;
}

/** A media type without its parameters, in lower case. */
export function bareMediaType(mediaType: string): string {
  const semicolon = mediaType.indexOf(';');
  return (semicolon < 0 ? mediaType : mediaType.slice(0, semicolon)).trim().toLowerCase();
}
