/**
 * Runs the pipeline: the only room that knows all the others.
 * Its floors are commands, run, examine, scan and session, each above those that it uses.
 */

export type { Interruptions } from '../builder/index.ts';
export {
  asksForHelp,
  bakeOptions,
  bareOwnOptions,
  buildOptions,
  type DescribedOption,
  describeOptions,
  type OptionDefinition,
  type OptionHost,
  type OptionValues,
  operandsOf,
  ownDefaults,
  ownOptionTable,
  ownPrefix,
  ownVariables,
  parseDuration,
  prefixedOwnOptions,
  refuseUnknownOptions,
  splitDebugArguments,
  splitOwnOptions,
  takeCommandOptions,
} from '../invocation/index.ts';
export * from '../model/index.ts';
export type { LayerExplanation, LockChange, Publisher } from '../policy/index.ts';
export type { BroughtAuthority } from '../signature/index.ts';
export { bake, build } from './commands/build.ts';
export { buildContents } from './commands/build-contents.ts';
export { builderVerb, builderVerbs } from './commands/builder-verb.ts';
export { check } from './commands/check.ts';
export { checkRecursive } from './commands/check-recursive.ts';
export { compare } from './commands/compare.ts';
export { doctor } from './commands/doctor.ts';
export { exposure } from './commands/exposure.ts';
export { type FoundProject, type FoundSigners, findSigners } from './commands/find-signers.ts';
export { type PolicyPlan, planPolicy, writePolicy } from './commands/init.ts';
export { type InspectedEvidence, type Inspection, inspect } from './commands/inspect.ts';
export { setUpSystem, takeBackSystem } from './commands/install-system.ts';
export { lineage, type TracedImage } from './commands/lineage.ts';
export { type LockFailure, type LockOutcome, type LockRequest, lock } from './commands/lock.ts';
export { partImages, withDefaultPath, withPathAlone } from './commands/operands.ts';
export { packages } from './commands/packages.ts';
export {
  type CheckedPolicies,
  checkPolicies,
  convertFile,
  type ExplainedImage,
  explainImages,
  listPublishers,
  runPolicyTests,
} from './commands/policy-commands.ts';
export { type ProposedSigner, proposalKey, type Trusted } from './commands/proposed-policy.ts';
export { type PulledRecords, pullRecords } from './commands/pull-records.ts';
export { type PushedPolicy, pushPolicy } from './commands/push-policy.ts';
export { type PushedRecord, pushRecords } from './commands/push-records.ts';
export { type RebuildEnd, rebuild } from './commands/rebuild.ts';
export { recommend } from './commands/recommend.ts';
export { findRecord, listRecords, pruneRecords } from './commands/records.ts';
export { type ScannedBuild, scan } from './commands/scan.ts';
export type { Trial } from './commands/signer-trial.ts';
export { describeTrust, isTrustRefreshDue, updateTrust } from './commands/trust-commands.ts';
export type { Examination } from './examine/examination.ts';
export { admitUnverified } from './run/admit-unverified.ts';
export { asksForQuiet } from './run/build-plan.ts';
export type { BuildEnd, BuildRequest } from './run/build-request.ts';
export { composeInPlace, hasCompose } from './run/compose-in-place.ts';
export type { SigningWish } from './session/chosen-signer.ts';
export type { Session } from './session/session.ts';
export { type StandardInput, standardInput } from './session/standard-input.ts';
export { refuseUnwritableFiles, writeWholeFile } from './session/write-whole-file.ts';
