import type { Decision, PolicyLayerName, Status } from '../../../model/index.ts';
import type { PolicyLayer, PolicyRule, PolicySet } from '../../language/compiled/policy-set.ts';
import { type ImagePattern, type MatchableName, matchesImage } from '../../language/patterns/image-pattern.ts';
import type { DecideInput } from '../evidence/decide-input.ts';
import type { JudgeContext } from '../evidence/judgement.ts';
import { judgeClusterPolicies } from '../judge/judge-cluster-policies.ts';
import { judgeRule } from '../judge/judge-rule.ts';
import { appliesTo, contextOf, decide } from './decide.ts';

/** What became of one rule. */
interface RuleExplanation {
  readonly policy: string;
  readonly rule: string;
  readonly line: number | null;
  readonly images: readonly string[];
  /** `decides`: the first that matches; `covered`: it matches, but one before it decides; `near`: it nearly matches; `other`: not at all. */
  readonly part: 'decides' | 'covered' | 'near' | 'other';
  /** What it makes of the image, or would make of it if it came first; null where it does not match. */
  readonly status: Status | null;
  /** For people. */
  readonly reason: string;
}

export interface LayerExplanation {
  readonly layer: PolicyLayerName;
  readonly policies: readonly string[];
  /** Names that the image has for this layer, its own first. */
  readonly names: readonly string[];
  readonly rules: readonly RuleExplanation[];
  /** What the layer's default says, null where it says nothing. */
  readonly default: string | null;
  /** Null where the layer abstains. */
  readonly status: Status | null;
}

/** Why an image's verdict is what it is: the walk through every layer and rule. */
export interface Explanation {
  readonly decision: Decision;
  readonly layers: readonly LayerExplanation[];
}

/** Walks the rules as `decide` does, and says for each what became of it. Pure. */
export function explain(input: DecideInput, policies: PolicySet): Explanation {
  const decision = decide(input, policies);
  return { decision, layers: policies.layers.map((layer) => explainLayer(contextOf(input, layer), layer, decision)) };
}

function explainLayer(context: JudgeContext, layer: PolicyLayer, decision: Decision): LayerExplanation {
  const deciding = layer.rules.find((rule) => appliesTo(rule, context.names, context.input));
  const rules = layer.rules.map((rule) => explainRule(context, rule, deciding));
  const clusters = judgeClusterPolicies(context).map(({ policy, status }) => ({
    policy: policy.policy,
    rule: policy.name,
    line: policy.line,
    images: policy.globs,
    part: 'decides' as const,
    status,
    reason: 'a ClusterImagePolicy that matches; all of these have to pass',
  }));
  const statuses = decision.decisions.filter(
    (one) =>
      one.layer === layer.layer && layer.policies.concat(clusters.map(({ policy }) => policy)).includes(one.policy),
  );
  return {
    layer: layer.layer,
    policies: layer.policies,
    names: context.names.map(({ repository, tag }) => (tag === null ? repository : `${repository}:${tag}`)),
    rules: [...rules, ...clusters],
    default: layer.default?.verdict ?? null,
    status: statuses.map(({ status }) => status).sort(bySeverity)[0] ?? null,
  };
}

const severity: readonly Status[] = ['error', 'block', 'warn', 'allow'];

function bySeverity(left: Status, right: Status): number {
  return severity.indexOf(left) - severity.indexOf(right);
}

function explainRule(context: JudgeContext, rule: PolicyRule, deciding: PolicyRule | undefined): RuleExplanation {
  const { policy, label, line, written } = rule;
  const common = { policy, rule: label, line, images: written };
  if (appliesTo(rule, context.names, context.input)) {
    const { status } = judgeRule(context, rule);
    if (rule === deciding) return { ...common, part: 'decides', status, reason: 'the first rule that matches' };
    return {
      ...common,
      part: 'covered',
      status,
      reason: `rule ${deciding?.label ?? ''} comes before it and matches too`,
    };
  }
  const near = rule.images.map((pattern) => nearMiss(pattern, context)).find((reason) => reason !== null) ?? null;
  if (near !== null) return { ...common, part: 'near', status: null, reason: near };
  const isOld =
    rule.publisher !== null && rule.images.some((pattern) => context.names.some((name) => matchesImage(pattern, name)));
  if (isOld)
    return {
      ...common,
      part: 'near',
      status: null,
      reason: 'the image is older than the first that this publisher signed',
    };
  return { ...common, part: 'other', status: null, reason: 'it is about other images' };
}

function nearMiss(pattern: ImagePattern, context: JudgeContext): string | null {
  for (const name of context.names) {
    if (matchesImage({ ...pattern, tag: null }, name) && pattern.tag !== null)
      return name.tag === null
        ? `it asks for the tag ${pattern.tag}; next to a digest a tag counts only where it resolves to that digest now`
        : `it asks for the tag ${pattern.tag}, the image has ${name.tag}`;
    const reason = segmentMiss(pattern, name);
    if (reason !== null) return reason;
  }
  return null;
}

/** One segment less or more, or the same path under another registry, is what people get wrong. */
function segmentMiss(pattern: ImagePattern, name: MatchableName): string | null {
  const withoutHost = (path: string): string => path.slice(path.indexOf('/') + 1);
  if (!pattern.repository.includes('*') && withoutHost(pattern.repository) === withoutHost(name.repository))
    return `it names the same repository at ${pattern.repository.split('/')[0] ?? ''}`;
  const wider = { ...pattern, repository: pattern.repository.replace(/(?<!\*)\*$/, '**') };
  if (wider.repository !== pattern.repository && matchesImage(wider, name)) return '* does not cross a slash; ** does';
  return matchesImage({ ...pattern, repository: `${pattern.repository}/**` }, name)
    ? 'it names a folder; /** behind it would match what is below'
    : null;
}
