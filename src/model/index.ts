/**
 * The data types that the rooms hand to one another, with their constructors and guards.
 * Below them lies what every room stands on: JSON of others and files are read and programs are run within a bound here, and files are written whole.
 * Nothing here speaks to a network or decides.
 */

export * from './build/build-invocation.ts';
export * from './build/build-outcome.ts';
export * from './build/docker-flag-table.ts';
export * from './build/fetched-source.ts';
export * from './build/git-reference.ts';
export * from './build/git-url.ts';
export * from './build/image-use.ts';
export * from './build/parse-git-reference.ts';
export * from './build/pin-set.ts';
export * from './contents/advice.ts';
export * from './contents/build-contents.ts';
export * from './contents/build-record.ts';
export * from './contents/exposure.ts';
export * from './contents/image-packages.ts';
export * from './contents/rebuild.ts';
export * from './ground/bounded-file.ts';
export * from './ground/bounded-json.ts';
export { isChangedWithin } from './ground/changed-within.ts';
export * from './ground/environment.ts';
export * from './ground/errors.ts';
export { foldedKey } from './ground/folded-key.ts';
export * from './ground/go-boolean.ts';
export { isPem } from './ground/is-pem.ts';
export * from './ground/json-shape.ts';
export * from './ground/loopback.ts';
export { makeFolder } from './ground/make-folder.ts';
export { messageOf } from './ground/message-of.ts';
export { namedFrom } from './ground/named-from.ts';
export { nearestFile } from './ground/nearest-file.ts';
export { nearestName } from './ground/nearest-name.ts';
export * from './ground/path-within.ts';
export * from './ground/result.ts';
export { type BoundedEnd, runBounded } from './ground/run-bounded.ts';
export { steadyClock } from './ground/steady-clock.ts';
export { reasonOfUnread, systemCode } from './ground/system-code.ts';
export * from './ground/unambiguous-json.ts';
export * from './ground/whole-file.ts';
export { withoutCredentials } from './ground/without-credentials.ts';
export * from './image/attachment.ts';
export * from './image/digest.ts';
export * from './image/evidence.ts';
export * from './image/platform.ts';
export * from './image/predicate-types.ts';
export * from './image/reference.ts';
export * from './image/resolved-image.ts';
export * from './image/signature-forms.ts';
export * from './verdict/decision.ts';
export * from './verdict/finding.ts';
export * from './verdict/lineage.ts';
export * from './verdict/own-options.ts';
export * from './verdict/report.ts';
export * from './verdict/report-evidence.ts';
export * from './verdict/trust-material.ts';
