/**
 * Docker's side: which builder is there, the source policy that holds it, running buildx, and what the builder recorded.
 * Every program is started by its absolute path.
 */

export { type Audit, type AuditRequest, auditMaterials } from './audit/audit.ts';
export { readBuiltContent } from './audit/built-content.ts';
export { type BuiltTarget, completeMetadata } from './audit/node-provenance.ts';
export { type BuildMetadata, metadataByTarget, readBuildMetadata } from './audit/provenance.ts';
export { reasonForNoRecord } from './audit/unrecorded.ts';
export { type DockerEndpoint, resolveDockerContext } from './engine/docker-context.ts';
export {
  createEngine,
  type Engine,
  type EngineInfo,
  type EngineOptions,
  type EngineVersion,
  type LocalImage,
} from './engine/engine.ts';
export { removeUnnamedImage, saveImage } from './engine/image-store.ts';
export { localImageNames } from './engine/local-image-names.ts';
export {
  type BuilderChoice,
  chooseBuilder,
  refuseLegacyBuilder,
} from './nodes/builder-choice.ts';
export { type BuilderImage, builderImages } from './nodes/builder-image.ts';
export {
  type BuilderInfo,
  type BuilderQuestion,
  builderInfo,
  identityOf,
  refuseOldBuilder,
} from './nodes/builder-info.ts';
export type { BuilderNode } from './nodes/builder-inspection.ts';
export { type FactCache, openFactCache } from './nodes/fact-cache.ts';
export type { NotedTarget } from './nodes/noted-target.ts';
export { storedBuilderNames } from './nodes/stored-builder.ts';
export { type AskOptions, askBuildx, type BuildxAnswer } from './programs/buildx-command.ts';
export type { Interruptions } from './programs/child-process.ts';
export { isCompiled } from './programs/compiled-program.ts';
export { composeUsesBuildx, runCompose } from './programs/compose.ts';
export { readDockerConfiguration } from './programs/docker-configuration.ts';
export { createPrivateFolder, type PrivateFolder } from './programs/private-folder.ts';
export {
  type GuardedPlugin,
  locatePlugin,
  locateProgram,
  locatePrograms,
  type Programs,
  programFolders,
} from './programs/programs.ts';
export { type KeepOptions, type KeptInput, keepInput } from './programs/stdin-keeper.ts';
export { isAtLeast } from './programs/versions.ts';
export { type DenialQuestion, readDenial } from './run/denial.ts';
export { type ProbeQuestion, probeEnforcement } from './run/enforcement-probe.ts';
export {
  type BuildxCommand,
  type BuildxResult,
  type BuildxRun,
  type HeldBuildx,
  holdBuildx,
  runBuilderVerb,
  runBuildx,
} from './run/run-buildx.ts';
export { legacyDocker, runLegacyBuild } from './run/run-legacy.ts';
export { renderSourcePolicy, unpinnableNames } from './source-policy/source-policy.ts';
export { readUserPolicy, type UserPolicy } from './source-policy/user-policy.ts';
export { evaluateUserPolicy, type UserPolicyVerdict } from './source-policy/user-policy-evaluation.ts';
