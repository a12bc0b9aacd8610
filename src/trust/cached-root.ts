import { join } from 'node:path';
import { ownFile, parseBoundedJson, readBoundedFile, type TrustedRootSource, writeWhole } from '../model/index.ts';
import { embeddedTrustedRoots } from './embedded-roots.ts';
import type { RootProof } from './root-proof.ts';
import type { TrustInstance } from './trust-instance.ts';

/** A trusted root that was refreshed earlier. */
export interface CachedRoot {
  readonly root: TrustedRootSource;
  /** When TUF last confirmed it, RFC 3339. */
  readonly checked: string;
  readonly proof: RootProof;
}

/** A trusted root with its proof, bytes. */
const largestFile = 64 * 1024 * 1024;

interface CacheFile {
  /** Files of version 1 had no proof. */
  readonly version: 2;
  readonly checked: string;
  readonly updated: string;
  readonly sha256: string;
  readonly json: string;
  readonly proof: RootProof;
}

function pathOf(instance: TrustInstance, directory: string): string {
  return join(directory, `${instance.name}.json`);
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isProof(value: unknown): value is RootProof {
  if (typeof value !== 'object' || value === null) return false;
  const { roots, targets }: Partial<Record<keyof RootProof, unknown>> = value;
  return typeof targets === 'string' && Array.isArray(roots) && roots.every((root) => typeof root === 'string');
}

function isCacheFile(value: unknown): value is CacheFile {
  if (typeof value !== 'object' || value === null) return false;
  const file: Partial<Record<keyof CacheFile, unknown>> = value;
  return (
    file.version === 2 &&
    isTime(file.checked) &&
    isTime(file.updated) &&
    typeof file.sha256 === 'string' &&
    typeof file.json === 'string' &&
    isProof(file.proof)
  );
}

/**
 * Requires that what lies in the cache came from the instance's own TUF repository: a cache may be shared, or lie in a folder that the
 * project's authors can fill. What comes with the program needs no proof.
 */
async function assertProven(instance: TrustInstance, file: CacheFile, tufRoot: string | undefined): Promise<void> {
  if (embeddedTrustedRoots().some(({ source, id }) => source === instance.source && id === file.sha256)) return;
  const [{ provenTufRoot }, { tufStart }] = await Promise.all([
    import('./root-proof.ts'),
    import('./embedded-tuf-roots.ts'),
  ]);
  const start = tufStart(instance.name, tufRoot);
  if (start === null) throw new Error('no TUF root is known to start from');
  provenTufRoot(file.proof, file.json, start);
}

/**
 * The root that an earlier refresh kept in `directory`; null for none, for one that is damaged in any way, and for one that is not
 * proven to be of the instance's TUF repository.
 * @param tufRoot the TUF root to start from, JSON; left out: the embedded one
 */
export async function cachedTrustedRoot(
  instance: TrustInstance,
  directory: string,
  tufRoot?: string,
): Promise<CachedRoot | null> {
  try {
    const bytes = await readBoundedFile(pathOf(instance, directory), largestFile);
    const file: unknown = bytes === null ? null : parseBoundedJson(bytes.toString('utf8'));
    if (!isCacheFile(file)) return null;
    const { parseTrustedRoots, sha256Of } = await import('./parse-trusted-root.ts');
    if (sha256Of(file.json) !== file.sha256) return null;
    await assertProven(instance, file, tufRoot);
    const { checked, updated, proof } = file;
    const [root] = parseTrustedRoots(file.json, { layer: 'builtin', source: instance.source, updated });
    return root === undefined ? null : { root: { ...root, thresholds: instance.thresholds }, checked, proof };
  } catch {
    return null;
  }
}

/** Keeps a root that was just confirmed, whole or not at all. */
export async function keepTrustedRoot(
  instance: TrustInstance,
  directory: string,
  root: TrustedRootSource,
  checked: string,
  proof: RootProof,
): Promise<void> {
  const updated = root.updated ?? checked;
  const file: CacheFile = { version: 2, checked, updated, sha256: root.id, json: root.json, proof };
  await writeWhole(pathOf(instance, directory), JSON.stringify(file), ownFile);
}
