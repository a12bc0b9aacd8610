/**
 * The data types that the rooms hand to one another, with their constructors and guards.
 * Below them lies what every room stands on: JSON of others and files are read within a bound here, and files are written whole.
 * Nothing here speaks to a network or decides.
 */

export * from './advice.ts';
export * from './attachment.ts';
export * from './bounded-file.ts';
export * from './bounded-json.ts';
export * from './build-contents.ts';
export * from './build-invocation.ts';
export * from './build-outcome.ts';
export * from './build-record.ts';
export * from './decision.ts';
export * from './digest.ts';
export * from './docker-flag-table.ts';
export * from './environment.ts';
export * from './errors.ts';
export * from './evidence.ts';
export * from './exposure.ts';
export * from './fetched-source.ts';
export * from './finding.ts';
export { foldedKey } from './folded-key.ts';
export * from './git-reference.ts';
export * from './git-url.ts';
export * from './go-boolean.ts';
export * from './image-packages.ts';
export * from './image-use.ts';
export * from './json-shape.ts';
export * from './lineage.ts';
export * from './loopback.ts';
export * from './own-options.ts';
export * from './parse-git-reference.ts';
export * from './path-within.ts';
export * from './pin-set.ts';
export * from './platform.ts';
export * from './predicate-types.ts';
export * from './rebuild.ts';
export * from './reference.ts';
export * from './report.ts';
export * from './report-evidence.ts';
export * from './resolved-image.ts';
export * from './signature-forms.ts';
export * from './trust-material.ts';
export * from './unambiguous-json.ts';
export * from './whole-file.ts';
