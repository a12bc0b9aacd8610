export type { Interruptions } from '../builder/index.ts';
export {
  asksForHelp,
  bakeOptions,
  bareOwnOptions,
  buildOptions,
  parseDuration,
  prefixedOwnOptions,
  refuseUnknownOptions,
  splitDebugArguments,
  splitOwnOptions,
} from '../invocation/index.ts';
export * from '../model/index.ts';
export type { LayerExplanation, LockChange, Publisher } from '../policy/index.ts';
export type { NotationRoot } from '../signature/index.ts';
export { admitUnverified } from './admit-unverified.ts';
export { bake, build } from './build.ts';
export { asksForQuiet } from './build-plan.ts';
export type { BuildEnd, BuildRequest } from './build-request.ts';
export { builderVerb } from './builder-verb.ts';
export { check } from './check.ts';
export { composeInPlace, hasCompose } from './compose-in-place.ts';
export { doctor } from './doctor.ts';
export type { Examination } from './examination.ts';
export { exposure } from './exposure.ts';
export { type FoundProject, type FoundSigners, findSigners } from './find-signers.ts';
export { writePolicy } from './init.ts';
export { type InspectedEvidence, type Inspection, inspect } from './inspect.ts';
export { lineage, type TracedImage } from './lineage.ts';
export { type LockOutcome, type LockRequest, lock } from './lock.ts';
export { withDefaultPath } from './operands.ts';
export {
  type CheckedPolicies,
  checkPolicies,
  convertFile,
  type ExplainedImage,
  explainImages,
  listPublishers,
  runPolicyTests,
} from './policy-commands.ts';
export { type ProposedSigner, proposalKey, type Trusted } from './proposed-policy.ts';
export { findRecord, listRecords, pruneRecords } from './records.ts';
export { type ScannedBuild, scan } from './scan.ts';
export type { Session } from './session.ts';
export type { Trial } from './signer-trial.ts';
export { type StandardInput, standardInput } from './standard-input.ts';
export { describeTrust, isTrustRefreshDue, updateTrust } from './trust-commands.ts';
export { refuseUnwritable, writeWholeFile } from './write-whole-file.ts';
