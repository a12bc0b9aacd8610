import { VerifyError } from '../../model/index.ts';
import { openSchemes, type SourceRule } from './source-rule.ts';
import type { UserPolicy } from './user-policy.ts';

/** The parts of the user's policy that stay in the file. */
export interface MergedRules {
  /** Its conversions, to stand first: a conversion ends a round wherever it stands, so their place among the others says nothing. */
  readonly conversions: readonly SourceRule[];
  /** What it says of open sources, to stand after their allowance and before that of images. */
  readonly openRules: readonly SourceRule[];
}

/** Whether a rule can only match sources of one open scheme (`only`), some of them (`some`), or none. */
function reach(rule: SourceRule): 'only' | 'some' | 'none' {
  const { identifier, match_type: matchType } = rule.selector;
  if (matchType === 'REGEX') return 'some';
  const star = matchType === 'EXACT' ? -1 : identifier.indexOf('*');
  const prefix = star < 0 ? identifier : identifier.slice(0, star);
  if (openSchemes.some((scheme) => prefix.startsWith(scheme))) return 'only';
  return star >= 0 && openSchemes.some((scheme) => scheme.startsWith(prefix)) ? 'some' : 'none';
}

/** EXACT conversions do nothing before BuildKit 0.31; as a wildcard without a star they mean the same everywhere. */
function portable(rule: SourceRule): SourceRule {
  const { identifier } = rule.selector;
  const target = rule.updates?.identifier ?? '';
  if (rule.selector.match_type !== 'EXACT' || /\*/.test(identifier)) return rule;
  const escaped = target.replaceAll('$', '$$$$');
  return {
    ...rule,
    selector: { ...rule.selector, match_type: 'WILDCARD' },
    updates: { ...rule.updates, ...(target === '' ? {} : { identifier: escaped }) },
  };
}

/** A permission can undo a denial that stands before it; it must not reach beyond the open schemes, where it would undo ours. */
function permissions(rule: SourceRule, policy: UserPolicy): readonly SourceRule[] {
  if (reach(rule) === 'only') return [rule];
  if (
    rule.selector.identifier === '*' &&
    rule.selector.match_type !== 'REGEX' &&
    rule.selector.constraints === undefined
  ) {
    return openSchemes.map((scheme) => ({ action: 'ALLOW', selector: { identifier: `${scheme}*` } }));
  }
  throw new VerifyError(
    'builder.policy-unsupported',
    `your own source policy cannot be kept beside ours: ALLOW "${rule.selector.identifier}" reaches images and other sources at once`,
    { hint: 'write one rule for each scheme, for instance "https://*"', place: { file: policy.file } },
  );
}

/**
 * Splits the user's rules so that they keep their force under ours. What they say of images is left out, since it is
 * asked image by image before (`evaluateUserPolicy`).
 * @throws VerifyError `builder.policy-unsupported`
 */
export function mergedUserRules(policy: UserPolicy | null): MergedRules {
  if (policy === null) return { conversions: [], openRules: [] };
  const conversions = policy.rules.filter((rule) => rule.action === 'CONVERT').map(portable);
  const openRules: SourceRule[] = [];
  for (const rule of policy.rules) {
    if (rule.action === 'CONVERT' || reach(rule) === 'none') continue;
    if (rule.action === 'DENY') openRules.push(rule);
    else if (openRules.length > 0) openRules.push(...permissions(rule, policy));
  }
  return { conversions, openRules };
}
