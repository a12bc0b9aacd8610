import type { TrustedRootSource } from '../model/index.ts';
import { cachedTrustedRoot } from './cached-root.ts';
import { embeddedTrustedRoots } from './embedded-roots.ts';
import { publicGoodInstance } from './trust-instance.ts';

/**
 * The roots of the builtin layer: the embedded ones, a newer copy from an earlier refresh in their place.
 * `directory` is our cache folder for trust; null for none. No network.
 */
export async function builtinTrustedRoots(directory: string | null): Promise<readonly TrustedRootSource[]> {
  const embedded = embeddedTrustedRoots();
  const cached = directory === null ? null : await cachedTrustedRoot(publicGoodInstance, directory);
  if (cached === null) return embedded;
  return embedded.map((root) => {
    const isNewer = Date.parse(cached.root.updated ?? '') > Date.parse(root.updated ?? '');
    return root.source === publicGoodInstance.source && isNewer ? cached.root : root;
  });
}
