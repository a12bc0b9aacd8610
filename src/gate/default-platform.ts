import { type Environment, formatPlatform, parsePlatform } from '../model/index.ts';

const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  arm64: 'arm64',
  arm: 'arm/v7',
  loong64: 'loong64',
};

/** The platform that a builder on this machine builds for: Docker's engine runs Linux everywhere but in Windows containers. */
export function machinePlatform(environment: Environment): string {
  const architecture = architectures[environment.architecture] ?? environment.architecture;
  return formatPlatform(parsePlatform(`linux/${architecture}`));
}
