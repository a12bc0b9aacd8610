import type { Evidence, Finding } from '../../../model/index.ts';
import type { PolicyRule } from '../../language/compiled/policy-set.ts';
import type { SignerEntry } from '../../language/compiled/trusted-signer.ts';
import { unmetBy } from '../evidence/broken-evidence.ts';
import { coverageOf, relevantEvidence } from '../evidence/coverage.ts';
import { describeSigners, signerIdentity } from '../evidence/describe-evidence.ts';
import { countSatisfied } from '../evidence/distinct-signers.ts';
import { isSignature } from '../evidence/image-signature.ts';
import { findingOf, type JudgeContext, type Judgement, keyPending, refused, unmet } from '../evidence/judgement.ts';
import { signersFor } from '../evidence/match-signer.ts';
import { copiedFinding, isInPlace, isNamed, renamedFinding } from '../evidence/signed-names.ts';
import { type SignerMatches, signerMatches } from '../evidence/signer-matches.ts';
import { expectedOf, explainFailure, thresholdFinding, uncoveredFinding } from './explain-signatures.ts';

/** Judges `signedBy` with its threshold, `signedIdentity` and `sameRepository`. */
export function judgeSignatures(context: JudgeContext, rule: PolicyRule, entries: readonly SignerEntry[]): Judgement {
  if (entries.length === 0) {
    return refused(
      findingOf('policy.denied', 'the rule trusts no signer with this image', {
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
  const matches = signerMatches(signers.flat(), evidence, context.roots);
  // for each entry the evidence that satisfies it
  const satisfying = signers.map(
    (choices) => new Set(evidence.filter((piece) => choices.some((signer) => matches.of(signer, piece) === 'yes'))),
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
      remarks: revocationRemarks(matches, good),
    };
  }
  const pending = pendingReasons(matches);
  const expected = expectedOf(rule, entries);
  const unmetWith = (finding: Finding): Judgement => unmetBy(context, signers.flat(), evidence, finding, pending);
  if (coverage.kind === 'partial') return unmetWith(uncoveredFinding(expected, coverage.uncovered));
  if (good.length > 0 && rule.threshold > 1) {
    return unmetWith(thresholdFinding(expected, `${count(good)} of ${rule.threshold}: ${describeSigners(good)}`));
  }
  return unmetWith(explainFailure(context, matches, expected));
}

/** What could not be found out, and would let the rule hold. */
function pendingReasons({ signers, evidence, of }: SignerMatches): readonly string[] {
  const isKeyPending = signers.some((signer) => signer.kind === 'key' && signer.pending !== null);
  const open = evidence.filter((piece) => signers.some((signer) => of(signer, piece) === 'revocation'));
  const revocations = new Set(open.map(({ revocationUnknown }) => `${revocationMessage}: ${revocationUnknown ?? ''}`));
  return [...(isKeyPending ? [keyPending] : []), ...revocations];
}

const revocationMessage = 'it could not be found out whether the certificate was revoked';

/** What a signer took with `revocation: warn`. */
function revocationRemarks({ signers, of }: SignerMatches, satisfying: readonly Evidence[]): readonly Finding[] {
  const isSkipped = (piece: Evidence): boolean =>
    signers.some(
      (signer) =>
        (signer.kind === 'notation' || signer.kind === 'certificate') &&
        signer.revocation === 'skip' &&
        of(signer, piece) === 'yes',
    );
  const warned = satisfying.filter((piece) => !isSkipped(piece));
  const open = [...new Set(warned.flatMap(({ revocationUnknown }) => revocationUnknown ?? []))];
  if (open.length === 0) return [];
  return [findingOf('image.unverifiable', revocationMessage, { level: 'warning', found: open.join('; ') })];
}
