import { scanDockerfile, scanUnread } from '../../dockerfile/index.ts';
import type {
  BuildTarget,
  CanonicalName,
  ReportContext,
  ReportTarget,
  ScanResult,
  SourcePin,
} from '../../model/index.ts';
import { namedPlatforms } from '../session/default-platform.ts';
import type { Session } from '../session/session.ts';
import type { StandardInput } from '../session/standard-input.ts';
import type { ContextReader } from './context-reader.ts';
import { mergeScans } from './merge-scans.ts';
import { type DockerfileText, readDockerfile } from './read-dockerfile.ts';

/** A target with its Dockerfile, read once and scanned as often as new ONBUILD triggers turn up. */
export interface LoadedTarget {
  readonly target: BuildTarget;
  readonly dockerfile: DockerfileText;
}

/** Where the Dockerfiles of a run come from. */
export interface LoadOptions {
  readonly session: Session;
  readonly input: StandardInput;
  /** Whether remote contexts may be fetched; without, only a build can tell what is in them. */
  readonly network: boolean;
}

/**
 * Reads the Dockerfile of every target, whose platforms are then named in full.
 * @throws VerifyError `dockerfile.missing`, `dockerfile.unreadable`, `usage.invalid` for a platform that is none
 */
export async function loadTargets(
  targets: readonly BuildTarget[],
  { session, input, network }: LoadOptions,
): Promise<readonly LoadedTarget[]> {
  const opened: Promise<ContextReader>[] = [];
  // what reads archives and repositories is loaded where there is one
  const open = async (): Promise<ContextReader> => (await import('./context-reader.ts')).openContextReader(session);
  const reader = (): Promise<ContextReader> => {
    const [known = open()] = opened;
    opened[0] = known;
    return known;
  };
  const sources = { session, input, network: network && !session.own.offline, reader };
  try {
    const loading = targets.map(async (target) => {
      const platforms = namedPlatforms(target.platforms, session.environment);
      return { target: { ...target, platforms }, dockerfile: await readDockerfile(target, sources) };
    });
    await Promise.allSettled(loading); // nothing may still be read when the reader is closed
    return await Promise.all(loading);
  } finally {
    for (const begun of opened) await (await begun).close();
  }
}

/** What holds the builder to the contexts that were read, each once. */
export function sourcePins(loaded: readonly LoadedTarget[]): readonly SourcePin[] {
  const pins = loaded.flatMap(({ dockerfile }) =>
    dockerfile.kind === 'text' && dockerfile.pin !== null ? [dockerfile.pin] : [],
  );
  return [...new Map(pins.map((pin) => [JSON.stringify(pin), pin])).values()];
}

/**
 * What all targets use together. `onbuild` holds the triggers of the images that were looked up so far; `buildkit` is the builder's
 * version, where it is known.
 */
export function scanTargets(
  loaded: readonly LoadedTarget[],
  defaultPlatform: string,
  onbuild: ReadonlyMap<CanonicalName, readonly string[]>,
  buildkit: string | null = null,
): ScanResult {
  const scans = loaded.map(({ target, dockerfile }) => {
    if (dockerfile.kind === 'unknown') return scanUnread(target, dockerfile.reason, defaultPlatform);
    const { bytes: source, file } = dockerfile;
    return scanDockerfile({ target, source, file, defaultPlatform, onbuild, buildkit });
  });
  return mergeScans(scans);
}

function reportContext({ name, hash }: SourcePin): ReportContext {
  return { source: name, digest: `${hash.length === 40 ? 'sha1' : 'sha256'}:${hash}` };
}

/** The targets as the report names them. */
export function reportTargets(loaded: readonly LoadedTarget[], defaultPlatform: string): readonly ReportTarget[] {
  return loaded.map(({ target, dockerfile }) => ({
    name: target.name,
    dockerfile: dockerfile.file,
    platforms: target.platforms.length === 0 ? [defaultPlatform] : target.platforms,
    ...(dockerfile.kind === 'unknown' || dockerfile.pin === null ? {} : { context: reportContext(dockerfile.pin) }),
  }));
}
