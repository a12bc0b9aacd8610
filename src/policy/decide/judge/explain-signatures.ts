import type { Evidence, Finding } from '../../../model/index.ts';
import type { PolicyRule } from '../../language/compiled/policy-set.ts';
import type { SignerEntry } from '../../language/compiled/trusted-signer.ts';
import { brokenFinding } from '../evidence/broken-evidence.ts';
import { relevantEvidence } from '../evidence/coverage.ts';
import { describeFoundSigner, describeSigners } from '../evidence/describe-evidence.ts';
import { isSignature } from '../evidence/image-signature.ts';
import { findingOf, type JudgeContext } from '../evidence/judgement.ts';
import { claimsToBe, type SignerMatch } from '../evidence/match-signer.ts';
import type { SignerMatches } from '../evidence/signer-matches.ts';

/** That a platform is not covered by what would satisfy the rule. */
export function uncoveredFinding(expected: string, platforms: readonly string[]): Finding {
  return findingOf('signature.platform-uncovered', 'a platform that the build asks for is not signed', {
    expected: `${expected}, for every platform asked for`,
    found: `nothing that covers ${platforms.join(', ')}`,
    hint: 'build for a platform that is signed, or ask the publisher to sign the index',
  });
}

/** That some of the signers signed, and too few. */
export function thresholdFinding(expected: string, found: string): Finding {
  return findingOf('signature.threshold', 'fewer of the trusted signers have signed than the rule asks for', {
    expected,
    found,
    hint: 'have the missing signers sign this digest',
  });
}

/** What a rule asks for, in words. */
export function expectedOf(rule: PolicyRule, entries: readonly SignerEntry[]): string {
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
export function explainFailure(context: JudgeContext, matches: SignerMatches, expected: string): Finding {
  const { evidence } = matches;
  const misses = evidence.map((piece) => nearMiss(matches, piece, expected));
  const nearest = misses.sort((left, right) => left.rank - right.rank || compareFound(left.finding, right.finding))[0];
  if (nearest !== undefined) return withAllSigners(nearest, evidence);
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

/** Names all who signed and are not named, not the first only. */
function withAllSigners(nearest: NearMiss, evidence: readonly Evidence[]): Finding {
  if (nearest.finding.code !== 'signature.identity-mismatch') return nearest.finding;
  return { ...nearest.finding, found: describeSigners(evidence.filter((piece) => piece.verified)) };
}

const nearness: readonly SignerMatch[] = ['yes', 'revocation', 'log', 'timestamp', 'claims', 'untrusted-root', 'no'];

/** Where evidence stands that proves nothing for the rule: what claims to be of an expected signer as near as what no root vouches for. */
const ranks = {
  claimed: nearness.indexOf('untrusted-root'),
  otherSigner: nearness.length,
  passedOver: nearness.length + 1,
} as const;

function nearMiss({ signers, of }: SignerMatches, piece: Evidence, expected: string): NearMiss {
  const found = `a signature by ${describeFoundSigner(piece.signer)}`;
  if (!piece.verified) {
    const isExpected = signers.some((signer) => claimsToBe(signer, piece));
    const rank =
      piece.problem?.code === 'passed-over' ? ranks.passedOver : isExpected ? ranks.claimed : ranks.otherSigner;
    return { rank, finding: brokenFinding(piece, expected) };
  }
  const reached = signers.map((signer) => of(signer, piece));
  const match = nearness.find((candidate) => reached.includes(candidate)) ?? 'no';
  return {
    rank: match === 'no' ? ranks.otherSigner : nearness.indexOf(match),
    finding: otherSignerFinding(match, piece, expected, found),
  };
}

function otherSignerFinding(match: SignerMatch, piece: Evidence, expected: string, found: string): Finding {
  switch (match) {
    case 'log': {
      const { logPassedOver } = piece;
      const lack = logPassedOver === undefined ? 'without a log entry' : 'its log entry proves nothing';
      return findingOf('signature.log-missing', `the right signer signed it, but ${lack}`, {
        expected,
        found: `${found}, ${logPassedOver ?? lack}`,
        hint: 'sign again with a transparency log, or say log: optional',
      });
    }
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
    case 'revocation': // what is not known is said elsewhere
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
