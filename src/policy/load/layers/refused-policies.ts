import { type Mode, VerifyError } from '../../../model/index.ts';
import { daysLeft } from '../../language/patterns/exception-end.ts';
import type { LoadedPolicy } from './read-policy-file.ts';

/**
 * Refuses `--mode warn` against a policy that says enforce.
 * @throws VerifyError `usage.loosens`
 */
export function refuseLoosening(mode: Mode | null, policy: LoadedPolicy): void {
  const saysEnforce = policy.compiled.saysEnforce || policy.clusterPolicies.some((cluster) => cluster.saysEnforce);
  if (mode !== 'warn' || !saysEnforce) return;
  throw new VerifyError('usage.loosens', `a mode of warn is refused: the policy ${policy.named} says mode: enforce`, {
    place: { file: policy.named },
    hint: 'leave --mode (of a build: --verify-mode) away, or change that policy',
  });
}

/** The longest that an exception may last. */
const mostDays = 400;

/**
 * Refuses an exception that has as good as no end.
 * @throws VerifyError `policy.invalid`
 */
export function refuseEndless(now: Date, { named, compiled }: LoadedPolicy): void {
  const endless = compiled.exceptions.find(({ until }) => daysLeft(until, now) > mostDays);
  if (endless === undefined) return;
  const { until, line } = endless;
  throw new VerifyError('policy.invalid', `an exception until ${until} lasts longer than ${mostDays} days`, {
    place: { file: named, ...(line === null ? {} : { line }) },
    hint: `name a day at most ${mostDays} days from now: this machine's clock says ${now.toISOString().slice(0, 10)}`,
  });
}
