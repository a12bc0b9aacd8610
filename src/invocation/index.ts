/**
 * What a command line of docker build, bake or compose asks for, as buildx would understand it.
 * Options that are not ours are passed on untouched.
 */

export { asksForHelp } from './arguments/asks-for-help.ts';
export { splitDebugArguments } from './arguments/debug-arguments.ts';
export { definitionArguments, foundDefinitionArguments, namesFile } from './arguments/definition-file.ts';
export { operandsOf, requestedPlatforms, withoutOperands } from './arguments/operands.ts';
export { parseBuildArguments } from './arguments/parse-build-arguments.ts';
export { refuseUnknownOptions, splitOwnOptions, takeCommandOptions } from './arguments/split-own-options.ts';
export { type BakeDefinition, evaluatedDefinition, renderDefinition } from './bake/bake-definition.ts';
export { bakeInvocation, bakeProducts } from './bake/bake-invocation.ts';
export { bakeTargetNames } from './bake/bake-target-names.ts';
export { definitionNames } from './bake/definition-names.ts';
export { grantedBySet } from './bake/granted-by-set.ts';
export { type ParsedBake, parseBakeArguments } from './bake/parse-bake-arguments.ts';
export type { DefinitionOrigin } from './bake/remote-definition.ts';
export { bakeOptions } from './options/bake-options.ts';
export { buildOptions } from './options/build-options.ts';
export type { OptionDefinition, OptionHost } from './options/option-table.ts';
export { OptionValues } from './options/option-values.ts';
export {
  type DescribedOption,
  definitionOf,
  describeOptions,
  ownOptionTable,
  ownPrefix,
  ownVariables,
} from './options/own-option-table.ts';
export { ownDefaults } from './options/own-option-values.ts';
