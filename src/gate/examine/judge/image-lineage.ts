import {
  type BuildInput,
  type ChainJudgement,
  deepestChain,
  judgeLineage,
  traceLineage,
} from '../../../lineage/index.ts';
import { type CanonicalName, type LineageLink, VerifyError } from '../../../model/index.ts';
import { decide, type PolicySet } from '../../../policy/index.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import { decideFailure, decideInput, type GatheredImage } from '../gather/gather-image.ts';
import { imageFactsFor } from '../gather/image-facts.ts';
import { createLineageSource, useOf } from '../gather/lineage-source.ts';
import { reportEvidence } from './report-image.ts';

/** The chains of one image, for every platform asked for. */
export interface ImageLineage {
  readonly links: readonly LineageLink[];
  readonly inputs: readonly BuildInput[];
}

/** Whether any rule in force asks for the chain of bases: only then is it followed before deciding. */
export function needsLineage(policies: PolicySet): boolean {
  return policies.layers.some(({ rules }) => rules.some(({ lineage }) => lineage !== null));
}

/** How deep the rules in force want a chain to be known. */
function depthWanted(policies: PolicySet): number {
  const depths = policies.layers.flatMap(({ rules }) =>
    rules.flatMap(({ lineage }) => (lineage === null ? [] : [lineage.depth])),
  );
  const bounded = depths.map((depth) => (depth === 'all' ? deepestChain : depth));
  return bounded.length === 0 ? deepestChain : Math.max(...bounded);
}

function judgeBase(pipeline: Pipeline, gathered: GatheredImage, below: readonly LineageLink[]): ChainJudgement {
  const { resolution, use, evidence } = gathered;
  const decision =
    resolution.kind === 'unresolved'
      ? decideFailure(pipeline, use, resolution.failure)
      : decide(decideInput(pipeline, gathered, resolution, below), pipeline.policies);
  return {
    status: decision.status,
    decisions: decision.decisions,
    evidence: reportEvidence(evidence, decision.satisfiedBy),
  };
}

function failedLink(platform: string, failure: VerifyError): LineageLink {
  return {
    depth: 1,
    platform,
    name: null,
    digest: null,
    kind: 'unknown',
    claim: 'none',
    content: 'unprovable',
    status: 'error',
    decisions: [],
    evidence: [],
    note: failure.message,
  };
}

async function traceFor(pipeline: Pipeline, gathered: GatheredImage, platform: string): Promise<ImageLineage> {
  const source = createLineageSource(pipeline, gathered);
  try {
    const facts = await imageFactsFor(gathered, platform);
    if (facts === null) return { links: [], inputs: [] };
    const { links, inputs } = await traceLineage(source, facts, depthWanted(pipeline.policies));
    const judged = await judgeLineage(links, async (name: CanonicalName, below) => {
      return judgeBase(pipeline, await source.gathered(useOf(name, platform)), below);
    });
    return { links: judged, inputs };
  } catch (error) {
    // a chain that could not be followed is not known, and the policy says what becomes of that
    if (error instanceof VerifyError) return { links: [failedLink(platform, error)], inputs: [] };
    throw error;
  }
}

/** Follows the bases of an image down to scratch, for every platform asked for at once, and judges each by its own name. */
export async function traceImage(pipeline: Pipeline, gathered: GatheredImage): Promise<ImageLineage | null> {
  const { resolution } = gathered;
  if (resolution.kind === 'unresolved' || resolution.client === null) return null;
  const chains = await Promise.all(
    resolution.image.platforms.map(({ platform }) => traceFor(pipeline, gathered, platform)),
  );
  return { links: chains.flatMap(({ links }) => links), inputs: chains.flatMap(({ inputs }) => inputs) };
}
