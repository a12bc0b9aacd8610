/**
 * What a command line of docker build, bake or compose asks for, as buildx would understand it.
 * Options that are not ours are passed on untouched.
 */

export { asksForHelp } from './asks-for-help.ts';
export { type BakeDefinition, evaluatedDefinition, renderDefinition } from './bake-definition.ts';
export { bakeInvocation, bakeProducts } from './bake-invocation.ts';
export { bakeOptions } from './bake-options.ts';
export { buildOptions } from './build-options.ts';
export { splitDebugArguments } from './debug-arguments.ts';
export { definitionArguments, foundDefinitionArguments, namesFile } from './definition-file.ts';
export { grantedBySet } from './granted-by-set.ts';
export { operandsOf, requestedPlatforms, withoutOperands } from './operands.ts';
export type { OptionDefinition, OptionHost } from './option-table.ts';
export { OptionValues } from './option-values.ts';
export {
  bareOwnOptions,
  type DescribedOption,
  describeOptions,
  ownOptionTable,
  ownPrefix,
  ownVariables,
  prefixedOwnOptions,
} from './own-option-table.ts';
export { ownDefaults } from './own-option-values.ts';
export { type ParsedBake, parseBakeArguments } from './parse-bake-arguments.ts';
export { parseBuildArguments } from './parse-build-arguments.ts';
export { parseDuration } from './parse-duration.ts';
export type { DefinitionOrigin } from './remote-definition.ts';
export { refuseUnknownOptions, splitOwnOptions, takeCommandOptions } from './split-own-options.ts';
