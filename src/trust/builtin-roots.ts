import type { TrustedRootSource } from '../model/index.ts';
import { cachedTrustedRoot } from './cached-root.ts';
import { embeddedTrustedRoots } from './embedded-roots.ts';
import { embeddedInstances } from './trust-instance.ts';

/** The embedded root, or the copy of its instance that a refresh has kept, where that one is newer. */
async function newest(
  root: TrustedRootSource,
  directory: string,
  tufRoots: Readonly<Record<string, string>>,
): Promise<TrustedRootSource> {
  const instance = embeddedInstances.find(({ source }) => source === root.source);
  const cached = instance === undefined ? null : await cachedTrustedRoot(instance, directory, tufRoots[instance.name]);
  if (cached === null) return root;
  return Date.parse(cached.root.updated ?? '') > Date.parse(root.updated ?? '') ? cached.root : root;
}

/**
 * The roots of the builtin layer: the embedded ones, newer copies from an earlier refresh in their place.
 * `directory` is our cache folder for trust; null for none. No network.
 * @param tufRoots by name of an instance: the TUF root to start from; left out: the embedded one
 */
export async function builtinTrustedRoots(
  directory: string | null,
  tufRoots: Readonly<Record<string, string>> = {},
): Promise<readonly TrustedRootSource[]> {
  const embedded = embeddedTrustedRoots();
  return directory === null ? embedded : await Promise.all(embedded.map((root) => newest(root, directory, tufRoots)));
}
