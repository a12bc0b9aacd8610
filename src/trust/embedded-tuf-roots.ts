import data from './embedded-tuf-roots.json' with { type: 'json' };
import type { TufStart } from './root-proof.ts';

/**
 * Where trust in an instance's TUF repository starts, as it comes with the program; null for an instance without one. Only a refresh and
 * what it kept need it: load this module there.
 * @param root another TUF root to start from, JSON, of a repository of which nothing else is known
 */
export function tufStart(name: string, root?: string): TufStart | null {
  if (root !== undefined) return { root, targets: 0 };
  const embedded = data.roots.find((each) => each.name === name);
  return embedded === undefined ? null : { root: embedded.json, targets: embedded.targets };
}
