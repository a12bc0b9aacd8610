import {
  atDigest,
  type CanonicalName,
  canonicalName,
  type Digest,
  isDigest,
  isVerifyError,
  type LineageClaim,
  parseBoundedJson,
  parseReference,
} from '../model/index.ts';
import type { ImageFacts, Provenance } from './image-facts.ts';
import { imageMaterials, isBuildKitProvenance } from './provenance-materials.ts';

/** An image that is claimed to be the base, or may be it. */
export interface BaseCandidate {
  readonly claim: LineageClaim;
  readonly name: CanonicalName | null;
  readonly digest: Digest | null;
  /** True where the claim is of *the* base (annotation, label); provenance only lists inputs, of which one may be it. */
  readonly exclusive: boolean;
  /** True where only the digest is claimed, and the name is a place to look for it. */
  readonly guessed?: true;
}

/** What an image says of its base. */
export interface BaseClaims {
  readonly candidates: readonly BaseCandidate[];
  /** Who declares that it was built from scratch, null where no claim says so. */
  readonly scratch: LineageClaim | null;
  /** Whether signed provenance lists every image that can be the base, so that an unsigned claim of another one cannot be true. */
  readonly signedListIsComplete: boolean;
}

const baseName = 'org.opencontainers.image.base.name';
const baseDigest = 'org.opencontainers.image.base.digest';
const mostGuesses = 4;
const buildpacks = 'io.buildpacks.lifecycle.metadata';

function referenceOf(text: string | undefined): CanonicalName | null {
  try {
    return text === undefined || text === '' ? null : canonicalName(parseReference(text));
  } catch (error) {
    if (isVerifyError(error, 'reference.invalid')) return null;
    throw error;
  }
}

function fromPair(values: Readonly<Record<string, string>>, claim: LineageClaim): readonly BaseCandidate[] {
  const name = referenceOf(values[baseName]);
  const spelled = values[baseDigest];
  const digest = isDigest(spelled) ? spelled : null;
  return name === null && digest === null ? [] : [{ claim, name, digest, exclusive: true }];
}

function fromBuildpacks(labels: Readonly<Record<string, string>>): readonly BaseCandidate[] {
  try {
    const parsed: unknown = parseBoundedJson(labels[buildpacks] ?? 'null');
    const runImage = (parsed as { runImage?: { reference?: unknown } } | null)?.runImage?.reference;
    const reference = typeof runImage === 'string' ? parseReference(runImage) : null;
    if (reference === null) return [];
    return [{ claim: 'label', name: canonicalName(reference), digest: reference.digest, exclusive: true }];
  } catch {
    return []; // a label is free text: one that cannot be read claims nothing
  }
}

function fromProvenance(facts: ImageFacts): readonly BaseCandidate[] {
  return facts.provenance.flatMap((provenance) =>
    imageMaterials(provenance)
      .filter((material) => material.mayBeBelow)
      .filter((material) => material.platform === null || material.platform === facts.platform)
      .map((material) => ({
        claim: provenance.signed ? ('signed-provenance' as const) : ('unsigned-provenance' as const),
        name: material.name,
        digest: material.digest,
        exclusive: false,
      })),
  );
}

/** BuildKit's statements with a trusted signature, or all of them where none has one: unsigned ones add nothing to a signed list. */
function completeStatements(facts: ImageFacts): readonly Provenance[] {
  // only BuildKit lists every image that it used: with another builder no image listed means nothing
  const complete = facts.provenance.filter(isBuildKitProvenance);
  const signed = complete.filter((provenance) => provenance.signed);
  return signed.length > 0 ? signed : complete;
}

function scratchClaim(facts: ImageFacts): LineageClaim | null {
  const complete = completeStatements(facts);
  const closed = complete.every((provenance) => imageMaterials(provenance).every(({ mayBeBelow }) => !mayBeBelow));
  if (complete.length > 0 && closed) return complete[0]?.signed ? 'signed-provenance' : 'unsigned-provenance';
  return facts.annotations.some((annotations) => annotations[baseName] === 'scratch') ? 'annotation' : null;
}

/** Whether signed provenance lists every image that can be the base, so that an unsigned claim of another one cannot be true. */
function signersListIsComplete(facts: ImageFacts): boolean {
  return facts.provenance.some((provenance) => provenance.signed && isBuildKitProvenance(provenance));
}

/** Where to look for a base of which only the digest is claimed: beside the other images named, and beside the child. */
function withNames(facts: ImageFacts, candidates: readonly BaseCandidate[]): readonly BaseCandidate[] {
  const places = [...candidates.map(({ name }) => name), facts.name].filter((name) => name !== null);
  const repositories = [
    ...new Set(places.map((name) => canonicalName({ ...parseReference(name), tag: null, digest: null }))),
  ];
  return candidates.flatMap((candidate) => {
    const { name, digest } = candidate;
    if (name !== null || digest === null) return [candidate];
    const guesses = repositories
      .slice(0, mostGuesses)
      .map((place) => ({ ...candidate, name: atDigest(parseReference(place), digest) }));
    return [...guesses.map((guess) => ({ ...guess, guessed: true as const })), candidate];
  });
}

/** Every base that the image, its annotations, labels and provenance name, strongest claim first. */
export function baseClaims(facts: ImageFacts): BaseClaims {
  const candidates = [
    ...fromProvenance(facts).filter((candidate) => candidate.claim === 'signed-provenance'),
    ...fromProvenance(facts).filter((candidate) => candidate.claim === 'unsigned-provenance'),
    ...facts.annotations.flatMap((annotations) => fromPair(annotations, 'annotation')),
    ...fromPair(facts.labels, 'label'),
    ...fromBuildpacks(facts.labels),
  ];
  const usable = candidates.filter(({ name }) => name === null || !name.startsWith('docker.io/library/scratch:'));
  return {
    candidates: withNames(facts, usable),
    scratch: scratchClaim(facts),
    signedListIsComplete: signersListIsComplete(facts),
  };
}

/** The reference under which to fetch a candidate: by digest wherever one is claimed. */
export function fetchName(candidate: BaseCandidate): CanonicalName | null {
  if (candidate.name === null) return null;
  return candidate.digest === null ? candidate.name : atDigest(parseReference(candidate.name), candidate.digest);
}
