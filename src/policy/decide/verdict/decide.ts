import { type Basis, type Decision, type Finding, isRefusal, type Status, strictest } from '../../../model/index.ts';
import type { PolicyLayer, PolicyRule, PolicySet, Setting } from '../../language/compiled/policy-set.ts';
import { type MatchableName, matchableName, matchesImage } from '../../language/patterns/image-pattern.ts';
import { namesOf } from '../../language/patterns/mirror.ts';
import type { DecideInput } from '../evidence/decide-input.ts';
import { findingOf, type JudgeContext } from '../evidence/judgement.ts';
import { rootScope } from '../evidence/match-signer.ts';
import { placeInRange } from '../evidence/publisher-range.ts';
import { judgeClusterPolicies } from '../judge/judge-cluster-policies.ts';
import { judgeRule, statusOfRefusal, strongestBasis } from '../judge/judge-rule.ts';
import { throughBrokenGlass } from './break-glass.ts';
import { waiverFor } from './exceptions.ts';
import { judgeLocal } from './judge-local.ts';
import { type LayerVerdict, statusOfSetting } from './layer-verdict.ts';
import { originRemarks } from './origin-remarks.ts';
import { ruleToPaste, stoppedGlob } from './rule-to-paste.ts';
import { isUnruled } from './unruled.ts';

/**
 * What the policies make of one image. Pure: every layer gives a verdict (its first rule that matches, else its
 * default, else it abstains), and the strictest wins. The built-in default counts only when every other layer abstains.
 */
export function decide(input: DecideInput, policies: PolicySet): Decision {
  const verdicts: LayerVerdict[] = [];
  for (const layer of policies.layers) {
    if (layer.layer !== 'builtin') verdicts.push(...judgeLayer(input, layer, policies));
  }
  const others = verdicts.length;
  for (const layer of policies.layers) {
    if (layer.layer !== 'builtin') continue;
    const context = contextOf(input, layer);
    verdicts.push(...judgeRules(context).map((verdict) => (isUnruled(policies) ? withoutLookups(verdict) : verdict)));
    if (others === 0 && verdicts.length === 0 && layer.default !== null)
      verdicts.push(judgeDefault(context, layer.default, policies));
  }
  if (verdicts.length === 0) verdicts.push(judgeSilence(policies));
  return combine(input, policies, verdicts);
}

/** Without a policy a failed look-up ends no build; evidence that is positively wrong does. */
function withoutLookups(verdict: LayerVerdict): LayerVerdict {
  if (verdict.status !== 'error') return verdict;
  const findings = verdict.findings.map((finding) => ({ ...finding, level: 'warning' as const }));
  return { ...verdict, status: 'warn', findings, decision: { ...verdict.decision, status: 'warn' } };
}

/** What the judging of one layer needs. */
export function contextOf(input: DecideInput, layer: PolicyLayer): JudgeContext {
  const name = matchableName(input.image.name, input.image.tagDigest);
  return { input, layer, names: namesOf(name, layer.mirrors), roots: rootScope(layer, input.trustedRoots) };
}

function judgeLayer(input: DecideInput, layer: PolicyLayer, policies: PolicySet): readonly LayerVerdict[] {
  const context = contextOf(input, layer);
  return judgeUnwaived(context, layer, policies).map((verdict) => waived(context, verdict));
}

function judgeUnwaived(context: JudgeContext, layer: PolicyLayer, policies: PolicySet): readonly LayerVerdict[] {
  const { image } = context.input;
  if (image.onlyLocal && layer.local.length > 0) return [judgeLocal(image, layer)];
  const found = judgeRules(context);
  if (found.length > 0 || layer.default === null) return found;
  return [judgeDefault(context, layer.default, policies)];
}

/** A refusal that an exception of the same layer makes a warning. */
function waived(context: JudgeContext, verdict: LayerVerdict): LayerVerdict {
  if (verdict.status !== 'block' && verdict.status !== 'error') return verdict;
  const { layer, names, input } = context;
  const refusals = verdict.findings.filter(({ level }) => level === 'error');
  const waiver = waiverFor(layer.exceptions, names, input.image.digest, refusals, new Date(input.now));
  if (waiver === null) return verdict;
  const findings = [...verdict.findings, waiver.finding];
  if (!waiver.waives) return { ...verdict, findings };
  return { ...verdict, findings, status: 'warn', decision: { ...verdict.decision, status: 'warn' } };
}

/** The first rule that matches, and every ClusterImagePolicy that does. */
function judgeRules(context: JudgeContext): readonly LayerVerdict[] {
  const { layer } = context;
  const verdicts: LayerVerdict[] = [];
  const rule = layer.rules.find((candidate) => appliesTo(candidate, context.names, context.input));
  if (rule !== undefined) {
    const verdict = judgeRule(context, rule);
    const { label, line, policy } = rule;
    verdicts.push({ ...verdict, decision: { layer: layer.layer, policy, rule: label, line, status: verdict.status } });
  }
  for (const verdict of judgeClusterPolicies(context)) {
    const { policy, name, line } = verdict.policy;
    verdicts.push({ ...verdict, decision: { layer: layer.layer, policy, rule: name, line, status: verdict.status } });
  }
  return verdicts;
}

/** Whether a rule is about an image under one of its names. */
export function appliesTo(rule: PolicyRule, names: readonly MatchableName[], input: DecideInput): boolean {
  if (!rule.images.some((pattern) => names.some((name) => matchesImage(pattern, name)))) return false;
  return rule.publisher === null || placeInRange(rule.publisher, input.image) !== 'out';
}

function judgeDefault(context: JudgeContext, setting: Setting, policies: PolicySet): LayerVerdict {
  const { policy } = setting;
  const status = statusOfSetting(setting);
  const finding = defaultFinding(context, setting, policies);
  return {
    status,
    basis: status === 'block' ? 'none' : 'default',
    findings: finding === null ? [] : [finding],
    evidence: [],
    coversWhole: true,
    decision: { layer: context.layer.layer, policy, rule: null, line: null, status },
  };
}

/** How a rule comes about where only the built-in policy speaks of an image: `init` alone refuses where the project has a policy. */
function adviceWithoutRule(written: readonly PolicyLayer[]): string {
  const isThere = written.some(({ layer }) => layer === 'project');
  return isThere
    ? 'docker verify init --add puts a rule for it into your policy'
    : 'docker verify init writes a policy for your images';
}

function defaultFinding(context: JudgeContext, setting: Setting, policies: PolicySet): Finding | null {
  if (setting.verdict === 'allow') return null;
  const isBuiltin = context.layer.layer === 'builtin';
  const written = policies.layers.filter(({ layer }) => layer !== 'builtin');
  const advice = isBuiltin ? adviceWithoutRule(written) : ruleToPaste(context);
  return findingOf(
    'policy.default',
    isBuiltin
      ? 'no policy has a rule for it'
      : `no rule of ${setting.policy} matches it, and its default is ${setting.verdict}`,
    {
      level: setting.verdict === 'warn' ? 'warning' : 'error',
      expected: 'a rule that matches it',
      found: describeEvidence(context.input),
      hint: stoppedGlob(context, isBuiltin ? written : [context.layer]) ?? advice,
    },
  );
}

function describeEvidence(input: DecideInput): string {
  const verified = input.evidence.filter((piece) => piece.verified).length;
  if (verified > 0)
    return `${verified} verified ${verified === 1 ? 'piece' : 'pieces'} of evidence that no rule asks for`;
  return input.collectProblems.length > 0 ? 'what is attached could not all be seen' : 'no rule';
}

/** No layer decides: `builtin: off`, and every layer abstains. */
function judgeSilence(policies: PolicySet): LayerVerdict {
  const last = policies.layers.at(-1);
  const finding = findingOf('policy.default', 'no policy has a rule for it, and the built-in one is off', {
    level: 'warning',
    expected: 'a rule or a default',
    found: 'neither',
    hint: 'give a policy a default',
  });
  const decision = {
    layer: last?.layer ?? 'builtin',
    policy: last?.policies[0] ?? 'builtin',
    rule: null,
    line: null,
    status: 'warn',
  } as const;
  return { status: 'warn', basis: 'default', findings: [finding], evidence: [], coversWhole: true, decision };
}

function combine(input: DecideInput, policies: PolicySet, verdicts: readonly LayerVerdict[]): Decision {
  const judged = verdicts.map((verdict) => verdict.status).reduce(strictest);
  const isRefused = verdicts.some((verdict) => verdict.basis === 'none');
  const basis = isRefused || isRefusal(judged) ? 'none' : strongestBasis(verdicts.map((verdict) => verdict.basis));
  const shadow = shadowOf(input, policies, basis);
  const found = distinct([
    ...verdicts.flatMap((verdict) => verdict.findings),
    ...(shadow === null ? [] : [shadow.finding]),
  ]);
  const remarks = originRemarks(input.image, policies, found);
  const warned = remarks.some(({ level }) => level === 'warning') ? 'warn' : 'allow';
  const status = strictest(strictest(judged, shadow?.status ?? 'allow'), warned);
  const kept = isRefusal(status) ? 'none' : basis;
  const evidence = new Set(verdicts.flatMap((verdict) => verdict.evidence));
  const isPartial = verdicts.some((verdict) => !verdict.coversWhole);
  return throughBrokenGlass(policies, {
    status,
    basis: kept,
    verified: kept === 'signature' || kept === 'attestation',
    decisions: verdicts.map((verdict) => verdict.decision),
    findings: [...found, ...remarks, ...ignoredFindings(input)],
    platformDigests: isPartial ? input.image.platforms.map(({ digest }) => digest) : null,
    satisfiedBy: input.evidence.flatMap((piece, index) => (evidence.has(piece) ? [index] : [])),
  });
}

/** A word on what was listed or attached and says nothing about the image: it takes nothing from what does. */
function ignoredFindings({ ignored = [] }: DecideInput): readonly Finding[] {
  if (ignored.length === 0) return [];
  const found = [...new Set(ignored)].sort().slice(0, 5).join('; ');
  const message = 'what is listed beside it and says nothing about it was ignored';
  return [findingOf('attachment.ignored', message, { level: 'note', found })];
}

/** A local image of the same name that differs is never silently replaced by one that is not verified. */
function shadowOf(input: DecideInput, policies: PolicySet, basis: Basis): { status: Status; finding: Finding } | null {
  const { localShadow, digest } = input.image;
  if (localShadow === null || localShadow === digest || ['signature', 'attestation', 'lock'].includes(basis))
    return null;
  const finding = findingOf(
    'image.local-shadow',
    'a local image of this name differs from the one in the registry, and neither is verified',
    {
      expected: `${digest} (registry)`,
      found: `${localShadow} (local)`,
      hint: 'pull the image, or remove the local one, so that it is plain which of them is meant',
    },
  );
  return { status: statusOfRefusal(policies.sideMode), finding };
}

function distinct(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const key = JSON.stringify(finding);
    return seen.has(key) ? false : seen.add(key);
  });
}
