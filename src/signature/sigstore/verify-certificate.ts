import { X509Certificate as NodeCertificate } from 'node:crypto';
import type { X509Certificate } from '@sigstore/core';
import type { CertificateClaims, Problem, Signer } from '../../model/index.ts';
import type { SignedStatement } from '../attachment-reader.ts';
import { certificateClaims } from '../certificates/certificate.ts';
import { assertSigningCertificate, certificateSigner } from '../certificates/certificate-checks.ts';
import { dateTime } from '../date-time.ts';
import type { Proof } from '../evidence.ts';
import { problemOf, Refusal } from '../refusal.ts';
import { assertUsableKey } from '../signature-algorithms.ts';
import { assertLogged } from './log-entry.ts';
import type { PreparedMaterial } from './prepared-material.ts';
import { authorityAnchors, type TrustAnchors } from './trust-anchors.ts';
import { type ProvenTime, verifyAnchored } from './verify-anchored.ts';

/** What one kind of signer came to: proofs, or the problem that came closest to one. */
export interface Verdict {
  readonly proofs: readonly Proof[];
  readonly problem: Problem | null;
  readonly claimed: { readonly signer: Signer | null; readonly claims: CertificateClaims };
}

function claimedBy(certificate: X509Certificate): Verdict['claimed'] {
  try {
    return { signer: certificateSigner(certificate), claims: certificateClaims(certificate) };
  } catch {
    return { signer: null, claims: {} };
  }
}

/** What holds or fails whatever the anchors are. */
function assertSoundCertificate(statement: SignedStatement, certificate: X509Certificate): void {
  assertSigningCertificate(certificate);
  const der = certificate.root.toDER();
  assertUsableKey(new NodeCertificate(der).publicKey);
  for (const entry of statement.logEntries) {
    assertLogged(entry, statement.signed, { kind: 'certificate', der }, statement.envelope);
  }
}

/** The problem to report: an authority that does not know the certificate says less than one that does. */
function closest(problems: readonly Problem[]): Problem | null {
  return problems.find((problem) => problem.code !== 'unknown-signer') ?? problems[0] ?? null;
}

function anchorsOf(statement: SignedStatement, material: PreparedMaterial): readonly TrustAnchors[] {
  const authorities = material.authorities.flatMap((authority) =>
    [null, ...material.roots].map((clock) => authorityAnchors(authority, statement.chain, clock)),
  );
  return [...material.roots, ...authorities];
}

function materialsOf(anchors: TrustAnchors, proven: ProvenTime): readonly string[] {
  const isTimed = proven.time !== null || proven.log !== null;
  return anchors.clock !== null && isTimed ? [anchors.id, anchors.clock] : [anchors.id];
}

/** Verifies a signature with a certificate against every root and private authority, each apart. Throws nothing. */
export function verifyCertificate(
  statement: SignedStatement,
  certificate: X509Certificate,
  material: PreparedMaterial,
  now: Date,
): Verdict {
  const claimed = claimedBy(certificate);
  try {
    assertSoundCertificate(statement, certificate);
    const signer = certificateSigner(certificate);
    const claims = certificateClaims(certificate);
    const proofs: Proof[] = [];
    const problems: Problem[] = [];
    for (const anchors of anchorsOf(statement, material)) {
      try {
        const time = verifyAnchored(statement, { kind: 'certificate', certificate }, anchors, now);
        const trustedRoot = anchors.kind === 'root' ? anchors.id : null;
        const since = signer.kind === 'keyless' ? { certifiedSince: dateTime(certificate.notBefore) } : {};
        proofs.push({ ...time, ...since, signer, claims, materials: materialsOf(anchors, time), trustedRoot });
      } catch (error) {
        problems.push(problemOf(error));
      }
    }
    const none = new Refusal(
      'unknown-signer',
      'it is signed with a certificate, and no trusted root is there to check it',
    );
    return { proofs, problem: closest(problems) ?? none.problem, claimed };
  } catch (error) {
    return { proofs: [], problem: problemOf(error), claimed };
  }
}
