import type { Evidence, Finding } from '../../model/index.ts';
import type { PolicyRule } from '../language/policy-set.ts';
import type { SignerEntry, TrustedSigner } from '../language/trusted-signer.ts';
import { brokenFinding, unmetBy } from './broken-evidence.ts';
import { coverageOf, relevantEvidence } from './coverage.ts';
import { describeFoundSigner, describeSigners, signerIdentity } from './describe-evidence.ts';
import { countSatisfied } from './distinct-signers.ts';
import { findingOf, type JudgeContext, type Judgement, keyPending, refused, unmet } from './judgement.ts';
import { claimsToBe, matchSigner, type SignerMatch, signersFor } from './match-signer.ts';
import { copiedFinding, isInPlace, isNamed, renamedFinding } from './signed-names.ts';

const cosignSignature = 'https://sigstore.dev/cosign/sign/v1';

/** Whether the form is a signature on the image: an attestation never is. */
export function isSignature(evidence: Evidence): boolean {
  if (evidence.form === 'attestation') return false;
  return evidence.predicateType === null || evidence.predicateType === cosignSignature;
}

/** Judges `signedBy` with its threshold, `signedIdentity` and `sameRepository`. */
export function judgeSignatures(context: JudgeContext, rule: PolicyRule, entries: readonly SignerEntry[]): Judgement {
  if (entries.length === 0) {
    return refused(
      findingOf('policy.denied', 'the rule trusts nobody with this image', {
        expected: 'another image',
        hint: 'use an image that a rule trusts, or change the rule',
      }),
    );
  }
  const all = relevantEvidence(context.input.image, context.input.evidence).filter(isSignature);
  const signatures = all.filter((piece) => isNamed(context, rule, piece));
  const judgement = judgePlaced(context, rule, entries, signatures);
  if (judgement.holds || rule.signedIdentity === null) return judgement;
  const renamed = trySignatures(context, rule, entries, all);
  return renamed.holds ? unmet(context, renamedFinding(context, rule.signedIdentity, renamed.evidence)) : renamed;
}

/** Judges what stands in its own repository, as `sameRepository` asks. */
function judgePlaced(
  context: JudgeContext,
  rule: PolicyRule,
  entries: readonly SignerEntry[],
  signatures: readonly Evidence[],
): Judgement {
  const own = trySignatures(
    context,
    rule,
    entries,
    signatures.filter((piece) => isInPlace(context, rule, piece, entries)),
  );
  if (own.holds || rule.sameRepository === 'ignore') return own;
  const copied = trySignatures(context, rule, entries, signatures);
  if (!copied.holds) return copied;
  const finding = copiedFinding(context, rule, copied.evidence);
  return rule.sameRepository === 'warn' ? { ...copied, remarks: [finding] } : unmet(context, finding);
}

function trySignatures(
  context: JudgeContext,
  rule: PolicyRule,
  entries: readonly SignerEntry[],
  evidence: readonly Evidence[],
): Judgement {
  const signers = entries.map((entry) => signersFor(entry, context.names));
  // For each entry the evidence that satisfies it, compared once.
  const satisfying = signers.map(
    (choices) =>
      new Set(
        evidence.filter((piece) => choices.some((signer) => matchSigner(signer, piece, context.roots) === 'yes')),
      ),
  );
  const count = (applicable: readonly Evidence[]): number =>
    countSatisfied(
      satisfying.map((pieces) => new Set(applicable.filter((piece) => pieces.has(piece)).map(signerIdentity))),
    );
  const coverage = coverageOf(context.input.image, evidence, (applicable) => count(applicable) >= rule.threshold);
  const good = evidence.filter((piece) => satisfying.some((pieces) => pieces.has(piece)));
  if (coverage.kind === 'whole' || coverage.kind === 'platforms') {
    const coversWhole = coverage.kind === 'whole';
    return {
      holds: true,
      basis: 'signature',
      evidence: good,
      coversWhole,
      remarks: revocationRemarks(context, signers.flat(), good),
    };
  }
  const pending = pendingReasons(context, signers.flat(), evidence);
  const expected = expectedOf(rule, entries);
  const unmetWith = (finding: Finding): Judgement => unmetBy(context, signers.flat(), evidence, finding, pending);
  if (coverage.kind === 'partial') return unmetWith(uncoveredFinding(expected, coverage.uncovered));
  if (good.length > 0 && rule.threshold > 1) {
    return unmetWith(thresholdFinding(expected, `${count(good)} of ${rule.threshold}: ${describeSigners(good)}`));
  }
  return unmetWith(explainFailure(context, signers.flat(), evidence, expected));
}

/** What could not be found out, and would let the rule hold. */
function pendingReasons(
  context: JudgeContext,
  signers: readonly TrustedSigner[],
  evidence: readonly Evidence[],
): readonly string[] {
  const isKeyPending = signers.some((signer) => signer.kind === 'key' && signer.pending !== null);
  const open = evidence.filter((piece) =>
    signers.some((signer) => matchSigner(signer, piece, context.roots) === 'revocation'),
  );
  const revocations = new Set(open.map(({ revocationUnknown }) => `${revocationMessage}: ${revocationUnknown ?? ''}`));
  return [...(isKeyPending ? [keyPending] : []), ...revocations];
}

const revocationMessage = 'it could not be found out whether the certificate was revoked';

/** What a signer took with `revocation: warn`. */
function revocationRemarks(
  context: JudgeContext,
  signers: readonly TrustedSigner[],
  evidence: readonly Evidence[],
): readonly Finding[] {
  const isSkipped = (piece: Evidence): boolean =>
    signers.some(
      (signer) =>
        (signer.kind === 'notation' || signer.kind === 'certificate') &&
        signer.revocation === 'skip' &&
        matchSigner(signer, piece, context.roots) === 'yes',
    );
  const warned = evidence.filter((piece) => !isSkipped(piece));
  const open = [...new Set(warned.flatMap(({ revocationUnknown }) => revocationUnknown ?? []))];
  if (open.length === 0) return [];
  return [findingOf('image.unverifiable', revocationMessage, { level: 'warning', found: open.join('; ') })];
}

function uncoveredFinding(expected: string, platforms: readonly string[]): Finding {
  return findingOf('signature.platform-uncovered', 'a platform that the build asks for is not signed', {
    expected: `${expected}, for every platform asked for`,
    found: `nothing that covers ${platforms.join(', ')}`,
    hint: 'build for a platform that is signed, or ask the publisher to sign the index',
  });
}

function thresholdFinding(expected: string, found: string): Finding {
  return findingOf('signature.threshold', 'fewer of the trusted signers have signed than the rule asks for', {
    expected,
    found,
    hint: 'have the missing signers sign this digest',
  });
}

function expectedOf(rule: PolicyRule, entries: readonly SignerEntry[]): string {
  const labels = entries.map((entry) => entry.label);
  const names = labels.length > 5 ? [...labels.slice(0, 5), `${labels.length - 5} more`] : labels;
  const many = rule.threshold > 1 ? `${rule.threshold} of ` : '';
  return `a signature by ${many}${names.join(many === '' ? ' or ' : ', ')}`;
}

interface NearMiss {
  readonly rank: number;
  readonly finding: Finding;
}

/** Says what is wrong with the evidence that came nearest. */
function explainFailure(
  context: JudgeContext,
  signers: readonly TrustedSigner[],
  evidence: readonly Evidence[],
  expected: string,
): Finding {
  const misses = evidence.map((piece) => nearMiss(context, signers, piece, expected));
  const nearest = misses.sort((left, right) => left.rank - right.rank || compareFound(left.finding, right.finding))[0];
  if (nearest !== undefined) return combineStrangers(nearest, evidence);
  const { evidence: all, image } = context.input;
  const attested = relevantEvidence(image, all).some((piece) => piece.verified && !isSignature(piece));
  return findingOf('signature.missing', 'it is not signed', {
    expected,
    found: attested ? 'attestations, but no signature on the image' : 'no signature',
    hint: attested
      ? 'trust the attestations instead: require.attestations with their own signedBy'
      : 'use an image that is signed, have this one signed, or put it under locked: true',
  });
}

function compareFound(left: Finding, right: Finding): number {
  return (left.found ?? '').localeCompare(right.found ?? '');
}

/** Names all the strangers who signed, not the first only. */
function combineStrangers(nearest: NearMiss, evidence: readonly Evidence[]): Finding {
  if (nearest.finding.code !== 'signature.identity-mismatch') return nearest.finding;
  return { ...nearest.finding, found: describeSigners(evidence.filter((piece) => piece.verified)) };
}

const nearness: readonly SignerMatch[] = ['yes', 'revocation', 'log', 'timestamp', 'claims', 'untrusted-root', 'no'];

/** Where evidence stands that proves nothing for the rule: what claims to be of an expected signer as near as what no root vouches for. */
const ranks = {
  claimed: nearness.indexOf('untrusted-root'),
  stranger: nearness.length,
  passedOver: nearness.length + 1,
} as const;

function nearMiss(
  context: JudgeContext,
  signers: readonly TrustedSigner[],
  piece: Evidence,
  expected: string,
): NearMiss {
  const found = `a signature by ${describeFoundSigner(piece.signer)}`;
  if (!piece.verified) {
    const isExpected = signers.some((signer) => claimsToBe(signer, piece));
    const rank = piece.problem?.code === 'passed-over' ? ranks.passedOver : isExpected ? ranks.claimed : ranks.stranger;
    return { rank, finding: brokenFinding(piece, expected) };
  }
  const matches = signers.map((signer) => matchSigner(signer, piece, context.roots));
  const match = nearness.find((candidate) => matches.includes(candidate)) ?? 'no';
  return {
    rank: match === 'no' ? ranks.stranger : nearness.indexOf(match),
    finding: strangerFinding(match, piece, expected, found),
  };
}

function strangerFinding(match: SignerMatch, piece: Evidence, expected: string, found: string): Finding {
  switch (match) {
    case 'log':
      return findingOf('signature.log-missing', 'the right signer signed it, but without a log entry', {
        expected,
        found: `${found}, without a log entry`,
        hint: 'sign again with a transparency log, or say log: optional',
      });
    case 'timestamp':
      return findingOf('signature.log-missing', 'the right signer signed it, but without a timestamp', {
        expected,
        found: `${found}, without a timestamp that the rule accepts`,
        hint: 'sign again with a timestamp authority, or leave timestamp: required out',
      });
    case 'claims':
      return findingOf(
        'signature.claims-mismatch',
        'the right identity signed it, but its certificate claims something else',
        {
          expected,
          found: `${found} (${describeClaims(piece)})`,
          hint: 'compare the claims of the rule with those of the certificate',
        },
      );
    case 'untrusted-root':
      return findingOf('signature.untrusted-key', 'it is signed under an authority that this policy does not trust', {
        expected,
        found: `${found}, under another authority`,
        hint: 'a trusted root counts only for the layer that declares it and those after it',
      });
    case 'yes':
    case 'revocation': // told as what is not known
    case 'no':
      return findingOf('signature.identity-mismatch', 'it is signed, but by somebody whom the rule does not name', {
        expected,
        found,
        hint: 'if you trust this signer, add it to the rule',
      });
  }
}

function describeClaims(piece: Evidence): string {
  const claims = Object.entries(piece.claims).map(([name, value]) => `${name} ${String(value)}`);
  return claims.length === 0 ? 'no claims' : claims.sort().join(', ');
}
