export { type BakeProduct, bakeInvocation, bakeProducts } from './bake-invocation.ts';
export { bakeOptions } from './bake-options.ts';
export { isRemoteUrl } from './build-context.ts';
export { buildOptions } from './build-options.ts';
export type { OptionDefinition, Treatment } from './option-table.ts';
export { bareOwnOptions, prefixedOwnOptions } from './own-option-table.ts';
export { type ParsedBake, parseBakeArguments } from './parse-bake-arguments.ts';
export { asksForHelp, type ParsedBuild, parseBuildArguments } from './parse-build-arguments.ts';
export { type OptionHost, type SplitArguments, splitOwnOptions } from './split-own-options.ts';
