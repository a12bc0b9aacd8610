import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownFile, parseBoundedJson, type TrustedRootSource, writeWhole } from '../model/index.ts';
import type { TrustInstance } from './trust-instance.ts';

/** A trusted root that was refreshed earlier. */
export interface CachedRoot {
  readonly root: TrustedRootSource;
  /** When TUF last confirmed it, RFC 3339. */
  readonly checked: string;
}

interface CacheFile {
  readonly version: 1;
  readonly checked: string;
  readonly updated: string;
  readonly sha256: string;
  readonly json: string;
}

function pathOf(instance: TrustInstance, directory: string): string {
  return join(directory, `${instance.name}.json`);
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isCacheFile(value: unknown): value is CacheFile {
  if (typeof value !== 'object' || value === null) return false;
  const file: Partial<Record<keyof CacheFile, unknown>> = value;
  return (
    file.version === 1 &&
    isTime(file.checked) &&
    isTime(file.updated) &&
    typeof file.sha256 === 'string' &&
    typeof file.json === 'string'
  );
}

/** The root that an earlier refresh kept in `directory`; null for none, and for one that is damaged in any way. */
export async function cachedTrustedRoot(instance: TrustInstance, directory: string): Promise<CachedRoot | null> {
  try {
    const file: unknown = parseBoundedJson(await readFile(pathOf(instance, directory), 'utf8'));
    if (!isCacheFile(file)) return null;
    const { parseTrustedRoots, sha256Of } = await import('./parse-trusted-root.ts');
    if (sha256Of(file.json) !== file.sha256) return null;
    const [root] = parseTrustedRoots(file.json, { layer: 'builtin', source: instance.source, updated: file.updated });
    return root === undefined ? null : { root: { ...root, thresholds: instance.thresholds }, checked: file.checked };
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
): Promise<void> {
  const file: CacheFile = { version: 1, checked, updated: root.updated ?? checked, sha256: root.id, json: root.json };
  await writeWhole(pathOf(instance, directory), JSON.stringify(file), ownFile);
}
