import type { Evidence, Finding } from '../../../model/index.ts';
import type { AttestationRequirement, PolicyRule } from '../../language/compiled/policy-set.ts';
import { matchesGlob } from '../../language/patterns/glob.ts';
import type { MatchableName } from '../../language/patterns/image-pattern.ts';
import { isProvenance } from '../../language/patterns/predicate-type.ts';
import { matchesText } from '../../language/patterns/text-pattern.ts';
import { unmetBy } from '../evidence/broken-evidence.ts';
import { coverageOf, relevantEvidence } from '../evidence/coverage.ts';
import { describeSigners } from '../evidence/describe-evidence.ts';
import { findingOf, type JudgeContext, type Judgement, keyPending, unmet } from '../evidence/judgement.ts';
import { matchSigner, signersFor } from '../evidence/match-signer.ts';
import { builderOf, sourceRepositoryOf } from '../evidence/provenance.ts';
import { summaryConditions, summaryMismatch } from '../evidence/verification-summary.ts';

/** Judges one entry of `require.attestations`. */
export function judgeAttestation(
  context: JudgeContext,
  rule: PolicyRule,
  requirement: AttestationRequirement,
): Judgement {
  const entries = requirement.signedBy ?? rule.signedBy ?? [];
  const signers = entries.flatMap((entry) => signersFor(entry, context.names));
  const { image, evidence } = context.input;
  const attestations = relevantEvidence(image, evidence).filter(isAttestation);
  const ofType = attestations.filter((piece) => isOfType(requirement, piece));
  const trusted = ofType.filter((piece) =>
    signers.some((signer) => matchSigner(signer, piece, context.roots) === 'yes'),
  );
  const fitting = trusted.filter((piece) => mismatchOf(requirement, piece, context.names) === null);
  const coverage = coverageOf(image, fitting, (applicable) => applicable.length > 0);
  if (coverage.kind === 'whole' || coverage.kind === 'platforms') {
    const basis = requirement.signedBy === null ? 'none' : 'attestation';
    return { holds: true, basis, evidence: fitting, coversWhole: coverage.kind === 'whole', remarks: [] };
  }
  const isPending = signers.some((signer) => signer.kind === 'key' && signer.pending !== null);
  const expected = expectedOf(
    requirement,
    entries.map((entry) => entry.label),
  );
  if (coverage.kind === 'partial') {
    const finding = findingOf(
      'signature.platform-uncovered',
      `a platform that the build asks for has no ${requirement.type} attestation`,
      {
        expected,
        found: `nothing that covers ${coverage.uncovered.join(', ')}`,
        hint: 'build for a platform that has one',
      },
    );
    return unmet(context, finding, isPending ? [keyPending] : []);
  }
  const finding = explain(requirement, expected, { attestations, ofType, trusted }, context.names);
  return unmetBy(context, signers, ofType, finding, isPending ? [keyPending] : []);
}

function isAttestation(piece: Evidence): boolean {
  return piece.predicateType !== null && (piece.form === 'attestation' || piece.form === 'buildkit-attestation');
}

function isOfType(requirement: AttestationRequirement, piece: Evidence): boolean {
  return requirement.predicateTypes.some((type) => matchesGlob(type, piece.predicateType ?? ''));
}

/** What of `where` a statement does not fulfil, null where it fulfils all. */
function mismatchOf(
  requirement: AttestationRequirement,
  piece: Evidence,
  names: readonly MatchableName[],
): string | null {
  if (requirement.summary !== null) return summaryMismatch(requirement.summary, piece.statement, names);
  const { builder, sourceRepository } = requirement.where;
  if (builder === null && sourceRepository === null) return null;
  if (!isProvenance(piece.predicateType)) return 'it is no provenance';
  const foundBuilder = builderOf(piece.statement);
  if (builder !== null && !matchesText(builder, foundBuilder)) return `builder ${foundBuilder ?? 'not named'}`;
  const foundSource = sourceRepositoryOf(piece.statement);
  if (sourceRepository !== null && !matchesText(sourceRepository, foundSource))
    return `source repository ${foundSource ?? 'not named'}`;
  return null;
}

function expectedOf(requirement: AttestationRequirement, labels: readonly string[]): string {
  const { builder, sourceRepository } = requirement.where;
  const conditions = [
    ...(builder === null ? [] : [`builder ${builder.text}`]),
    ...(sourceRepository === null ? [] : [`source repository ${sourceRepository.text}`]),
    ...(requirement.summary === null ? [] : summaryConditions(requirement.summary)),
  ];
  const where = conditions.length === 0 ? '' : ` with ${conditions.join(' and ')}`;
  return `a ${requirement.type} attestation${where}, by ${labels.slice(0, 5).join(' or ')}`;
}

function explain(
  requirement: AttestationRequirement,
  expected: string,
  found: {
    readonly attestations: readonly Evidence[];
    readonly ofType: readonly Evidence[];
    readonly trusted: readonly Evidence[];
  },
  names: readonly MatchableName[],
): Finding {
  const { attestations, ofType, trusted } = found;
  if (trusted.length > 0) {
    const mismatches = trusted.map((piece) => mismatchOf(requirement, piece, names) ?? 'nothing').sort();
    return findingOf('attestation.mismatch', `its ${requirement.type} attestation says something else`, {
      expected,
      found: [...new Set(mismatches)].join('; '),
      hint: 'compare where with what the attestation says: docker verify inspect',
    });
  }
  if (ofType.length > 0) return untrustedFinding(requirement, expected, ofType);
  const others = [...new Set(attestations.map((piece) => piece.predicateType ?? ''))].sort();
  return findingOf('attestation.missing', `it has no ${requirement.type} attestation`, {
    expected,
    found: others.length === 0 ? 'no attestation' : `attestations of type ${others.slice(0, 5).join(', ')}`,
    hint: 'use an image whose publisher attests it',
  });
}

/** An attestation of the type is there, but not by those who are trusted, or broken. */
function untrustedFinding(requirement: AttestationRequirement, expected: string, ofType: readonly Evidence[]): Finding {
  const verified = ofType.filter((piece) => piece.verified);
  const subject = `its ${requirement.type} attestation`;
  if (verified.length > 0) {
    return findingOf('attestation.mismatch', `${subject} is signed, but by somebody whom the rule does not name`, {
      expected,
      found: describeSigners(verified),
      hint: 'if you trust this signer, add it to the rule',
    });
  }
  const problems = [...new Set(ofType.map((piece) => piece.problem?.message ?? 'it did not verify'))].sort();
  return findingOf('attestation.mismatch', `${subject} does not verify`, {
    expected,
    found: problems.slice(0, 5).join('; '),
    hint: 'docker verify inspect shows all that is attached',
  });
}
