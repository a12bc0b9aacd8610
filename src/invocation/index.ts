export { asksForHelp } from './asks-for-help.ts';
export { bakeInvocation, bakeProducts } from './bake-invocation.ts';
export { bakeOptions } from './bake-options.ts';
export { buildOptions } from './build-options.ts';
export { operandsOf, requestedPlatforms } from './operands.ts';
export { bareOwnOptions, prefixedOwnOptions } from './own-option-table.ts';
export { parseBakeArguments } from './parse-bake-arguments.ts';
export { parseBuildArguments } from './parse-build-arguments.ts';
export { type OptionHost, splitOwnOptions } from './split-own-options.ts';
