import { isAbsolute, parse, relative, sep } from 'node:path';

/**
 * A path as a person in `folder` would write it: relative to it, also where it lies above or beside. Absolute where the two have nothing
 * in common but the root. Both absolute.
 */
export function namedFrom(folder: string, path: string): string {
  const named = relative(folder, path);
  const toRoot = relative(folder, parse(folder).root);
  const isUnrelated = toRoot !== '' && (named === toRoot || named.startsWith(`${toRoot}${sep}`));
  return isAbsolute(named) || isUnrelated ? path : named || '.';
}
