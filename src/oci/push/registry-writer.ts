import { type Descriptor, VerifyError } from '../../model/index.ts';
import { offlineError } from '../content/content-fetcher.ts';
import type { RepositoryName } from '../content/image-source.ts';
import { mediaTypes } from '../content/media-types.ts';
import type { RegistryClient } from '../content/registry-client.ts';
import { bounds } from '../transport/bounds.ts';
import { listReferrer } from './list-referrer.ts';
import { pushBlob } from './push-blob.ts';
import { putManifest } from './put-manifest.ts';

/** A file of an artifact. */
export interface ArtifactLayer {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Something that is no image (OCI image-spec, manifest.md, "Guidelines for Artifact Usage"). */
export interface Artifact {
  readonly artifactType: string;
  readonly layers: readonly ArtifactLayer[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** What it is attached to; null for an artifact of its own. */
  readonly subject: Pick<Descriptor, 'mediaType' | 'digest' | 'size'> | null;
}

const empty = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') };

async function descriptorOf(
  client: RegistryClient,
  place: RepositoryName,
  { mediaType, bytes, annotations }: ArtifactLayer,
): Promise<Descriptor> {
  const digest = await pushBlob(client.api, place, bytes);
  return { mediaType, digest, size: bytes.length, ...(annotations === undefined ? {} : { annotations }) };
}

/**
 * Writes an artifact into a repository of the registry itself, never of a mirror: what it holds, then its manifest under a tag (null: its
 * digest alone), then where it has a subject, and the registry does not say by `OCI-Subject` that it lists referrers, its place in
 * the fallback tag.
 * @throws VerifyError `registry.*`
 */
export async function pushArtifact(
  client: RegistryClient,
  { registry, repository }: RepositoryName,
  artifact: Artifact,
  tag: string | null,
): Promise<Descriptor> {
  const place = { registry, repository };
  if (client.offline) throw offlineError(`what is to be written to ${registry}/${repository}`);
  const { artifactType, annotations, subject } = artifact;
  const [config, ...layers] = await Promise.all(
    [empty, ...artifact.layers].map((layer) => descriptorOf(client, place, layer)),
  );
  const document = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType,
    config,
    layers,
    ...(subject === null
      ? {}
      : { subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size } }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  const bytes = Buffer.from(JSON.stringify(document));
  if (bytes.length > bounds.manifest)
    throw new VerifyError('usage.invalid', `${layers.length} files are too many for one artifact`);
  const put = await putManifest(client.api, place, { mediaType: mediaTypes.ociManifest, bytes, artifactType }, tag);
  if (put === null) throw new VerifyError('internal', 'a write without a condition that did not hold');
  const { descriptor, answer } = put;
  if (subject !== null && answer.headers['oci-subject']?.trim() !== subject.digest)
    await listReferrer(client.api, place, subject.digest, {
      ...descriptor,
      ...(annotations === undefined ? {} : { annotations }),
    });
  return descriptor;
}
