import { readPlatform } from '../../dockerfile/index.ts';
import { type Environment, formatPlatform, parsePlatform, VerifyError } from '../../model/index.ts';

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

/**
 * Platforms as a command line or a bake file names them, each once and in full: `arm64` is `linux/arm64`.
 * @throws VerifyError `usage.invalid`
 */
export function namedPlatforms(names: readonly string[], environment: Environment): readonly string[] {
  const machine = parsePlatform(machinePlatform(environment));
  const named = names.map((name) => {
    try {
      return formatPlatform(readPlatform(name, machine));
    } catch (cause) {
      throw new VerifyError('usage.invalid', `"${name.slice(0, 100)}" is not a platform`, {
        hint: 'write --platform os/architecture[/variant], for instance linux/arm64',
        cause,
      });
    }
  });
  return [...new Set(named)];
}
