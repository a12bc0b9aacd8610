import type { Status } from '../../../model/index.ts';
import type { PolicySet } from '../../language/compiled/policy-set.ts';
import { statusOfUnknown } from '../judge/judge-rule.ts';

/**
 * Whether only the built-in policy is in force and no option asks to enforce. Then a look-up that fails never stops
 * what plain `docker build` can do.
 */
export function isUnruled({ layers, sideMode }: Pick<PolicySet, 'layers' | 'sideMode'>): boolean {
  return sideMode === 'warn' && layers.every(({ layer }) => layer === 'builtin');
}

/** The status of what could not be looked up, or is not known before a build: an error where a written policy enforces, else a warning. */
export function statusOfUnasked(policies: Pick<PolicySet, 'layers' | 'sideMode' | 'mode'>): Status {
  return statusOfUnknown(isUnruled(policies) ? 'warn' : policies.mode);
}
