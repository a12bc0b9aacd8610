import { defineOptions, type OptionDefinition } from './option-table.ts';

/** Every option of `docker buildx bake`, 0.29 to 0.36, visible and hidden (buildx, commands/bake.go and commands/root.go). */
export const bakeOptions: readonly OptionDefinition[] = defineOptions([
  ['allow', 'value*', 'passed'],
  ['builder', 'value', 'builder'],
  ['call', 'value', 'output'],
  ['check', 'boolean', 'output'],
  ['debug,D', 'boolean', 'passed'],
  ['file,f', 'value*', 'images'],
  ['help,h', 'boolean', 'output'],
  ['list', 'value', 'output'],
  ['list-targets', 'boolean', 'output'],
  ['list-variables', 'boolean', 'output'],
  ['load', 'boolean', 'output'],
  ['metadata-file', 'value', 'output'],
  ['no-cache', 'boolean', 'passed'],
  ['policy', 'value*', 'passed'],
  ['print', 'boolean', 'output'],
  ['progress', 'value', 'output'],
  ['provenance', 'value', 'output'],
  ['pull', 'boolean', 'passed'],
  ['push', 'boolean', 'output'],
  ['sbom', 'value', 'images'],
  ['set', 'value*', 'images'],
  ['var', 'value*', 'images'],
]);
