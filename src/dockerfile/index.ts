/**
 * The images that BuildKit would ask for while it builds a Dockerfile.
 * Compared with a real BuildKit on every Dockerfile of test/fixtures/oracle.
 */

export { type ScanInput, scanDockerfile, scanUnread } from './scan/scan-dockerfile.ts';
export { surelyAddsLayers } from './stage/adds-layers.ts';
export { readPlatform } from './stage/build-platform.ts';
export { declaredArguments } from './stage/declared-arguments.ts';
export { meantStage } from './stage/near-stage.ts';
export { stageNames } from './stage/stage-names.ts';
