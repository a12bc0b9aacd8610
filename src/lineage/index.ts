export type { HistoryEntry, ImageFacts, JudgeBase, Judgement, LineageSource, Provenance } from './image-facts.ts';
export { type BuildInput, deepestChain, judgeLineage, type Lineage, traceLineage } from './trace-lineage.ts';
