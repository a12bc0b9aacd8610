/**
 * Runs the pipeline: the only room that knows all the others.
 * Its floors are commands, run, examine, scan and session, each above those that it uses.
 */

export type { Interruptions } from '../builder/index.ts';
export {
  asksForHelp,
  bakeOptions,
  buildOptions,
  type DescribedOption,
  definitionOf,
  describeOptions,
  type OptionDefinition,
  type OptionHost,
  type OptionValues,
  operandsOf,
  ownDefaults,
  ownOptionTable,
  ownPrefix,
  ownVariables,
  refuseUnknownOptions,
  splitDebugArguments,
  splitOwnOptions,
  takeCommandOptions,
} from '../invocation/index.ts';
export * from '../model/index.ts';
export { type LayerExplanation, type LockChange, type Publisher, parseDuration } from '../policy/index.ts';
export type { BroughtAuthority } from '../signature/index.ts';
export { bake, build } from './commands/builds/build.ts';
export { builderVerb, builderVerbs, standardVerbs } from './commands/builds/builder-verb.ts';
export { check } from './commands/images/check.ts';
export { checkRecursive } from './commands/images/check-recursive.ts';
export { compare } from './commands/images/compare.ts';
export { type InspectedEvidence, type Inspection, inspect } from './commands/images/inspect.ts';
export { lineage, type TracedImage } from './commands/images/lineage.ts';
export { partImages, withDefaultPath, withPathAlone } from './commands/images/operands.ts';
export { packages } from './commands/images/packages.ts';
export { type ScannedBuild, scan } from './commands/images/scan.ts';
export { doctor } from './commands/machine/doctor.ts';
export { setUpSystem, takeBackSystem } from './commands/machine/install-system.ts';
export { type NamesAtHand, namesAtHand } from './commands/machine/names-at-hand.ts';
export { describeTrust, isTrustRefreshDue, updateTrust } from './commands/machine/trust-commands.ts';
export { type VerifiedRelease, verifyRelease } from './commands/machine/verify-release.ts';
export { type FoundProject, type FoundSigners, findSigners } from './commands/policies/find-signers.ts';
export { type PolicyPlan, planPolicy, writePolicy } from './commands/policies/init.ts';
export { type LockFailure, type LockOutcome, type LockRequest, lock } from './commands/policies/lock.ts';
export {
  type CheckedPolicies,
  checkPolicies,
  convertFile,
  type ExplainedImage,
  explainImages,
  listPublishers,
  refuseReplacing,
  runPolicyTests,
} from './commands/policies/policy-commands.ts';
export { type ProposedSigner, proposalKey, rootsOutside, type Trusted } from './commands/policies/proposed-policy.ts';
export { type PushedPolicy, pushPolicy } from './commands/policies/push-policy.ts';
export type { Trial } from './commands/policies/signer-trial.ts';
export { buildContents } from './commands/records/build-contents.ts';
export { exposure } from './commands/records/exposure.ts';
export { type PulledRecords, pullRecords } from './commands/records/pull-records.ts';
export { type PushedRecord, pushRecords } from './commands/records/push-records.ts';
export { type RebuildEnd, rebuild } from './commands/records/rebuild.ts';
export { recommend } from './commands/records/recommend.ts';
export { findRecord, listRecords, pruneRecords, warnOfEmptyJournal } from './commands/records/records.ts';
export type { Examination } from './examine/examination/examination.ts';
export { admitUnverified } from './run/plan/admit-unverified.ts';
export { asksForQuiet } from './run/plan/build-plan.ts';
export type { BuildEnd, BuildRequest } from './run/plan/build-request.ts';
export { composeInPlace, hasCompose } from './run/plan/compose-in-place.ts';
export type { SigningOptions } from './session/chosen-signer.ts';
export type { Session } from './session/session.ts';
export { type StandardInput, standardInput } from './session/standard-input.ts';
export { reasonOfUnwritten, refuseUnwritableFiles, writeWholeFile } from './session/write-whole-file.ts';
