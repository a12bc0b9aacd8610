/**
 * Docker's side: which builder is there, the source policy that holds it, running buildx, and what the builder recorded.
 * Every program is started by its absolute path.
 */

export { type Audit, type AuditRequest, auditMaterials } from './audit.ts';
export {
  type BuilderChoice,
  chooseBuilder,
  refuseLegacyBuilder,
} from './builder-choice.ts';
export { type BuilderImage, builderImages } from './builder-image.ts';
export { type BuilderInfo, type BuilderQuestion, builderInfo, refuseOldBuilder } from './builder-info.ts';
export type { BuilderNode } from './builder-inspection.ts';
export { type AskOptions, askBuildx, type BuildxAnswer } from './buildx-command.ts';
export type { Interruptions } from './child-process.ts';
export { composeUsesBuildx, runCompose } from './compose.ts';
export { type DenialQuestion, readDenial } from './denial.ts';
export { readDockerConfiguration } from './docker-configuration.ts';
export { type DockerEndpoint, resolveDockerContext } from './docker-context.ts';
export { type ProbeQuestion, probeEnforcement } from './enforcement-probe.ts';
export {
  createEngine,
  type Engine,
  type EngineInfo,
  type EngineOptions,
  type EngineVersion,
  type LocalImage,
} from './engine.ts';
export { type FactCache, openFactCache } from './fact-cache.ts';
export { removeUnnamedImage, saveImage } from './image-store.ts';
export { type BuiltTarget, completeMetadata } from './node-provenance.ts';
export { createPrivateFolder, type PrivateFolder } from './private-folder.ts';
export {
  type GuardedPlugin,
  locatePlugin,
  locateProgram,
  locatePrograms,
  type Programs,
  programFolders,
} from './programs.ts';
export { type BuildMetadata, metadataByTarget, readBuildMetadata } from './provenance.ts';
export { type BuildxResult, type BuildxRun, runBuilderVerb, runBuildx } from './run-buildx.ts';
export { legacyDocker, runLegacyBuild } from './run-legacy.ts';
export { renderSourcePolicy, unpinnableNames } from './source-policy.ts';
export { type KeepOptions, type KeptInput, keepInput } from './stdin-keeper.ts';
export { reasonForNoRecord } from './unrecorded.ts';
export { readUserPolicy, type UserPolicy } from './user-policy.ts';
export { evaluateUserPolicy, type UserPolicyVerdict } from './user-policy-evaluation.ts';
export { isAtLeast } from './versions.ts';
