/**
 * The base of an image, the base of that one, and so on down to scratch.
 * Each link says by what it is known: layers, signed provenance, or a claim.
 */

export type { ChainJudgement, HistoryEntry, ImageFacts, JudgeBase, LineageSource, Provenance } from './image-facts.ts';
export { type BuildInput, deepestChain, judgeLineage, type Lineage, traceLineage } from './trace-lineage.ts';
