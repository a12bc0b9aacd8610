import { type Descriptor, type Digest, type UnsignedStatement, VerifyError } from '../model/index.ts';
import type { ImageSource, RepositoryName } from './image-source.ts';
import type { ImageManifest } from './manifest.ts';
import { bareMediaType, manifestKind, mediaTypes } from './media-types.ts';

const referenceType = 'vnd.docker.reference.type';
const referenceDigest = 'vnd.docker.reference.digest';
const slsa = /^https:\/\/slsa\.dev\/provenance\//;

/** An attestation manifest as the index lists it, with the platform manifest that it speaks of, in the same index. */
export interface AttestationEntry {
  readonly entry: Descriptor;
  readonly platform: Descriptor;
}

/** What an attestation manifest holds, and whether a signature on it vouches for the platform manifest. */
export interface AttestationManifest {
  readonly statements: readonly UnsignedStatement[];
  readonly vouches: boolean;
}

/**
 * The attestation manifests of an index that speak of the given platform manifests (BuildKit, docs/attestations/attestation-storage.md).
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
  throw new VerifyError(
    'registry.untrustworthy',
    `the attestation manifest ${entry.digest} is listed for ${platform.digest}, but its own subject is ${subject.digest}`,
    { hint: 'a signature on it does not count for this image' },
  );
}

/**
 * Reads an attestation manifest and checks every link from it to its platform manifest: it is listed in the index, it
 * names a manifest of the same index, its own subject (where it has one) is that manifest, and it holds SLSA provenance.
 * @throws VerifyError `registry.*`
 */
export async function readAttestationManifest(
  source: ImageSource,
  repository: RepositoryName,
  link: AttestationEntry,
): Promise<AttestationManifest> {
  const { entry, platform } = link;
  if (manifestKind(entry.mediaType) !== 'manifest') {
    throw new VerifyError('registry.untrustworthy', `the attestation manifest ${entry.digest} is none`);
  }
  const { manifest } = await source.manifest(repository, entry.digest, entry);
  if (manifest.kind !== 'manifest') {
    throw new VerifyError('registry.untrustworthy', `the attestation manifest ${entry.digest} is an index`);
  }
  assertSubject(manifest, link);
  const statements = unsignedStatements(manifest, platform.digest, entry.digest);
  return { statements, vouches: statements.some(({ predicateType }) => slsa.test(predicateType)) };
}

/** The in-toto layers of a manifest, which nobody has signed. */
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
