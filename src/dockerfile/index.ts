/**
 * The images that BuildKit would ask for while it builds a Dockerfile.
 * Compared with a real BuildKit on every Dockerfile of test/fixtures/oracle.
 */

export { readPlatform } from './build-platform.ts';
export { declaredArguments } from './declared-arguments.ts';
export { meantStage } from './near-stage.ts';
export { type ScanInput, scanDockerfile, scanUnread } from './scan-dockerfile.ts';
export { stageNames } from './stage-names.ts';
