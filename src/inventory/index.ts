/**
 * What software is inside an image: SBOMs, package URLs, versions and their order, and the questions that are asked of them.
 * What is not known is said to be unknown, never not there.
 */

export { compareImages, type ImageContents, openContents } from './contents/compare-images.ts';
export { type MergedPackage, mergePackages, packageSet } from './merge-packages.ts';
export { type PackageFacts, packageFacts } from './package-facts.ts';
export { parsePackagePattern } from './package-pattern.ts';
export { doubtfulVersion, isImpossibleRange, unknownType } from './questions/doubtful-question.ts';
export { questionOfOsv } from './questions/osv.ts';
export { isAdvisoryId, parseQuestion } from './questions/parse-question.ts';
export { comparableNames, type Match, type Question } from './questions/question.ts';
export { readVex, type VexState, type VexStatement } from './questions/vex.ts';
export { type VexProduct, vexOf } from './questions/vex-of.ts';
export type { SbomPackage } from './sbom/package.ts';
export { readSbomDocument } from './sbom/read-sbom.ts';
export type { SbomReading } from './sbom/reading.ts';
