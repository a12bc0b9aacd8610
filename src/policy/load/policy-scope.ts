import { createHash } from 'node:crypto';
import { basename, extname, resolve } from 'node:path';
import { isVerifyError, type Layer, type VerifyError } from '../../model/index.ts';
import { invalidAt } from '../language/validate-document.ts';
import type { YamlSource } from '../language/yaml-source.ts';
import type { PublisherCatalogue } from '../publishers/publisher-catalogue.ts';
import type { MaterialCollector } from './material-collector.ts';
import { readBytes } from './safe-file.ts';

/** What the parts of one policy file are read with. */
export interface PolicyScope {
  readonly layer: Layer;
  /** As named to the user. */
  readonly policy: string;
  /** Absolute: relative paths in the file start here. */
  readonly folder: string;
  /** Whether it does not lie on this machine, whose files it then cannot name; false where left out. */
  readonly isRemote?: boolean;
  readonly source: Pick<YamlSource, 'file' | 'placeOf'>;
  readonly material: MaterialCollector;
  /** Publishers that this layer and those before it know. */
  readonly publishers: PublisherCatalogue;
}

/** The error for something wrong at `path` within the file. */
export function invalidIn(
  scope: PolicyScope,
  path: readonly PropertyKey[],
  message: string,
  hint?: string,
): VerifyError {
  return invalidAt(scope.source.file, scope.source.placeOf(path), message, hint);
}

/**
 * The text of a file that the policy names, relative to it or absolute.
 * @throws VerifyError `policy.invalid` at the place that names it
 */
export async function readNamedFile(
  scope: PolicyScope,
  path: readonly PropertyKey[],
  name: string,
): Promise<{ readonly text: string; readonly bytes: Uint8Array; readonly sha256: string; readonly path: string }> {
  if (scope.isRemote === true)
    throw invalidIn(scope, path, 'a policy that another one extends names no files', 'write keys and roots into it');
  const file = resolve(scope.folder, name);
  try {
    const bytes = await readBytes(file);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { text: new TextDecoder().decode(bytes), bytes, sha256, path: file };
  } catch (error) {
    if (!isVerifyError(error)) throw error;
    throw invalidIn(scope, path, error.message, `paths are relative to ${scope.folder}`);
  }
}

/** A file's name without folder and ending, for people. */
export function shortName(file: string): string {
  return basename(file, extname(file));
}
