import { scanDockerfile } from '../dockerfile/index.ts';
import type { BuildTarget, CanonicalName, ReportTarget, ScanResult } from '../model/index.ts';
import { mergeScans, unknownScan } from './merge-scans.ts';
import { type DockerfileText, readDockerfile } from './read-dockerfile.ts';
import type { StandardInput } from './standard-input.ts';

/** A target with its Dockerfile, read once and scanned as often as new ONBUILD triggers turn up. */
export interface LoadedTarget {
  readonly target: BuildTarget;
  readonly dockerfile: DockerfileText;
}

/**
 * Reads the Dockerfile of every target.
 * @throws VerifyError `dockerfile.missing`, `dockerfile.unreadable`
 */
export async function loadTargets(
  targets: readonly BuildTarget[],
  input: StandardInput,
): Promise<readonly LoadedTarget[]> {
  return await Promise.all(
    targets.map(async (target) => ({ target, dockerfile: await readDockerfile(target, input) })),
  );
}

/** What all targets use together. `onbuild` holds the triggers of the images that were looked up so far. */
export function scanTargets(
  loaded: readonly LoadedTarget[],
  defaultPlatform: string,
  onbuild: ReadonlyMap<CanonicalName, readonly string[]>,
): ScanResult {
  const scans = loaded.map(({ target, dockerfile }) => {
    if (dockerfile.kind === 'unknown') return unknownScan(target, dockerfile.reason);
    return scanDockerfile({ target, source: dockerfile.bytes, file: dockerfile.file, defaultPlatform, onbuild });
  });
  return mergeScans(scans);
}

/** The targets as the report names them. */
export function reportTargets(loaded: readonly LoadedTarget[], defaultPlatform: string): readonly ReportTarget[] {
  return loaded.map(({ target, dockerfile }) => ({
    name: target.name,
    dockerfile: dockerfile.file,
    platforms: target.platforms.length === 0 ? [defaultPlatform] : target.platforms,
  }));
}
