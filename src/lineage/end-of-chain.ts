import type { LineageLink } from '../model/index.ts';
import { baseClaims } from './base-candidates.ts';
import type { ExaminedCandidate } from './choose-base.ts';
import type { ImageFacts } from './image-facts.ts';
import { beginsWithRootFilesystem, isSingleLayer } from './layer-proof.ts';

/** The last link of a chain. */
export type End = Pick<LineageLink, 'kind' | 'claim' | 'content' | 'status' | 'name' | 'digest' | 'note'>;

/** An end beyond which nothing is known. */
export function unknown(note: string, more: Partial<End> = {}): End {
  return {
    kind: 'unknown',
    claim: 'none',
    content: 'unprovable',
    status: 'warn',
    name: null,
    digest: null,
    note,
    ...more,
  };
}

/** The refusal of a claim that the layers contradict. */
export function contradiction(child: ImageFacts, { candidate, facts }: ExaminedCandidate): End {
  const shared = child.diffIds.findIndex((id, index) => id !== facts?.diffIds[index]);
  const note =
    `${candidate.claim} names ${candidate.name ?? candidate.digest} as the base, but layer ${Math.max(shared, 0) + 1} ` +
    `of this image is not in it`;
  return unknown(note, {
    claim: candidate.claim,
    content: 'contradicted',
    status: 'error',
    name: candidate.name,
    digest: candidate.digest,
  });
}

/** What kept a candidate from being looked at. */
function whyUnread({ candidate, failure }: ExaminedCandidate): string {
  if (failure !== null) return `it could not be read: ${failure.message}`;
  return candidate.name === null
    ? 'only its digest is known, and it is in none of the repositories named'
    : 'the registry no longer has it';
}

function named({ candidate }: ExaminedCandidate): string {
  return candidate.name ?? candidate.digest ?? 'an image';
}

function claimOf({ candidate, failure }: ExaminedCandidate): Partial<End> {
  const { claim, name, digest } = candidate;
  return { claim, name, digest, ...(failure === null ? {} : { status: 'error' }) };
}

/** The end where a base is proven, but another image, which could not be read, may lie above it. */
export function endInDoubt(base: string, doubt: ExaminedCandidate): End {
  return unknown(`${base} is below, but ${named(doubt)} may lie between, and ${whyUnread(doubt)}`, claimOf(doubt));
}

/** How the chain ends at an image for which no base is proven. */
export function endOfChain(facts: ImageFacts, examined: readonly ExaminedCandidate[]): End {
  const contradicted = examined.find(({ candidate, content }) => candidate.exclusive && content === 'contradicted');
  if (contradicted !== undefined) return contradiction(facts, contradicted);
  const claimed = examined.find(({ candidate, content }) => candidate.exclusive && content === 'unprovable');
  if (claimed !== undefined) {
    const why =
      claimed.facts === null
        ? whyUnread(claimed)
        : 'its layers neither prove nor contradict that (the tag may have moved since)';
    return unknown(`${claimed.candidate.claim} names ${named(claimed)} as the base, but ${why}`, claimOf(claimed));
  }
  const { scratch } = baseClaims(facts);
  if (scratch !== null) return { ...rootOf(facts), kind: 'root-declared', claim: scratch, note: null };
  const unread = examined.find(({ facts: found }) => found === null);
  if (unread !== undefined)
    return unknown(`${named(unread)} may be the base, but ${whyUnread(unread)}`, claimOf(unread));
  if (beginsWithRootFilesystem(facts)) return assumedRoot(facts, examined.length);
  const signed = examined.find(
    ({ candidate, content }) => candidate.claim === 'signed-provenance' && content === 'contradicted',
  );
  if (signed !== undefined) return contradiction(facts, signed);
  return unknown(
    examined.length > 0
      ? 'none of the images that it was built with is a prefix of its layers'
      : 'neither provenance nor an annotation names its base',
  );
}

/** A root is proven in content where no layer lies below the only one. */
function rootOf(facts: ImageFacts): Pick<End, 'content' | 'status' | 'name' | 'digest'> {
  const content = isSingleLayer(facts) ? 'proven' : 'unprovable';
  return { content, status: 'allow', name: 'scratch', digest: null };
}

function assumedRoot(facts: ImageFacts, examined: number): End {
  const above = facts.diffIds.length - 1;
  const others =
    examined === 0
      ? 'neither provenance nor an annotation says more'
      : 'none of the images that it was built with is below it';
  const note =
    above === 0
      ? `its only layer is a root filesystem by its history; ${others}`
      : `by its history its first layer is a root filesystem; ${others}, and whether the ${above} above it were put there by this build or are another image's is not known`;
  return { ...rootOf(facts), kind: 'root-assumed', claim: 'history', note, status: above === 0 ? 'allow' : 'warn' };
}
