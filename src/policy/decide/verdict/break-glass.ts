import { type Decision, type Finding, isRefusal } from '../../../model/index.ts';
import type { PolicySet } from '../../language/compiled/policy-set.ts';
import { mayBeWaived } from '../../language/patterns/waivable-findings.ts';
import { findingOf } from '../evidence/judgement.ts';

/** The reason with which a run in an emergency goes on; null where none was given, or a policy denies it. */
export function emergencyReason({ breakGlass }: Pick<PolicySet, 'breakGlass'>): string | null {
  return breakGlass?.deniedBy === null ? breakGlass.reason : null;
}

/** That something was let through for it. */
export function emergencyFinding(reason: string, expected: string, found: string): Finding {
  return findingOf('policy.break-glass', `let through in an emergency: ${reason}`, {
    level: 'warning',
    expected,
    found,
    hint: 'mend the cause, and build again without it',
  });
}

/** What could not even be looked up goes on as it does in warn mode; anything else that is not listed stays refused. */
const unseen = new Set(['image.unresolved', 'image.not-found', 'image.local-shadow']);

/**
 * A refusal that a run in an emergency goes on with: where every policy in force allows it, and where nothing but what may be waived
 * was found. Each use of it is reported.
 */
export function throughBrokenGlass(policies: PolicySet, decision: Decision): Decision {
  const { breakGlass } = policies;
  if (breakGlass === null || !isRefusal(decision.status)) return decision;
  const { reason, deniedBy } = breakGlass;
  if (deniedBy !== null) {
    const finding = findingOf('policy.break-glass', `break-glass is not allowed by ${deniedBy}`, {
      level: 'note',
      expected: 'breakGlass: allow in every policy in force',
      found: `"${reason}"`,
      hint: 'ask the owner of that policy',
    });
    return { ...decision, findings: [...decision.findings, finding] };
  }
  const refusals = decision.findings.filter(({ level }) => level === 'error');
  if (!refusals.every(({ code }) => mayBeWaived(code) || unseen.has(code))) return decision;
  const codes = [...new Set(refusals.map(({ code }) => code))].join(', ');
  const finding = emergencyFinding(reason, 'an image that the policies allow', codes);
  // each layer lets it through, as with an exception: the strictest of their verdicts is the image's
  const decisions = decision.decisions.map((each) =>
    isRefusal(each.status) ? { ...each, status: 'warn' as const } : each,
  );
  return { ...decision, status: 'warn', decisions, findings: [...decision.findings, finding] };
}
