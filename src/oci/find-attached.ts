import { type Descriptor, type Digest, isVerifyError, VerifyError } from '../model/index.ts';
import { formatRepository, type ImageSource, type RepositoryName, type StoredManifest } from './image-source.ts';

/** Something that signatures may be attached to. */
export interface Subject {
  readonly digest: Digest;
  /** Set for the attestation manifest of a platform: that platform's manifest. */
  readonly vouchesFor: Digest | null;
}

/** A place where signatures are looked for: beside the image, or in a repository of their own. */
export interface SignaturePlace extends RepositoryName {
  /** What stands before `sha256-…` in the tags. */
  readonly tagPrefix: string;
}

/** A manifest that is said to be attached to a subject; fetched and checked against it only later. */
export interface Found {
  readonly subject: Subject;
  readonly place: SignaturePlace;
  readonly digest: Digest;
  /** Whether it came from a listing of referrers, so that it must name its subject. */
  readonly referrer: boolean;
  /** Its descriptor in that listing. */
  readonly expected: Descriptor | null;
  /** `tag sha256-….sig`, `referrer sha256:…` */
  readonly location: string;
}

/** What kept us from knowing whether something is attached. It is never "unsigned". */
export interface CollectProblem {
  readonly error: VerifyError;
  /** The digest whose attachments it is about. */
  readonly subject: Digest;
  /** Where we looked. */
  readonly location: string;
}

/** Manifests found, and what could not be looked up. */
export interface Findings {
  readonly found: readonly Found[];
  readonly problems: readonly CollectProblem[];
}

const nothing: Findings = { found: [], problems: [] };

/** The tag that stands for a digest (cosign, specs/SIGNATURE_SPEC.md; OCI distribution-spec, "Referrers Tag Schema"). */
function digestTag(digest: Digest): string {
  // The referrers schema truncates the hexadecimal part to 64 characters; so does no digest of SHA-256.
  const [algorithm = '', hex = ''] = digest.split(':');
  return `${algorithm}-${hex.slice(0, 64)}`;
}

/** Turns a library's or our own error into a problem; anything else is a defect and not swallowed. */
export function problemOf(error: unknown, subject: Digest, location: string): CollectProblem {
  const known = isVerifyError(error)
    ? error
    : new VerifyError('internal', 'reading what is attached failed', { cause: error });
  return { error: known, subject, location };
}

/** A tag's manifest; null where there is no such tag. */
async function optionalTag(source: ImageSource, place: SignaturePlace, tag: string): Promise<StoredManifest | null> {
  try {
    return await source.tagged(place, tag, 'signature');
  } catch (error) {
    if (isVerifyError(error, 'registry.not-found')) return null;
    throw error;
  }
}

async function byTag(source: ImageSource, subject: Subject, place: SignaturePlace, suffix: string): Promise<Findings> {
  const tag = `${place.tagPrefix}${digestTag(subject.digest)}${suffix}`;
  const location = `tag ${tag}`;
  try {
    const stored = await optionalTag(source, place, tag);
    if (stored === null) return nothing;
    const { digest } = stored.descriptor;
    return { found: [{ subject, place, digest, referrer: false, expected: null, location }], problems: [] };
  } catch (error) {
    return { found: [], problems: [problemOf(error, subject.digest, `${location} at ${formatRepository(place)}`)] };
  }
}

/** The index under the fallback tag, as a listing. */
async function fallbackListing(
  source: ImageSource,
  subject: Subject,
  place: SignaturePlace,
): Promise<readonly Descriptor[]> {
  const stored = await optionalTag(source, place, digestTag(subject.digest));
  if (stored === null) return [];
  if (stored.manifest.kind === 'index') return stored.manifest.manifests;
  // An artifact that took the tag for itself instead of being listed there.
  return stored.manifest.subject === null ? [] : [stored.descriptor];
}

const signatureType = /^application\/vnd\.(?:dev\.(?:sigstore|cosign)\.|cncf\.notary\.|oci\.empty\.)/;

/** What is called a signature comes first, so that the time for a long list is spent well. What is not is read all the same. */
function likeliestFirst(listed: readonly Descriptor[]): readonly Descriptor[] {
  const isLikely = ({ artifactType }: Descriptor): boolean => signatureType.test(artifactType ?? '');
  return [...listed.filter(isLikely), ...listed.filter((each) => !isLikely(each))];
}

/**
 * Asks the referrers API, and the fallback tag where the registry does not have it. Both are asked at once as long as that is not known:
 * a round trip is worth more than a request. The fallback counts only where the API is missing.
 */
async function byReferrers(
  source: ImageSource,
  subject: Subject,
  place: SignaturePlace,
  supporting: Set<string>,
): Promise<Findings> {
  const isKnown = supporting.has(place.registry);
  const fallback = isKnown ? null : fallbackListing(source, subject, place);
  // It may turn out not to matter; where it does it is awaited below.
  fallback?.catch(() => undefined);
  const where = `referrers of ${subject.digest} at ${formatRepository(place)}`;
  try {
    const listing = await source.referrers(place, subject.digest);
    if (listing.supported) supporting.add(place.registry);
    const { manifests, problem } = listing;
    const listed = listing.supported ? manifests : await (fallback ?? fallbackListing(source, subject, place));
    const found = likeliestFirst(listed).map((expected): Found => {
      const location = `referrer ${expected.digest}`;
      return { subject, place, digest: expected.digest, referrer: true, expected, location };
    });
    return { found, problems: problem === null ? [] : [problemOf(problem, subject.digest, where)] };
  } catch (error) {
    return { found: [], problems: [problemOf(error, subject.digest, where)] };
  }
}

/**
 * Looks in every place for all that is attached to the subjects, all at once; each lookup can be used as soon as it is
 * there. None rejects: what could not be looked up is a problem.
 * @param attestations whether `.att` tags are asked for
 */
export function findAttached(
  source: ImageSource,
  subjects: readonly Subject[],
  places: readonly SignaturePlace[],
  attestations: boolean,
): readonly Promise<Findings>[] {
  const supporting = new Set<string>();
  const lookups = (subject: Subject, place: SignaturePlace): readonly Promise<Findings>[] => [
    byTag(source, subject, place, '.sig'),
    byReferrers(source, subject, place, supporting),
    ...(attestations && subject.vouchesFor === null ? [byTag(source, subject, place, '.att')] : []),
  ];
  return subjects.flatMap((subject) => places.flatMap((place) => lookups(subject, place)));
}
