import type { Basis, Evidence, Finding, Mode, Status } from '../../../model/index.ts';
import type { PolicyRule } from '../../language/compiled/policy-set.ts';
import type { FailedJudgement, HeldJudgement, JudgeContext, Judgement } from '../evidence/judgement.ts';
import { placeInRange } from '../evidence/publisher-range.ts';
import { judgeMaxAge, judgeMinAge } from './judge-age.ts';
import { judgeAttestation } from './judge-attestations.ts';
import { judgeLineage } from './judge-lineage.ts';
import { judgeLock } from './judge-lock.ts';
import { judgeDigest, judgePackages } from './judge-properties.ts';
import { judgeSignatures } from './judge-signatures.ts';

/** What a rule, a default or a setting makes of an image. */
export interface RuleVerdict {
  readonly status: Status;
  readonly basis: Basis;
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
  /** False where only the manifests of the platforms asked for are vouched for. */
  readonly coversWhole: boolean;
}

const bases: readonly Basis[] = ['signature', 'attestation', 'lock', 'local', 'default', 'none'];

/** The one that says most. */
export function strongestBasis(found: readonly Basis[]): Basis {
  return bases.find((basis) => found.includes(basis)) ?? 'none';
}

/** What a refusal becomes in a mode. */
export function statusOfRefusal(mode: Mode): Status {
  return mode === 'warn' ? 'warn' : 'block';
}

/** What becomes in a mode of what could not be found out. */
export function statusOfUnknown(mode: Mode): Status {
  return mode === 'warn' ? 'warn' : 'error';
}

/** Judges an image by a rule that matches it: everything that the rule asks for must hold. */
export function judgeRule(context: JudgeContext, rule: PolicyRule): RuleVerdict {
  const judgements = judgementsOf(context, rule);
  const failed = judgements.filter((judgement): judgement is FailedJudgement => !judgement.holds);
  const passed = judgements.filter((judgement): judgement is HeldJudgement => judgement.holds);
  const remarks = passed.flatMap((judgement) => judgement.remarks);
  const mode = modeOf(context, rule);
  // Nothing but a complete, non-empty list of passed checks allows.
  if (failed.length > 0 || passed.length === 0) {
    // What is refused whatever else is attached stays a refusal, also where not everything could be seen.
    const isKnown = failed.length === 0 || failed.some((judgement) => judgement.isKnown);
    const findings = [...failed.map((judgement) => judgement.finding), ...remarks];
    return {
      status: isKnown ? statusOfRefusal(mode) : statusOfUnknown(mode),
      basis: 'none',
      findings: findings.map((finding) => asPublisher(context, rule, finding)),
      evidence: [],
      coversWhole: true,
    };
  }
  return {
    status: remarks.some((remark) => remark.level !== 'note') ? 'warn' : 'allow',
    basis: strongestBasis(passed.map((judgement) => judgement.basis)),
    findings: remarks,
    evidence: [...new Set(passed.flatMap((judgement) => judgement.evidence))],
    coversWhole: passed.every((judgement) => judgement.coversWhole),
  };
}

function judgementsOf(context: JudgeContext, rule: PolicyRule): readonly Judgement[] {
  const judgements: Judgement[] = [];
  if (rule.signedBy !== null) judgements.push(judgeSignatures(context, rule, rule.signedBy));
  if (rule.locked !== null) judgements.push(judgeLock(context, rule));
  for (const requirement of rule.attestations) judgements.push(judgeAttestation(context, rule, requirement));
  // Evidence has to have passed before its time means anything.
  const evidence = judgements.flatMap((judgement) => (judgement.holds ? judgement.evidence : []));
  const hasTrust = !judgements.some((judgement) => !judgement.holds);
  if (rule.maxAge !== null && hasTrust) judgements.push(judgeMaxAge(context, rule, rule.maxAge, evidence));
  if (rule.minAge !== null && hasTrust) judgements.push(judgeMinAge(context, rule, rule.minAge, evidence));
  if (rule.lineage !== null) judgements.push(judgeLineage(context, rule.lineage));
  if (rule.packages !== null) judgements.push(judgePackages(context, rule.packages));
  if (rule.digest) judgements.push(judgeDigest(context));
  return judgements;
}

/** The built-in policy refuses only what the catalogue is sure of. */
function modeOf(context: JudgeContext, rule: PolicyRule): Mode {
  if (rule.publisher === null) return rule.mode;
  return placeInRange(rule.publisher, context.input.image) === 'in' ? rule.mode : 'warn';
}

function asPublisher(context: JudgeContext, rule: PolicyRule, finding: Finding): Finding {
  if (rule.publisher === null) return finding;
  const isSure =
    rule.publisher.confidence === 'confirmed' && placeInRange(rule.publisher, context.input.image) === 'in';
  const level = isSure ? finding.level : 'warning';
  if (finding.code !== 'signature.missing') return { ...finding, level };
  const message = `${rule.publisher.name} signs its images, and this one is not signed`;
  return { ...finding, code: 'publisher.unsigned', level, message };
}
