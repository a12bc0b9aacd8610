import { RE2JS } from 're2js';
import { VerifyError } from '../../model/index.ts';
import { expandTemplate, replaceAllMatches } from './go-template.ts';
import type { SourceRule } from './source-rule.ts';
import type { UserPolicy } from './user-policy.ts';

/** What a source policy makes of a source. */
export interface UserPolicyVerdict {
  readonly action: 'allow' | 'deny';
  /** The identifier that it was converted to, null where it stays. */
  readonly converted: string | null;
}

const mostConversions = 20;

function unsupported(policy: UserPolicy, rule: SourceRule, reason: string, cause?: unknown): VerifyError {
  return new VerifyError(
    'builder.policy-unsupported',
    `your own source policy cannot be evaluated: the rule ${rule.action} "${rule.selector.identifier}" ${reason}`,
    {
      hint: 'take the rule out, or write it with a plain identifier or a wildcard',
      place: { file: policy.file },
      cause,
    },
  );
}

// a policy is asked for every image, and compiling is what costs
const compiled = new WeakMap<SourceRule, RE2JS>();

/** The selector as a regular expression in RE2's syntax, which is Go's (buildkit, util/wildcard: Wildcard2Regexp). */
function expressionOf(policy: UserPolicy, rule: SourceRule): RE2JS {
  const known = compiled.get(rule);
  if (known !== undefined) return known;
  const { identifier, match_type: matchType } = rule.selector;
  if (matchType !== 'REGEX' && identifier.includes('**'))
    throw unsupported(policy, rule, 'has "**", which BuildKit refuses');
  const source =
    matchType === 'REGEX'
      ? identifier
      : `^${identifier
          .split('*')
          .map((part) => RE2JS.quote(part))
          .join('(.*)')}$`;
  try {
    const expression = RE2JS.compile(source);
    compiled.set(rule, expression);
    return expression;
  } catch (cause) {
    throw unsupported(policy, rule, 'is not a regular expression', cause);
  }
}

function matches(policy: UserPolicy, rule: SourceRule, identifier: string): boolean {
  if (rule.selector.identifier === identifier) return true;
  if (rule.selector.match_type === 'EXACT') return false;
  return expressionOf(policy, rule).matcher(identifier).find();
}

function converted(policy: UserPolicy, rule: SourceRule, identifier: string): string {
  const written = rule.updates?.identifier ?? '';
  const template = written === '' ? rule.selector.identifier : written;
  if (rule.selector.match_type === 'EXACT') return template;
  const expression = expressionOf(policy, rule);
  if (rule.selector.match_type === 'REGEX') return replaceAllMatches(expression, identifier, template);
  const matcher = expression.matcher(identifier);
  return matcher.find() ? expandTemplate(template, matcher) : identifier;
}

function evaluateOnce(
  policy: UserPolicy,
  identifier: string,
): { readonly denied: boolean; readonly next: string | null } {
  let denied = false;
  for (const rule of policy.rules) {
    if (!matches(policy, rule, identifier)) continue;
    if ((rule.selector.constraints ?? []).length > 0)
      throw unsupported(policy, rule, 'depends on attributes that only the builder knows');
    if (rule.action === 'CONVERT') {
      const next = converted(policy, rule, identifier);
      if (next !== '' && next !== identifier) return { denied: false, next };
    } else denied = rule.action === 'DENY';
  }
  return { denied, next: null };
}

/**
 * What the user's own source policy makes of a source, with BuildKit's meaning (sourcepolicy/engine.go): the last ALLOW or
 * DENY that matches wins, nothing that matches means allow, and a conversion starts again from the top, at most 20 times.
 * `identifier` is, for instance, `docker-image://docker.io/library/alpine:3`; ask again with the digest that it resolves to.
 * @throws VerifyError `builder.policy-unsupported` for what cannot be evaluated: nothing is allowed then
 */
export function evaluateUserPolicy(policy: UserPolicy, identifier: string): UserPolicyVerdict {
  let current = identifier;
  for (let round = 0; round <= mostConversions; round += 1) {
    const { denied, next } = evaluateOnce(policy, current);
    if (next === null) return { action: denied ? 'deny' : 'allow', converted: current === identifier ? null : current };
    current = next;
  }
  throw new VerifyError('builder.policy-unsupported', `your own source policy converts "${identifier}" without end`, {
    hint: 'a wildcard must not match what it is converted to',
    place: { file: policy.file },
  });
}
