import type { Evidence, Finding } from '../../model/index.ts';
import { matchesClusterGlob } from '../language/cluster-glob.ts';
import type { ClusterAttestation, ClusterAuthority, ClusterPolicy, Unsupported } from '../language/cluster-policy.ts';
import { conflictOf } from '../language/literal-cue.ts';
import { matchesText } from '../language/text-pattern.ts';
import { coverageOf, relevantEvidence } from './coverage.ts';
import { describeSigners } from './describe-evidence.ts';
import { statusOfRefusal, type Verdict } from './judge-rule.ts';
import { isSignature } from './judge-signatures.ts';
import { findingOf, type JudgeContext, unseenHint } from './judgement.ts';
import { isTimeTrusted } from './match-signer.ts';

/** A verdict of a ClusterImagePolicy that matches the image. */
export interface ClusterVerdict extends Verdict {
  readonly policy: ClusterPolicy;
}

/** What each ClusterImagePolicy that matches the image makes of it (all have to pass); empty where none matches. */
export function judgeClusterPolicies(context: JudgeContext): readonly ClusterVerdict[] {
  return matchingClusterPolicies(context.layer.clusterPolicies, context.input.image.name).map((policy) => ({
    ...judgeClusterPolicy(context, policy),
    policy,
  }));
}

/** Those of the policies that match an image, by its canonical name. */
export function matchingClusterPolicies(policies: readonly ClusterPolicy[], name: string): readonly ClusterPolicy[] {
  const forms = [name, ...shortForms(name)];
  return policies.filter((policy) => policy.globs.some((glob) => forms.some((form) => matchesClusterGlob(glob, form))));
}

/** The forms in which a Docker Hub name is usually written: the admission controller matches the name as written too. */
function shortForms(name: string): readonly string[] {
  const withoutHost = name.startsWith('docker.io/') ? name.slice('docker.io/'.length) : null;
  if (withoutHost === null) return [];
  const withoutLibrary = withoutHost.startsWith('library/') ? withoutHost.slice('library/'.length) : null;
  const forms = withoutLibrary === null ? [withoutHost] : [withoutHost, withoutLibrary];
  return forms.flatMap((form) => (form.endsWith(':latest') ? [form, form.slice(0, -':latest'.length)] : [form]));
}

function judgeClusterPolicy(context: JudgeContext, policy: ClusterPolicy): Verdict {
  const passed =
    policy.authorities.map((authority) => passOf(context, authority)).find((pass) => pass !== null) ?? null;
  const beyond =
    passed === null ? policy.authorities.flatMap(({ unsupported, stricter }) => [...unsupported, ...stricter]) : [];
  const unsupported = [...policy.unsupported, ...beyond];
  if (passed !== null && unsupported.length === 0) {
    const isSigned = passed.evidence.length > 0;
    const basis = isSigned ? (passed.evidence.every(isSignature) ? 'signature' : 'attestation') : 'default';
    return { status: 'allow', basis, findings: [], evidence: passed.evidence, coversWhole: passed.coversWhole };
  }
  const isPartial = context.input.collectProblems.length > 0 && passed === null;
  const finding =
    unsupported.length > 0 ? unsupportedFinding(policy, unsupported) : failureFinding(context, policy, isPartial);
  const isKnown = unsupported.length === 0 && !isPartial;
  return {
    status: statusOfRefusal(policy.mode, isKnown),
    basis: 'none',
    findings: [finding],
    evidence: [],
    coversWhole: true,
  };
}

interface Pass {
  readonly evidence: readonly Evidence[];
  readonly coversWhole: boolean;
}

/** What makes an authority pass, null where it does not. An authority that cannot be evaluated never passes. */
function passOf(context: JudgeContext, authority: ClusterAuthority): Pass | null {
  if (authority.unsupported.length > 0) return null;
  if (authority.signer.kind === 'static')
    return authority.signer.action === 'pass' ? { evidence: [], coversWhole: true } : null;
  const { image, evidence } = context.input;
  const own = relevantEvidence(image, evidence).filter((piece) => isByAuthority(context, authority, piece));
  if (authority.attestations.length === 0)
    return covered(
      context,
      own.filter((piece) => isSignature(piece) && isOfFormat(authority, piece)),
    );
  const passes = authority.attestations.map((attestation) =>
    covered(
      context,
      own.filter((piece) => isAttestation(attestation, piece)),
    ),
  );
  if (passes.includes(null)) return null;
  return {
    evidence: passes.flatMap((pass) => pass?.evidence ?? []),
    coversWhole: passes.every((pass) => pass?.coversWhole === true),
  };
}

function covered(context: JudgeContext, evidence: readonly Evidence[]): Pass | null {
  const coverage = coverageOf(context.input.image, evidence, (applicable) => applicable.length > 0);
  if (coverage.kind !== 'whole' && coverage.kind !== 'platforms') return null;
  return { evidence, coversWhole: coverage.kind === 'whole' };
}

/** `legacy` reads cosign 2's form, `bundle` that of cosign 3. */
function isOfFormat(authority: ClusterAuthority, piece: Evidence): boolean {
  return piece.form === (authority.format === 'bundle' ? 'cosign-bundle' : 'cosign-signature');
}

function isByAuthority(context: JudgeContext, authority: ClusterAuthority, piece: Evidence): boolean {
  const { signer, logRoot, timestampRoot } = authority;
  if (!piece.verified || piece.signer === null) return false;
  const roots = new Set([piece.trustedRoot, ...piece.materials]);
  if (logRoot !== null && !(piece.log !== null && roots.has(logRoot))) return false;
  if (timestampRoot !== null && !(piece.timeSource === 'timestamp' && roots.has(timestampRoot))) return false;
  if (signer.kind === 'key') {
    if (piece.signer.kind !== 'key' || piece.signer.sha256 !== signer.id) return false;
    // whose log that has to be, where a TrustRoot is named, was compared above
    return !signer.logRequired || logRoot !== null || (piece.log !== null && isTimeTrusted(piece, context.roots));
  }
  if (signer.kind !== 'keyless' || piece.signer.kind !== 'keyless') return false;
  const { identity, issuer } = piece.signer;
  return (
    [...rootsThatCount(context, signer.root)].some((root) => roots.has(root)) &&
    signer.identities.some((known) => matchesText(known.issuer, issuer) && matchesText(known.subject, identity))
  );
}

/** The trusted roots that a keyless authority relies on; never the TrustRoot of another authority. */
function rootsThatCount(
  { layer, roots, input }: JudgeContext,
  wanted: Extract<ClusterAuthority['signer'], { kind: 'keyless' }>['root'],
): ReadonlySet<string> {
  if (typeof wanted === 'object') return new Set([wanted.id]);
  const builtin = input.trustedRoots.filter((root) => root.layer === 'builtin').map(({ id }) => id);
  const excluded = new Set<string | null>([
    ...trustRootsOf(layer.clusterPolicies),
    ...(wanted === 'private' ? builtin : []),
  ]);
  return new Set([...roots.usual].filter((root) => !excluded.has(root)));
}

function trustRootsOf(policies: readonly ClusterPolicy[]): readonly (string | null)[] {
  return policies.flatMap(({ authorities }) =>
    authorities.flatMap(({ signer, logRoot, timestampRoot }) => [
      logRoot,
      timestampRoot,
      signer.kind === 'keyless' && typeof signer.root === 'object' ? signer.root.id : null,
    ]),
  );
}

function isAttestation(attestation: ClusterAttestation, piece: Evidence): boolean {
  if (piece.form !== 'attestation' || piece.predicateType !== attestation.predicateType) return false;
  return attestation.constraint === null || conflictOf(attestation.constraint, piece.statement) === null;
}

function unsupportedFinding(policy: ClusterPolicy, unsupported: readonly Unsupported[]): Finding {
  const fields = unsupported.slice(0, 5).map(({ field, reason }) => `${field} (${reason})`);
  return findingOf(
    'policy.unsupported',
    `the ClusterImagePolicy ${policy.name} asks for something that cannot be evaluated here`,
    {
      expected: 'a ClusterImagePolicy whose fields can all be evaluated without a cluster',
      found: fields.join(', '),
      hint: 'write the same as rules of docker verify, or leave this policy to the cluster',
    },
  );
}

function failureFinding(context: JudgeContext, policy: ClusterPolicy, isPartial: boolean): Finding {
  const { image, evidence, collectProblems } = context.input;
  const refusals = policy.authorities.flatMap(({ signer }) =>
    signer.kind === 'static' ? [signer.message ?? 'static: fail'] : [],
  );
  const pieces = relevantEvidence(image, evidence);
  const verified = pieces.filter((piece) => piece.verified);
  const found =
    verified.length > 0
      ? describeSigners(verified)
      : pieces.length > 0
        ? 'evidence that does not verify'
        : 'no signature';
  const expected = `one of the authorities ${policy.authorities.map((authority) => authority.name).join(', ')} of the ClusterImagePolicy ${policy.name}`;
  if (isPartial) {
    const reasons = [...new Set(collectProblems.map((problem) => problem.message))].sort().slice(0, 5);
    return findingOf('image.unverifiable', 'what is attached to it could not all be seen', {
      expected,
      found: reasons.join('; '),
      hint: unseenHint(collectProblems),
    });
  }
  if (refusals.length === policy.authorities.length)
    return findingOf('policy.denied', `the ClusterImagePolicy ${policy.name} refuses it`, {
      expected: 'another image',
      found: refusals.join('; '),
      hint: 'use an image that the policy trusts',
    });
  const code =
    verified.length > 0 ? 'signature.identity-mismatch' : pieces.length > 0 ? 'signature.invalid' : 'signature.missing';
  return findingOf(code, `no authority of the ClusterImagePolicy ${policy.name} vouches for it`, {
    expected,
    found,
    hint: 'compare the authorities with what docker verify inspect shows; cosign 3 signatures need signatureFormat: bundle',
  });
}
