export { readPlatform } from './build-platform.ts';
export { declaredArguments } from './declared-arguments.ts';
export { type ScanInput, scanDockerfile, scanUnread } from './scan-dockerfile.ts';
