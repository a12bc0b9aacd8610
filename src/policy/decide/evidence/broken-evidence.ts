import type { Evidence, Finding, ProblemCode } from '../../../model/index.ts';
import type { TrustedSigner } from '../../language/compiled/trusted-signer.ts';
import { describeFoundSigner } from './describe-evidence.ts';
import { findingOf, type JudgeContext, type Judgement, unmet } from './judgement.ts';
import { claimsToBe } from './match-signer.ts';

const brokenCodes: Readonly<Partial<Record<ProblemCode, Finding['code']>>> = {
  'certificate-expired': 'signature.certificate-expired',
  expired: 'signature.certificate-expired',
  'log-missing': 'signature.log-missing',
  'unknown-signer': 'signature.untrusted-key',
  'passed-over': 'signature.untrusted-key',
  'certificate-revoked': 'signature.certificate-revoked',
  unsupported: 'signature.unsupported',
};

/** Who signs keyless has no key that anyone could name: it is the authority of its certificate that is not known. */
const untrustedWords = {
  keyless: {
    message: 'it is signed under an authority that no trusted root holds',
    hint: "if it is a private Sigstore's that you trust, name its root: trustedRoot beside keyless in the rule, or --verify-trusted-root FILE",
  },
  other: {
    message: 'it is signed with a key, or under an authority, that no policy names',
    hint: 'if you trust the signer, add it to the rule',
  },
} as const;

/** What is said of evidence that proves nothing. */
export function brokenFinding(piece: Evidence, expected: string): Finding {
  const code = brokenCodes[piece.problem?.code ?? 'malformed'] ?? 'signature.invalid';
  const { signer } = piece;
  const isNamed =
    signer === null || (signer.kind === 'key' && (piece.problem?.message.includes(signer.sha256) ?? false));
  const claimed = isNamed ? '' : ` (it says it is by ${describeFoundSigner(signer)})`;
  const isKeyless = signer?.kind === 'keyless' && piece.problem?.code === 'unknown-signer';
  const untrusted = untrustedWords[isKeyless ? 'keyless' : 'other'];
  const reason = piece.problem?.message ?? 'it did not verify';
  const messages: Readonly<Partial<Record<Finding['code'], string>>> = {
    'signature.certificate-expired': "a signature is attached, but its signer's certificate was not valid at that time",
    'signature.certificate-revoked': "a signature is attached, but its signer's certificate was revoked",
    'signature.log-missing': 'a signature is attached, but nothing proves when it was made',
    'signature.untrusted-key': untrusted.message,
    'signature.unsupported': 'a signature is attached that cannot be evaluated here',
  };
  return findingOf(code, messages[code] ?? 'a signature is attached, but it does not verify', {
    expected,
    found: `${reason}${claimed}`,
    hint: code === 'signature.untrusted-key' ? untrusted.hint : 'docker verify inspect shows all that is attached',
  });
}

/**
 * A requirement of signers that does not hold by what was verified: an error also where evidence that may be of these signers
 * cannot be evaluated.
 */
export function unmetBy(
  context: JudgeContext,
  signers: readonly TrustedSigner[],
  evidence: readonly Evidence[],
  finding: Finding,
  pending: readonly string[],
): Judgement {
  const open = evidence.filter(
    (piece) =>
      piece.problem?.code === 'unsupported' &&
      (piece.signer === null || signers.some((signer) => claimsToBe(signer, piece))),
  );
  const [first] = open;
  if (first === undefined) return unmet(context, finding, pending);
  if (pending.length + context.input.collectProblems.length > 0) {
    return unmet(context, finding, [...pending, ...new Set(open.map(({ problem }) => problem?.message ?? ''))]);
  }
  return { holds: false, isKnown: false, finding: brokenFinding(first, finding.expected ?? '') };
}
