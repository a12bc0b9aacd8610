export type { HistoryEntry, ImageFacts, Judgement, LineageSource, Provenance } from './image-facts.ts';
export { type BuildInput, deepestChain, type Lineage, traceLineage } from './trace-lineage.ts';
