import { createHash } from 'node:crypto';
import { basename, dirname, extname, isAbsolute, join, posix, resolve } from 'node:path';
import { isVerifyError, type PolicyLayerName, systemCode, type VerifyError } from '../../../model/index.ts';
import { invalidAt } from '../../language/schema/validate-document.ts';
import type { YamlSource } from '../../language/schema/yaml-source.ts';
import type { PublisherCatalogue } from '../../publishers/publisher-catalogue.ts';
import type { MaterialCollector } from './material-collector.ts';
import { readBytes } from './safe-file.ts';

/** What the parts of one policy file are read with. */
export interface PolicyScope {
  readonly layer: PolicyLayerName;
  /** As named to the user. */
  readonly policy: string;
  /** Where relative paths in the file start: absolute, or among the files that it carries. */
  readonly folder: string;
  /**
   * Of a policy that does not lie on this machine, whose files it then cannot name: what came with it, by path. Left out for one that
   * does.
   */
  readonly carried?: CarriedFiles;
  /** Called with each file of this machine that is read. */
  readonly onFile?: (file: string, bytes: Uint8Array) => void;
  readonly source: Pick<YamlSource, 'file' | 'placeOf'>;
  readonly material: MaterialCollector;
  /** Publishers that this layer and those before it know. */
  readonly publishers: PublisherCatalogue;
}

/** Files that came with a policy, by their path below it, with slashes. */
export type CarriedFiles = ReadonlyMap<string, Uint8Array>;

/** A file that a policy names. */
export interface NamedFile {
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** As named to the user: as seen from where the policy is named from. */
  readonly path: string;
  /** Where relative paths in it start. */
  readonly folder: string;
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
): Promise<NamedFile> {
  if (scope.carried !== undefined) return carriedFile(scope, scope.carried, path, name);
  const file = resolve(scope.folder, name);
  const named = namedIn(scope, name);
  try {
    const bytes = await readBytes(file, named);
    scope.onFile?.(file, bytes);
    return namedFile(bytes, named, dirname(file));
  } catch (error) {
    if (!isVerifyError(error)) throw error;
    throw invalidIn(scope, path, error.message, hintOf(error) ?? relativeHint(scope));
  }
}

/** A path in a policy as the user would write it, going by how the policy itself was named. */
export function namedIn({ policy }: Pick<PolicyScope, 'policy'>, name: string): string {
  return isAbsolute(name) ? name : join(dirname(policy), name);
}

/** Where relative paths in a policy start. */
export function relativeHint({ policy }: Pick<PolicyScope, 'policy'>): string {
  return `paths are relative to the folder of ${policy}`;
}

/** What was probably meant, where that is known, or what is wrong with the file that is there. */
function hintOf({ hint, cause }: VerifyError): string | null {
  const isMissing = ['ENOENT', 'ENOTDIR'].includes(systemCode(cause));
  return !isMissing || hint?.startsWith('did you mean ') === true ? hint : null;
}

function namedFile(bytes: Uint8Array, path: string, folder: string): NamedFile {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { text: new TextDecoder().decode(bytes), bytes, sha256, path, folder };
}

function carriedFile(scope: PolicyScope, carried: CarriedFiles, path: readonly PropertyKey[], name: string): NamedFile {
  const inside = posix.isAbsolute(name) ? name : posix.join(scope.folder, name);
  const bytes = carried.get(inside);
  if (bytes === undefined) {
    const message = `a policy that another one extends names no files but those in its bundle, and ${name.slice(0, 200)} is none`;
    throw invalidIn(scope, path, message, 'docker verify policy push puts the files in, if they lie beside the policy');
  }
  return namedFile(bytes, `${scope.policy} (${inside})`, posix.dirname(inside));
}

/** A file's name without folder and ending, for people. */
export function shortName(file: string): string {
  return basename(file, extname(file));
}
