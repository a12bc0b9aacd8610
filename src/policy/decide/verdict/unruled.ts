import type { Status } from '../../../model/index.ts';
import type { PolicySet } from '../../language/compiled/policy-set.ts';
import { statusOfRefusal } from '../judge/judge-rule.ts';

/**
 * Whether nobody has written a policy or asked to enforce: only the built-in one is in force, and then nothing that plain
 * `docker build` can do fails for want of a look-up.
 */
export function isUnruled({ layers, sideMode }: Pick<PolicySet, 'layers' | 'sideMode'>): boolean {
  return sideMode === 'warn' && layers.every(({ layer }) => layer === 'builtin');
}

/** What becomes of what could not be asked, or cannot be told before a build: an error, where a policy that somebody wrote enforces; else a warning. */
export function statusOfUnasked(policies: Pick<PolicySet, 'layers' | 'sideMode' | 'mode'>): Status {
  return statusOfRefusal(isUnruled(policies) ? 'warn' : policies.mode, false);
}
