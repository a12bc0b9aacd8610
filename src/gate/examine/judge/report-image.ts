import type { Evidence, ReportEvidence, ReportImage } from '../../../model/index.ts';
import type { JudgedImage } from './judged-image.ts';

/** The contract's part of a piece of evidence. */
export function reportEvidence(
  evidence: readonly Evidence[],
  satisfiedBy: readonly number[],
): readonly ReportEvidence[] {
  return evidence.map((piece, index) => ({
    form: piece.form,
    verified: piece.verified,
    subject: piece.subject,
    predicateType: piece.predicateType,
    signer: piece.signer,
    time: piece.time,
    log: piece.log,
    problem: piece.problem?.message ?? null,
    trusted: satisfiedBy.includes(index),
  }));
}

/** An examined image as the report shows it. */
export function reportImage(image: JudgedImage): ReportImage {
  const { use, resolved, decision } = image;
  return {
    name: use.name,
    digest: resolved?.root.digest ?? null,
    status: decision.status,
    basis: decision.basis,
    verified: decision.verified,
    decisions: decision.decisions,
    platforms: resolved?.platforms ?? [],
    uses: use.uses,
    evidence: reportEvidence(image.evidence, decision.satisfiedBy),
    findings: decision.findings,
    lineage: image.lineage,
  };
}
