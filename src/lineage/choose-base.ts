import {
  atDigest,
  type CanonicalName,
  type LineageClaim,
  type LineageContent,
  parseReference,
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
  const read = await Promise.all(
    names.map(async (name) => [name, await source.readImage(name, child.platform)] as const),
  );
  const byName = new Map<CanonicalName, ImageFacts | null>(read);
  return candidates.map((candidate) => {
    const name = fetchName(candidate);
    const facts = name === null ? null : (byName.get(name) ?? null);
    if (facts === null) return { candidate, facts, content: 'unprovable' };
    const proof = layerProof(child, facts);
    // a tag alone may have moved since: only a digest can be contradicted
    const content = proof === 'contradicted' && candidate.digest === null ? 'unprovable' : proof;
    return { candidate, facts, content };
  });
}

/** Names under which official images are built before they are published: not what anybody writes policies about. */
function isStagingName(name: CanonicalName | null): boolean {
  return name === null || /^docker\.io\/oisupport\/staging-/.test(name);
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

/** The proven candidate with the most layers; among equals the strongest claim, and a name that people know. */
export function chooseBase(examined: readonly ExaminedCandidate[]): ChosenBase | null {
  const proven = examined.flatMap(({ candidate, facts, content }) =>
    content === 'proven' && facts !== null && candidate.name !== null
      ? [{ candidate, facts, name: candidate.name }]
      : [],
  );
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
