export { readPlatform } from './build-platform.ts';
export { type ScanInput, scanDockerfile } from './scan-dockerfile.ts';
