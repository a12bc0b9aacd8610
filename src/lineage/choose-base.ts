import {
  atDigest,
  type CanonicalName,
  type LineageClaim,
  type LineageContent,
  parseReference,
  VerifyError,
} from '../model/index.ts';
import { type BaseCandidate, fetchName } from './base-candidates.ts';
import type { ImageFacts, LineageSource } from './image-facts.ts';
import { layerProof } from './layer-proof.ts';

/** A candidate with what the registry and the layers say of it. */
export interface ExaminedCandidate {
  readonly candidate: BaseCandidate;
  /** Null where the registry no longer has it. */
  readonly facts: ImageFacts | null;
  readonly content: LineageContent;
  /** Why it could not be read, where that was an accident. */
  readonly failure: VerifyError | null;
}

type Read = Pick<ExaminedCandidate, 'facts' | 'failure'>;

async function read(source: LineageSource, name: CanonicalName, platform: string): Promise<Read> {
  try {
    return { facts: await source.readImage(name, platform), failure: null };
  } catch (error) {
    // one image that cannot be read says nothing of the others
    if (error instanceof VerifyError) return { facts: null, failure: error };
    throw error;
  }
}

const strength: Readonly<Record<LineageClaim, number>> = {
  'signed-provenance': 0,
  'unsigned-provenance': 1,
  annotation: 2,
  label: 3,
  history: 4,
  none: 5,
};

/** Fetches every candidate, each reference once, and compares its layers with the child's. */
export async function examineCandidates(
  source: LineageSource,
  child: ImageFacts,
  candidates: readonly BaseCandidate[],
): Promise<readonly ExaminedCandidate[]> {
  const names = [...new Set(candidates.map(fetchName).filter((name) => name !== null))];
  const all = await Promise.all(names.map(async (name) => [name, await read(source, name, child.platform)] as const));
  const byName = new Map<CanonicalName | null, Read>(all);
  const examined = candidates.map((candidate): ExaminedCandidate => {
    const { facts, failure } = byName.get(fetchName(candidate)) ?? { facts: null, failure: null };
    if (facts === null) return { candidate, facts, failure, content: 'unprovable' };
    const proof = layerProof(child, facts);
    // a tag alone may have moved since: only a digest can be contradicted
    const content = proof === 'contradicted' && candidate.digest === null ? 'unprovable' : proof;
    return { candidate, facts, failure, content };
  });
  return withoutIdleGuesses(examined);
}

/** Of a base known only by digest: the place where it was found, or the bare digest, but not the places where it was not. */
function withoutIdleGuesses(examined: readonly ExaminedCandidate[]): readonly ExaminedCandidate[] {
  const found = new Set(examined.flatMap(({ candidate, facts }) => (facts === null ? [] : [candidate.digest])));
  return examined.filter(({ candidate, facts }) => {
    if (candidate.guessed) return facts !== null;
    return candidate.name !== null || !found.has(candidate.digest);
  });
}

/** Names under which official images are built before they are published: policies do not name these. */
function isStagingName(name: CanonicalName | null): boolean {
  return name === null || name.startsWith('docker.io/oisupport/staging-');
}

function sameContent(left: ImageFacts, right: ImageFacts): boolean {
  return (
    left.manifest === right.manifest ||
    (left.diffIds.length === right.diffIds.length && left.diffIds.every((id, index) => id === right.diffIds[index]))
  );
}

/** The base that was chosen. */
export interface ChosenBase {
  /** With the tag that was claimed, and the digest that was fetched. */
  readonly name: CanonicalName;
  readonly facts: ImageFacts;
  readonly claim: LineageClaim;
}

/** Who signed a complete list outranks every other claim: of what is not on it nothing was built. */
function believable(proven: readonly Proven[], signedListIsComplete: boolean): readonly Proven[] {
  const signed = proven.filter(({ candidate }) => candidate.claim === 'signed-provenance');
  if (!signedListIsComplete || signed.length === 0) return proven;
  return proven.filter(({ facts }) => signed.some((entry) => sameContent(entry.facts, facts)));
}

interface Proven {
  readonly candidate: BaseCandidate;
  readonly facts: ImageFacts;
  readonly name: CanonicalName;
}

/**
 * An image that may lie between the child and the chosen base, and that could not be read: then the base is not known. Null where
 * none can: a claim that is of the base itself settles it, and so does a complete list with a trusted signature.
 */
export function doubtOf(
  examined: readonly ExaminedCandidate[],
  chosen: ChosenBase,
  signedListIsComplete: boolean,
): ExaminedCandidate | null {
  const settled = examined.some(
    ({ candidate, facts, content }) =>
      candidate.exclusive && content === 'proven' && facts !== null && sameContent(facts, chosen.facts),
  );
  const doubt = examined.find(({ candidate, facts }) => {
    if (facts !== null || (signedListIsComplete && candidate.claim !== 'signed-provenance')) return false;
    return candidate.exclusive ? strength[candidate.claim] <= strength[chosen.claim] : !settled;
  });
  return doubt ?? null;
}

/** The proven candidate with the most layers; among equals the strongest claim, and a name that people know. */
export function chooseBase(examined: readonly ExaminedCandidate[], signedListIsComplete: boolean): ChosenBase | null {
  const all = examined.flatMap(({ candidate, facts, content }) =>
    content === 'proven' && facts !== null && candidate.name !== null
      ? [{ candidate, facts, name: candidate.name }]
      : [],
  );
  const proven = believable(all, signedListIsComplete);
  const longest = Math.max(0, ...proven.map(({ facts }) => facts.diffIds.length));
  const tied = proven
    .filter(({ facts }) => facts.diffIds.length === longest)
    .toSorted((left, right) => strength[left.candidate.claim] - strength[right.candidate.claim]);
  const winner = tied[0];
  if (winner === undefined) return null;
  const known = tied.find(({ name, facts }) => !isStagingName(name) && sameContent(facts, winner.facts));
  const named = isStagingName(winner.name) && known !== undefined ? known : winner;
  // a claim made under another name speaks for these bytes only if it names the very same digest
  const claim =
    named.facts.root === winner.facts.root || named.facts.manifest === winner.facts.manifest ? winner : named;
  const reference = parseReference(named.name);
  const tagged =
    reference.tag === null ? atDigest(reference, named.facts.root) : `${named.name.split('@')[0]}@${named.facts.root}`;
  return {
    name: tagged as CanonicalName, // a canonical name with a digest put after it is one again
    facts: named.facts,
    claim: claim.candidate.claim,
  };
}
