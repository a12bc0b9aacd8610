import * as pkijs from 'pkijs';
import type { RevocationQuestion, RevocationStatus } from './revocation-source.ts';

/** How far the clock of a responder may go ahead of ours, milliseconds. */
const clockSkew = 5 * 60_000;
const invalidityDate = '2.5.29.24';

/** The GeneralName choice that is a URI (RFC 5280, section 4.2.1.6). */
export const uriName = 6;

/** The certificate as the library reads it. */
export function pkiCertificate(der: Uint8Array): pkijs.Certificate {
  return pkijs.Certificate.fromBER(Uint8Array.from(der));
}

/** Whether the holder of this certificate signed the bytes. */
export async function isSignedBy(
  holder: pkijs.Certificate,
  signed: Uint8Array,
  value: pkijs.CertificateRevocationList['signatureValue'],
  algorithm: pkijs.AlgorithmIdentifier,
): Promise<boolean> {
  try {
    const engine = pkijs.getCrypto(true);
    const bytes = Uint8Array.from(signed);
    return await engine.verifyWithPublicKey(bytes, value, holder.subjectPublicKeyInfo, algorithm);
  } catch {
    return false; // an unknown algorithm proves nothing
  }
}

export function unknown(reason: string): RevocationStatus {
  return { status: 'unknown', reason };
}

/** What is wrong with the time of a statement; null where it is valid now. A statement without an end does not count. */
export function staleness(thisUpdate: Date, nextUpdate: Date | undefined, now: Date): string | null {
  if (thisUpdate.getTime() > now.getTime() + clockSkew)
    return `it is dated in the future, ${thisUpdate.toISOString()}, and this machine's clock says ${now.toISOString()}`;
  if (nextUpdate === undefined) return 'it does not say until when it holds';
  return nextUpdate < now
    ? `it expired at ${nextUpdate.toISOString()}, and this machine's clock says ${now.toISOString()}`
    : null;
}

/**
 * What a revocation means for a signature: one that was made before the key became invalid, by a time that is proven, stands.
 * `unknown` where the entry says something that is not understood.
 */
export function revoked(
  revokedAt: Date | null,
  extensions: readonly pkijs.Extension[],
  { signed }: RevocationQuestion,
): RevocationStatus {
  const foreign = extensions.find(({ critical, extnID }) => critical && extnID !== invalidityDate);
  if (foreign !== undefined) return unknown(`its entry has the extension ${foreign.extnID}, which is not understood`);
  const parsed: unknown = extensions.find(({ extnID }) => extnID === invalidityDate)?.parsedValue;
  const invalid = parsed instanceof Object && 'toDate' in parsed ? (parsed as { toDate(): Date }).toDate() : null;
  if (invalid !== null && signed !== null && signed < invalid) return { status: 'good', reason: '' };
  const since = revokedAt === null ? '' : ` at ${revokedAt.toISOString()}`;
  return { status: 'revoked', reason: `revoked${since}` };
}
