import type { ImageFacts, LineageSource, Provenance } from '../../../lineage/index.ts';
import {
  type CanonicalName,
  type ImageUse,
  isVerifyError,
  parseReference,
  type UnsignedStatement,
} from '../../../model/index.ts';
import { bounds } from '../../../oci/index.ts';
import { trustedEvidence } from '../../../policy/index.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import { decideInput, type GatheredImage, gatherImage } from './gather-image.ts';
import { imageFactsFor } from './image-facts.ts';
import { isSoleCarrier, predicateIn } from './unsigned-statement.ts';

const provenanceType = /^https:\/\/slsa\.dev\/provenance\//;
/** Images that one chain may look at, so that a hostile one cannot send us through the whole registry. */
const mostImages = 200;

/** A base as a use of an image, as if a Dockerfile named it. */
export function useOf(name: CanonicalName, platform: string): ImageUse {
  return { name, written: name, platforms: [platform], uses: [] };
}

/** A source of lineage that gathers every image once and keeps what it gathered for judging. */
export interface GatheringSource extends LineageSource {
  gathered(use: ImageUse): Promise<GatheredImage>;
}

/** Provenance inside an unsigned in-toto layer; null where it cannot be read, or is about another manifest. */
async function readUnsigned(
  gathered: GatheredImage,
  statement: UnsignedStatement,
  signed: boolean,
): Promise<Provenance | null> {
  const { resolution, use } = gathered;
  if (resolution.kind === 'unresolved' || resolution.client === null) return null;
  const bytes = await resolution.client.blob(parseReference(use.name), statement.layer, bounds.attestation);
  const predicate = await predicateIn(bytes, statement);
  return predicate === null ? null : { signed, predicateType: statement.predicateType, predicate: predicate.value };
}

function predicateOf(statement: unknown): unknown {
  return typeof statement === 'object' && statement !== null ? (statement as { predicate?: unknown }).predicate : null;
}

/** Provenance about this platform's manifest: signed attestations, and BuildKit's in the index. */
async function provenanceOf(
  pipeline: Pipeline,
  gathered: GatheredImage,
  facts: ImageFacts,
): Promise<readonly Provenance[]> {
  const { resolution, evidence, collected } = gathered;
  if (resolution.kind === 'unresolved') return [];
  const trusted = new Set(trustedEvidence(decideInput(pipeline, gathered, resolution, null), pipeline.policies));
  const about = new Set<string>([facts.root, facts.manifest]);
  const attested = evidence.flatMap((piece, index): readonly Provenance[] => {
    const isProvenance = piece.verified && about.has(piece.subject) && provenanceType.test(piece.predicateType ?? '');
    if (!isProvenance || piece.predicateType === null) return [];
    // without a signature by a trusted signer it is worth no more than an unsigned one
    return [
      { signed: trusted.has(index), predicateType: piece.predicateType, predicate: predicateOf(piece.statement) },
    ];
  });
  const inIndex = collected.unsigned.filter(
    ({ subject, predicateType }) => subject === facts.manifest && provenanceType.test(predicateType),
  );
  const vouched = evidence.some(
    (piece, index) =>
      piece.form === 'buildkit-attestation' && piece.verified && piece.subject === facts.manifest && trusted.has(index),
  );
  const single = isSoleCarrier(inIndex, facts.manifest);
  const read = await Promise.all(inIndex.map((statement) => readUnsigned(gathered, statement, vouched && single)));
  return [...attested, ...read.filter((provenance) => provenance !== null)];
}

/** A source that begins with an image that was gathered already. */
export function createLineageSource(pipeline: Pipeline, image: GatheredImage): GatheringSource {
  const known = new Map<string, Promise<GatheredImage>>([[image.use.name, Promise.resolve(image)]]);
  // a lock is about the images that a build uses, and not about their bases
  const unlocked: Pipeline = { ...pipeline, lockedDigest: () => null };
  const gathered = (use: ImageUse): Promise<GatheredImage> => {
    const earlier = known.get(use.name);
    if (earlier !== undefined) return earlier;
    const begun = gatherImage(unlocked, use, { everything: true });
    known.set(use.name, begun);
    return begun;
  };
  const byFacts = new Map<ImageFacts, GatheredImage>();
  return {
    gathered,
    async readImage(name, platform) {
      if (known.size >= mostImages && !known.has(name)) return null;
      const found = await gathered(useOf(name, platform));
      if (found.resolution.kind === 'unresolved') {
        if (isVerifyError(found.resolution.failure, 'registry.not-found', 'registry.unauthorized')) return null;
        throw found.resolution.failure;
      }
      const facts = await imageFactsFor(found, platform);
      if (facts !== null) byFacts.set(facts, found);
      return facts;
    },
    announce(name, platform) {
      gathered(useOf(name, platform)).catch(() => undefined); // the caller that waits for it gets the error
    },
    async readProvenance(facts) {
      return await provenanceOf(pipeline, byFacts.get(facts) ?? image, facts);
    },
  };
}
