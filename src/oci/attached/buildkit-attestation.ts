import type { Descriptor, Digest, UnsignedStatement, VerifyError } from '../../model/index.ts';
import { ignored } from '../content/collect-problem.ts';
import type { ImageSource, RepositoryName } from '../content/image-source.ts';
import type { ImageManifest } from '../content/manifest.ts';
import { bareMediaType, manifestKind, mediaTypes } from '../content/media-types.ts';
import { bounds } from '../transport/bounds.ts';
import { statementSubject } from './statement-subject.ts';

const referenceType = 'vnd.docker.reference.type';
const referenceDigest = 'vnd.docker.reference.digest';
const listedWrongly = 'the index lists it wrongly; a signature on it does not count for this image';
const slsa = /^https:\/\/slsa\.dev\/provenance\//;

/** An attestation manifest as the index lists it, with the platform manifest that it is about, in the same index. */
export interface AttestationEntry {
  readonly entry: Descriptor;
  readonly platform: Descriptor;
}

/** An attestation manifest that was read. */
export interface AttestationManifest extends AttestationEntry {
  readonly manifest: ImageManifest;
  readonly statements: readonly UnsignedStatement[];
}

/**
 * The attestation manifests of an index that are listed for the given platform manifests (BuildKit, docs/attestations/attestation-storage.md).
 * The annotation that says so can be written by anybody who can write an index: it only says where to look.
 * One that names a manifest which the index does not list is left out.
 */
export function attestationEntries(
  children: readonly Descriptor[],
  platforms: ReadonlySet<Digest>,
): readonly AttestationEntry[] {
  return children.flatMap((entry) => {
    if (entry.annotations?.[referenceType] !== 'attestation-manifest') return [];
    const named = entry.annotations[referenceDigest];
    const platform = children.find(
      (child) => child.digest === named && child.annotations?.[referenceType] === undefined,
    );
    return platform !== undefined && platforms.has(platform.digest) ? [{ entry, platform }] : [];
  });
}

function assertSubject(manifest: ImageManifest, { entry, platform }: AttestationEntry): void {
  const { subject } = manifest;
  if (subject === null) return;
  const same =
    subject.digest === platform.digest && subject.size === platform.size && subject.mediaType === platform.mediaType;
  if (same) return;
  throw ignored(
    `the attestation manifest ${entry.digest} is listed for ${platform.digest}, but its own subject is ${subject.digest}`,
    listedWrongly,
  );
}

/**
 * Reads an attestation manifest, whose own subject, where it has one, is the platform manifest that it is listed for.
 * @throws VerifyError `registry.*`, `attachment.ignored`
 */
export async function readAttestationManifest(
  source: ImageSource,
  repository: RepositoryName,
  link: AttestationEntry,
): Promise<AttestationManifest> {
  const { entry, platform } = link;
  if (manifestKind(entry.mediaType) !== 'manifest') {
    throw ignored(`the attestation manifest ${entry.digest} is none`, listedWrongly);
  }
  const { manifest } = await source.manifest(repository, entry.digest, entry);
  if (manifest.kind !== 'manifest') {
    throw ignored(`the attestation manifest ${entry.digest} is an index`, listedWrongly);
  }
  assertSubject(manifest, link);
  return { ...link, manifest, statements: unsignedStatements(manifest, platform.digest, entry.digest) };
}

function wrongSubject({ entry, platform }: AttestationEntry, layer: Descriptor, found: Digest | null): VerifyError {
  const said = found === null ? 'names no single manifest' : `is about ${found}`;
  return ignored(
    `the attestation manifest ${entry.digest} is listed for ${platform.digest}, but its statement ${layer.digest} ${said}`,
    listedWrongly,
  );
}

/**
 * Whether a signature on an attestation manifest vouches for the platform manifest: it holds SLSA provenance, and the bytes
 * under that signature name the platform manifest, as its own subject or, before BuildKit 0.32, in every statement.
 * @throws VerifyError `registry.*`, `attachment.ignored` where the bytes name another manifest
 */
export async function vouchesForPlatform(
  source: ImageSource,
  repository: RepositoryName,
  read: AttestationManifest,
): Promise<boolean> {
  if (!read.statements.some(({ predicateType }) => slsa.test(predicateType))) return false;
  if (read.manifest.subject !== null) return true; // checked when it was read
  await Promise.all(
    read.statements.map(async ({ layer }) => {
      const found = statementSubject(await source.blob(repository, layer, bounds.attestation));
      if (found !== read.platform.digest) throw wrongSubject(read, layer, found);
    }),
  );
  return true;
}

/** The in-toto layers of a manifest, which are unsigned. */
export function unsignedStatements(
  manifest: ImageManifest,
  subject: Digest,
  carrier: Digest,
): readonly UnsignedStatement[] {
  return manifest.layers
    .filter((layer) => bareMediaType(layer.mediaType) === mediaTypes.inToto)
    .map((layer) => {
      const predicateType = layer.annotations?.['in-toto.io/predicate-type'] ?? '';
      return { subject, manifest: carrier, predicateType, layer };
    });
}
