import type { X509Certificate } from '@sigstore/core';
import type { ChainCertificate } from '../certificates/chain-certificate.ts';
import { subjectName } from '../certificates/subject-name.ts';
import type { RevocationQuestion, RevocationSource, RevocationStatus } from './revocation-source.ts';

const authorityInformation = '1.3.6.1.5.5.7.1.1';
const distributionPoints = '2.5.29.31';

/** Whether the certificate names a place where it could be looked up; without one it cannot be revoked. */
function isRevocable(certificate: X509Certificate): boolean {
  return [authorityInformation, distributionPoints].some((oid) => certificate.extension(oid) !== undefined);
}

async function statusOf(question: RevocationQuestion, source: RevocationSource): Promise<RevocationStatus> {
  // ASN.1 of lists and answers is read by a library that few runs need.
  const [{ askResponders }, { readLists }] = await Promise.all([
    import('./revocation-ocsp.ts'),
    import('./revocation-crl.ts'),
  ]);
  const answered = await askResponders(question, source);
  if (answered !== null && answered.status !== 'unknown') return answered;
  const listed = await readLists(question, source);
  return listed ?? answered ?? { status: 'good', reason: '' };
}

/**
 * Whether a certificate of a chain (signer first, root last) was revoked: OCSP first, then lists, as Notation does
 * (notaryproject/specifications, trust-store-trust-policy.md, "Certificate Revocation Evaluation"). The root is not asked about, and a
 * certificate that names no place for it counts as good. The worst that is said of any certificate.
 */
export async function checkRevocation(
  chain: readonly ChainCertificate[],
  source: RevocationSource,
  now: Date,
  signed: Date | null,
): Promise<RevocationStatus> {
  const pairs = chain.slice(0, -1).flatMap((certificate, index) => {
    const issuer = chain[index + 1];
    return issuer !== undefined && isRevocable(certificate.parsed) ? [{ certificate, issuer }] : [];
  });
  const found = await Promise.all(
    pairs.map(async (pair) => {
      const status = await statusOf({ ...pair, now, signed }, source);
      return { ...status, reason: `${subjectName(pair.certificate.parsed)}: ${status.reason}` };
    }),
  );
  const worst =
    found.find(({ status }) => status === 'revoked') ?? found.find(({ status }) => status === 'unknown') ?? null;
  return worst ?? { status: 'good', reason: '' };
}
