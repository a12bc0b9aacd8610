import { X509Certificate as NodeCertificate } from 'node:crypto';
import type { X509Certificate } from '@sigstore/core';
import type { CertificateClaims, Problem, Signer } from '../../model/index.ts';
import type { SignedStatement } from '../attachment-reader.ts';
import { certificateClaims, identityIssuer } from '../certificates/certificate.ts';
import { assertSigningCertificate, certificateSigner, certifiedNames } from '../certificates/certificate-checks.ts';
import type { CertificationPath } from '../certificates/certification-path.ts';
import { subjectName } from '../certificates/subject-name.ts';
import { dateTime } from '../date-time.ts';
import type { Proof } from '../evidence.ts';
import { problemOf, Refusal } from '../refusal.ts';
import { checkRevocation } from '../revocation/revocation.ts';
import type { RevocationSource } from '../revocation/revocation-source.ts';
import { assertUsableKey } from '../signature-algorithms.ts';
import { pathsToAuthority } from './authority-paths.ts';
import { assertLogged } from './log-entry.ts';
import type { PreparedMaterial } from './prepared-material.ts';
import type { ProvenTime } from './proven-time.ts';
import { authorityAnchors, type TrustAnchors } from './trust-anchors.ts';
import { verifyAnchored } from './verify-anchored.ts';

/** What one kind of signer came to: proofs, or the problem that came closest to one. */
export interface SignerAttempt {
  readonly proofs: readonly Proof[];
  readonly problem: Problem | null;
  readonly claimed: { readonly signer: Signer | null; readonly claims: CertificateClaims };
}

function claimedBy(certificate: X509Certificate): SignerAttempt['claimed'] {
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

function materialsOf(anchors: TrustAnchors, proven: ProvenTime): readonly string[] {
  const isTimed = proven.time !== null || proven.log !== null;
  return anchors.clock !== null && isTimed ? [anchors.id, anchors.clock] : [anchors.id];
}

/** What is the same of a signer under every authority. */
type Certified = Pick<Proof, 'signer' | 'claims' | 'certifiedSince'> & { readonly leaf: X509Certificate };

/** Collects what succeeds; what does not is a problem each. */
class Attempts {
  readonly proofs: Proof[] = [];
  readonly problems: Problem[] = [];

  async try(attempt: () => Proof | Promise<Proof>): Promise<void> {
    try {
      this.proofs.push(await attempt());
    } catch (error) {
      this.problems.push(problemOf(error));
    }
  }
}

function underRoot(statement: SignedStatement, { leaf, ...signer }: Certified, root: TrustAnchors, now: Date): Proof {
  const time = verifyAnchored(statement, { kind: 'certificate', certificate: leaf }, root, now);
  return { ...time, ...signer, materials: materialsOf(root, time), trustedRoot: root.id };
}

async function underAuthority(
  statement: SignedStatement,
  { leaf }: Certified,
  path: CertificationPath,
  anchors: TrustAnchors,
  { now, revocation }: Looking,
): Promise<Proof> {
  const time = verifyAnchored(statement, { kind: 'path', path }, anchors, now);
  const certificate = { subject: subjectName(leaf), names: certifiedNames(leaf), issuer: identityIssuer(leaf) };
  // an authority of one's own can write any identity and any issuer into a certificate: it is not a keyless signature
  const signer = { kind: 'certificate', subject: certificate.subject || certificate.names.join(', ') } as const;
  const materials = materialsOf(anchors, time);
  const proof = { ...time, claims: {}, signer, certificate, materials, trustedRoot: null };
  if (revocation?.authorities.has(anchors.id) !== true) return proof;
  const chain = path.map((parsed) => ({ parsed, native: new NodeCertificate(parsed.root.toDER()) }));
  const { status, reason } = await checkRevocation(
    chain,
    revocation,
    now,
    time.time === null ? null : new Date(time.time),
  );
  if (status === 'revoked')
    throw new Refusal('certificate-revoked', `a certificate of its signer was taken back: ${reason}`);
  return status === 'unknown' ? { ...proof, revocationUnknown: reason } : proof;
}

/** When it is verified, and where revocation is looked up; null: nowhere. */
export interface Looking {
  readonly now: Date;
  readonly revocation: RevocationSource | null;
}

async function attemptAll(
  statement: SignedStatement,
  certified: Certified,
  material: PreparedMaterial,
  looking: Looking,
): Promise<Attempts> {
  const attempts = new Attempts();
  for (const root of material.roots) {
    await attempts.try(() => underRoot(statement, certified, root, looking.now));
  }
  for (const authority of material.authorities) {
    let paths: readonly CertificationPath[] = [];
    try {
      paths = pathsToAuthority(certified.leaf, authority, statement.chain);
    } catch (error) {
      attempts.problems.push(problemOf(error));
    }
    for (const clock of [null, ...material.roots, ...material.timestamps]) {
      const anchors = authorityAnchors(authority, clock);
      for (const path of paths) {
        await attempts.try(() => underAuthority(statement, certified, path, anchors, looking));
      }
    }
  }
  return attempts;
}

/** Verifies a signature with a certificate against every root and private authority, each apart. Throws nothing. */
export async function verifyCertificate(
  statement: SignedStatement,
  leaf: X509Certificate,
  material: PreparedMaterial,
  looking: Looking,
): Promise<SignerAttempt> {
  const claimed = claimedBy(leaf);
  try {
    assertSoundCertificate(statement, leaf);
    const signer = certificateSigner(leaf);
    const since = signer.kind === 'keyless' ? { certifiedSince: dateTime(leaf.notBefore) } : {};
    const certified = { signer, claims: certificateClaims(leaf), ...since, leaf };
    const { proofs, problems } = await attemptAll(statement, certified, material, looking);
    const none = new Refusal(
      'unknown-signer',
      'it is signed with a certificate, and no trusted root is there to check it',
    );
    return { proofs, problem: closest(problems) ?? none.problem, claimed };
  } catch (error) {
    return { proofs: [], problem: problemOf(error), claimed };
  }
}
