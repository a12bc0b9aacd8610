import type { PolicySet } from '../language/policy-set.ts';

/**
 * Whether nobody has written a policy or asked to enforce: only the built-in one is in force, and then nothing that plain
 * `docker build` can do fails for want of a look-up.
 */
export function isUnruled({ layers, sideMode }: Pick<PolicySet, 'layers' | 'sideMode'>): boolean {
  return sideMode === 'warn' && layers.every(({ layer }) => layer === 'builtin');
}
