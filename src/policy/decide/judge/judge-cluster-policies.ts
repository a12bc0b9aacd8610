import type { Evidence, Finding } from '../../../model/index.ts';
import {
  type ClusterAttestation,
  type ClusterAuthority,
  type ClusterPolicy,
  imageValidatingKind,
  type Unsupported,
} from '../../language/compiled/cluster-policy.ts';
import type { ImageValidation } from '../../language/compiled/image-validation.ts';
import { conflictOf } from '../../language/patterns/literal-cue.ts';
import { covered, isByAuthority, type Pass } from '../evidence/authority-evidence.ts';
import { relevantEvidence } from '../evidence/coverage.ts';
import { describeSigners } from '../evidence/describe-evidence.ts';
import { isSignature } from '../evidence/image-signature.ts';
import { findingOf, type JudgeContext, unseenHint } from '../evidence/judgement.ts';
import { judgeImageValidation } from './judge-image-validation.ts';
import { type RuleVerdict, statusOfRefusal, statusOfUnknown } from './judge-rule.ts';
import { matchingClusterPolicies } from './matching-cluster-policies.ts';
import { answersAttestation, regoOutcome, regoRefusal, unknownRego } from './rego-questions.ts';

/** A verdict of a ClusterImagePolicy that matches the image. */
export interface ClusterVerdict extends RuleVerdict {
  readonly policy: ClusterPolicy;
}

/** What each ClusterImagePolicy that matches the image makes of it (all have to pass); empty where none matches. */
export function judgeClusterPolicies(context: JudgeContext): readonly ClusterVerdict[] {
  return matchingClusterPolicies(context.layer.clusterPolicies, context.input.image.name).map((policy) => ({
    ...judgeClusterPolicy(context, policy),
    policy,
  }));
}

function judgeClusterPolicy(context: JudgeContext, policy: ClusterPolicy): RuleVerdict {
  if (policy.validation !== undefined) return judgeValidated(context, policy, policy.validation);
  const passed =
    policy.authorities.map((authority) => passOf(context, authority)).find((pass) => pass !== null) ?? null;
  const beyond =
    passed === null
      ? policy.authorities.flatMap((authority) => [
          ...authority.unsupported,
          ...authority.stricter,
          ...unknownRego(context.input, authority, evidenceOf(context, authority)),
        ])
      : [];
  const unsupported = [...policy.unsupported, ...beyond];
  if (passed !== null && unsupported.length === 0) {
    return allowedBy(passed.evidence, passed.coversWhole);
  }
  const isPartial = context.input.collectProblems.length > 0 && passed === null;
  const finding =
    unsupported.length > 0 ? unsupportedFinding(policy, unsupported) : failureFinding(context, policy, isPartial);
  return refusedWith(policy, finding, unsupported.length === 0 && !isPartial);
}

function judgeValidated(context: JudgeContext, policy: ClusterPolicy, validation: ImageValidation): RuleVerdict {
  const { unsupported: found, used, failed, isPartial, isDoubtful } = judgeImageValidation(context, policy, validation);
  const unsupported = [...policy.unsupported, ...found];
  const isKnown = unsupported.length === 0 && !isPartial && !isDoubtful;
  if (isKnown && failed === null) {
    const evidence = [...new Set(used.flatMap((pass) => pass.evidence))];
    return allowedBy(
      evidence,
      used.every(({ coversWhole }) => coversWhole),
    );
  }
  const failure = (): Finding =>
    isDoubtful ? doubtFinding(policy) : failureFinding(context, policy, isPartial, failed?.message ?? null);
  const finding = unsupported.length > 0 ? unsupportedFinding(policy, unsupported) : failure();
  return refusedWith(policy, finding, isKnown);
}

/** Evidence that does not verify here is none of the attestor's, but where nothing of his may be there that is no proof. */
function doubtFinding(policy: ClusterPolicy): Finding {
  return findingOf('image.unverifiable', 'whether somebody has signed it, who must not have, is not known', {
    expected: `nothing of the attestors whom the ${kindOf(policy)} ${policy.name} excludes`,
    found: 'evidence that does not verify, which others may accept',
    hint: 'see what it is with docker verify inspect',
  });
}

function allowedBy(evidence: readonly Evidence[], coversWhole: boolean): RuleVerdict {
  const basis = evidence.length === 0 ? 'default' : evidence.every(isSignature) ? 'signature' : 'attestation';
  return { status: 'allow', basis, findings: [], evidence, coversWhole };
}

/** `isKnown`: whether the policy was evaluated to its end, so that the refusal is what it says. */
function refusedWith(policy: ClusterPolicy, finding: Finding, isKnown: boolean): RuleVerdict {
  return {
    status: isKnown ? statusOfRefusal(policy.mode) : statusOfUnknown(policy.mode),
    basis: 'none',
    findings: [finding],
    evidence: [],
    coversWhole: true,
  };
}

/** What makes an authority pass, null where it does not. An authority that cannot be evaluated never passes. */
function passOf(context: JudgeContext, authority: ClusterAuthority): Pass | null {
  if (authority.unsupported.length > 0) return null;
  if (authority.signer.kind === 'static')
    return authority.signer.action === 'pass' ? { evidence: [], coversWhole: true } : null;
  const own = evidenceOf(context, authority);
  if (authority.attestations.length === 0)
    return covered(
      context,
      own.filter((piece) => isSignature(piece) && isOfFormat(authority, piece)),
    );
  const passes = authority.attestations.map((attestation) =>
    covered(
      context,
      own.filter((piece) => isCompliant(context, attestation, piece)),
    ),
  );
  if (passes.includes(null)) return null;
  return {
    evidence: passes.flatMap((pass) => pass?.evidence ?? []),
    coversWhole: passes.every((pass) => pass?.coversWhole === true),
  };
}

/** The evidence about the image that was made by an authority. */
function evidenceOf(context: JudgeContext, authority: ClusterAuthority): readonly Evidence[] {
  const { image, evidence } = context.input;
  return relevantEvidence(image, evidence).filter((piece) => isByAuthority(context, authority, piece));
}

/** `legacy` reads cosign 2's form, `bundle` that of cosign 3. */
function isOfFormat(authority: ClusterAuthority, piece: Evidence): boolean {
  return piece.form === (authority.format === 'bundle' ? 'cosign-bundle' : 'cosign-signature');
}

function isCompliant({ input }: JudgeContext, attestation: ClusterAttestation, piece: Evidence): boolean {
  const { constraint, rego } = attestation;
  if (!answersAttestation(attestation, piece)) return false;
  if (rego !== undefined) return regoOutcome(input, rego, piece).kind === 'compliant';
  return constraint === null || conflictOf(constraint, piece.statement) === null;
}

function unsupportedFinding(policy: ClusterPolicy, unsupported: readonly Unsupported[]): Finding {
  const fields = unsupported.slice(0, 5).map(({ field, reason }) => `${field} (${reason})`);
  return findingOf(
    'policy.unsupported',
    `the ${kindOf(policy)} ${policy.name} asks for something that cannot be evaluated here`,
    {
      expected: `an ${kindOf(policy)} whose fields can all be evaluated without a cluster`.replace('an C', 'a C'),
      found: fields.join(', '),
      hint: 'write the same as rules of docker verify, or leave this policy to the cluster',
    },
  );
}

function failureFinding(
  context: JudgeContext,
  policy: ClusterPolicy,
  isPartial: boolean,
  message: string | null = null,
): Finding {
  const { image, evidence, collectProblems } = context.input;
  const refusals = policy.authorities.flatMap(({ signer }) =>
    signer.kind === 'static' ? [signer.message ?? 'static: fail'] : [],
  );
  const pieces = relevantEvidence(image, evidence);
  const verified = pieces.filter((piece) => piece.verified);
  const refusal = policy.authorities
    .map((authority) => regoRefusal(context.input, authority, evidenceOf(context, authority)))
    .find((message) => message !== null);
  const found =
    verified.length > 0
      ? [describeSigners(verified), ...(refusal === undefined ? [] : [refusal])].join('; ')
      : pieces.length > 0
        ? 'evidence that does not verify'
        : 'no signature';
  const names = policy.authorities.map((authority) => authority.name).join(', ');
  const expected = `one of the authorities ${names} of the ${kindOf(policy)} ${policy.name}`;
  if (isPartial) {
    const reasons = [...new Set(collectProblems.map((problem) => problem.message))].sort().slice(0, 5);
    return findingOf('image.unverifiable', 'what is attached to it could not all be seen', {
      expected,
      found: reasons.join('; '),
      hint: unseenHint(collectProblems),
    });
  }
  if (policy.validation === undefined && refusals.length === policy.authorities.length)
    return findingOf('policy.denied', `the ClusterImagePolicy ${policy.name} refuses it`, {
      expected: 'another image',
      found: refusals.join('; '),
      hint: 'use an image that the policy trusts',
    });
  const code =
    verified.length > 0 ? 'signature.identity-mismatch' : pieces.length > 0 ? 'signature.invalid' : 'signature.missing';
  if (policy.validation !== undefined) return validationFinding(policy, code, found, message);
  return findingOf(code, `no authority of the ClusterImagePolicy ${policy.name} vouches for it`, {
    expected,
    found,
    hint: unreadForm(policy, verified),
  });
}

/** The admission controller reads the bundles of cosign 3 where a keyless authority asks for them, and by a key never. */
function unreadForm({ authorities }: ClusterPolicy, verified: readonly Evidence[]): string {
  const keys = new Set(authorities.flatMap(({ signer }) => (signer.kind === 'key' ? [signer.id] : [])));
  const isUnread = verified.some(
    ({ form, signer }) => form === 'cosign-bundle' && signer?.kind === 'key' && keys.has(signer.sha256),
  );
  return isUnread
    ? 'its key is the right one, but of a key the admission controller reads no cosign 3 signature: sign with cosign 2 as well, or write a rule of docker verify'
    : 'compare the authorities with what docker verify inspect shows; cosign 3 signatures need signatureFormat: bundle';
}

function kindOf({ validation }: ClusterPolicy): string {
  return validation === undefined ? 'ClusterImagePolicy' : imageValidatingKind;
}

function validationFinding(
  { name }: ClusterPolicy,
  code: Parameters<typeof findingOf>[0],
  found: string,
  message: string | null,
): Finding {
  return findingOf(code, `a validation of the ImageValidatingPolicy ${name} is not true of it`, {
    expected: message ?? 'every validation to be true',
    found,
    hint: 'compare its attestors with what docker verify inspect shows',
  });
}
