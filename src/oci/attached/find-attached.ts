import { type Descriptor, type Digest, isVerifyError } from '../../model/index.ts';
import { type CollectProblem, ignored, problemOf } from '../content/collect-problem.ts';
import {
  formatRepository,
  type ImageSource,
  type RepositoryName,
  type StoredManifest,
} from '../content/image-source.ts';

/** Something that signatures may be attached to. */
export interface Subject {
  readonly digest: Digest;
  /** Set for the attestation manifest of a platform: that platform's manifest. */
  readonly vouchesFor: Digest | null;
}

/** A place where signatures are looked for: beside the image, or in a repository of their own. */
export interface SignatureSource extends RepositoryName {
  /** What stands before `sha256-…` in the tags. */
  readonly tagPrefix: string;
}

/** A manifest that is said to be attached to a subject; fetched and checked against it only later. */
export interface Found {
  readonly subject: Subject;
  readonly place: SignatureSource;
  readonly digest: Digest;
  /** Whether it came from a listing of referrers, so that it must name its subject. */
  readonly referrer: boolean;
  /** Its descriptor in that listing. */
  readonly expected: Descriptor | null;
  /** `tag sha256-….sig`, `referrer sha256:…` */
  readonly location: string;
}

/** Manifests found, and what did not go as it should. */
export interface FoundManifests {
  readonly found: readonly Found[];
  readonly problems: readonly CollectProblem[];
}

const nothing: FoundManifests = { found: [], problems: [] };

/** The tag that stands for a digest (cosign, specs/SIGNATURE_SPEC.md; OCI distribution-spec, "Referrers Tag Schema"). */
function digestTag(digest: Digest): string {
  // The referrers schema truncates the hexadecimal part to 64 characters; so does no digest of SHA-256.
  const [algorithm = '', hex = ''] = digest.split(':');
  return `${algorithm}-${hex.slice(0, 64)}`;
}

/** A tag's manifest; null where there is no such tag. */
async function optionalTag(source: ImageSource, place: SignatureSource, tag: string): Promise<StoredManifest | null> {
  try {
    return await source.tagged(place, tag, 'signature');
  } catch (error) {
    if (isVerifyError(error, 'registry.not-found')) return null;
    throw error;
  }
}

async function byTag(
  source: ImageSource,
  subject: Subject,
  place: SignatureSource,
  suffix: string,
): Promise<FoundManifests> {
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

/** What the fallback tag lists (OCI distribution-spec, "Referrers Tag Schema"). */
async function fallbackListing(
  source: ImageSource,
  subject: Subject,
  place: SignatureSource,
): Promise<readonly Descriptor[]> {
  const stored = await optionalTag(source, place, digestTag(subject.digest));
  // GitLab's registry takes `sha256-…` for `sha256:…`, and answers with the subject itself.
  if (stored === null || stored.descriptor.digest === subject.digest) return [];
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

function referrersFound(listed: readonly Descriptor[], subject: Subject, place: SignatureSource): readonly Found[] {
  return likeliestFirst(listed).map((expected) => {
    const location = `referrer ${expected.digest}`;
    return { subject, place, digest: expected.digest, referrer: true, expected, location };
  });
}

/** What the referrers API lists. */
async function byReferrers(source: ImageSource, subject: Subject, place: SignatureSource): Promise<FoundManifests> {
  const where = `referrers of ${subject.digest} at ${formatRepository(place)}`;
  try {
    const { manifests, malformed, problem } = await source.referrers(place, subject.digest);
    const problems = problem === null ? [] : [problemOf(problem, subject.digest, where)];
    if (malformed > 0) {
      const error = ignored(`${malformed} of the entries that ${place.registry} lists make no sense`);
      problems.push(problemOf(error, subject.digest, where));
    }
    return { found: referrersFound(manifests, subject, place), problems };
  } catch (error) {
    return { found: [], problems: [problemOf(error, subject.digest, where)] };
  }
}

/**
 * What the fallback tag lists. It counts beside the API, whatever that answers: some registries answer with an empty list without having
 * the API, others fail, and what was signed before a registry had it is listed there.
 */
async function byFallbackTag(source: ImageSource, subject: Subject, place: SignatureSource): Promise<FoundManifests> {
  try {
    const listed = await fallbackListing(source, subject, place);
    return { found: referrersFound(listed, subject, place), problems: [] };
  } catch (error) {
    const where = `tag ${digestTag(subject.digest)} at ${formatRepository(place)}`;
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
  places: readonly SignatureSource[],
  attestations: boolean,
): readonly Promise<FoundManifests>[] {
  const lookups = (subject: Subject, place: SignatureSource): readonly Promise<FoundManifests>[] => [
    byTag(source, subject, place, '.sig'),
    byReferrers(source, subject, place),
    byFallbackTag(source, subject, place),
    ...(attestations && subject.vouchesFor === null ? [byTag(source, subject, place, '.att')] : []),
  ];
  return subjects.flatMap((subject) => places.flatMap((place) => lookups(subject, place)));
}
