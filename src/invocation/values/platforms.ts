import type { Environment } from '../../model/index.ts';

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', arm64: 'arm64', arm: 'arm' };
const systems: Readonly<Partial<Record<NodeJS.Platform, string>>> = { win32: 'windows' };

/** The platform that buildx calls `local`: this machine's. */
function localPlatform({ platform, architecture }: Environment): string {
  return `${systems[platform] ?? platform}/${architectures[architecture] ?? architecture}`;
}

/** Values of `--platform` split at commas, `local` replaced by this machine's (buildx, util/platformutil/parse.go). */
export function splitPlatforms(values: readonly string[], environment: Environment): readonly string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((platform) => platform.trim())
    .filter((platform) => platform !== '')
    .map((platform) => (platform.toLowerCase() === 'local' ? localPlatform(environment) : platform));
}
