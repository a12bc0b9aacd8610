export { readPlatform } from './build-platform.ts';
export { type ScanInput, scanDockerfile, scanUnread } from './scan-dockerfile.ts';
