export { type ScanInput, scanDockerfile } from './scan-dockerfile.ts';
