import { X509Certificate as NodeCertificate } from 'node:crypto';
import type { CertificateMaterial } from '../../model/index.ts';
import { codeSigning, extendedKeyUsages, parseCertificate } from '../certificates/certificate.ts';
import { assertPath } from '../certificates/certification-path.ts';
import type { ChainCertificate } from '../certificates/chain-certificate.ts';
import { namedCertificates } from '../certificates/named-certificates.ts';
import { subjectName } from '../certificates/subject-name.ts';
import { dateTime } from '../date-time.ts';
import { Refusal } from '../refusal.ts';
import type { NotationEnvelope } from './notation-envelope.ts';

/** Uses that a signer's certificate must not have beside code signing (signature-specification.md, "Certificate Requirements"). */
const foreignUsages = new Set([
  '2.5.29.37.0', // any
  '1.3.6.1.5.5.7.3.1', // TLS server
  '1.3.6.1.5.5.7.3.4', // e-mail
  '1.3.6.1.5.5.7.3.8', // timestamps
  '1.3.6.1.5.5.7.3.9', // OCSP
]);

function invalid(message: string): Refusal {
  return new Refusal('certificate-invalid', message);
}

/** The signer's certificate first. */
export type CertificateChain = readonly [ChainCertificate, ...ChainCertificate[]];

/** @throws Refusal `malformed`, `too-large` */
export function readChain(envelope: NotationEnvelope): CertificateChain {
  const [signer, ...authorities] = envelope.chain.map((der) => {
    const parsed = parseCertificate(der);
    try {
      return { parsed, native: new NodeCertificate(der) };
    } catch (error) {
      throw new Refusal('malformed', 'a certificate of its chain cannot be parsed', error);
    }
  });
  if (signer === undefined) throw new Refusal('malformed', 'it carries no certificate');
  return [signer, ...authorities];
}

function assertSigner({ parsed }: ChainCertificate): void {
  const usages = extendedKeyUsages(parsed);
  if (usages !== null && (!usages.includes(codeSigning) || usages.some((usage) => foreignUsages.has(usage)))) {
    throw invalid("the signer's certificate is not made for signing code");
  }
  if (parsed.extKeyUsage?.digitalSignature !== true) throw invalid("the signer's key is not made for signatures");
  if (parsed.extBasicConstraints?.isCA === true || parsed.extKeyUsage.keyCertSign) {
    throw invalid("the signer's certificate is that of an authority");
  }
}

function assertAuthority({ parsed }: ChainCertificate): void {
  if (!parsed.isCA || parsed.extKeyUsage?.keyCertSign !== true) {
    throw invalid(`the certificate "${subjectName(parsed)}" in its chain is not an authority's`);
  }
}

function isIssuedBy(certificate: ChainCertificate, issuer: ChainCertificate): boolean {
  return certificate.native.issuer === issuer.native.subject && certificate.native.verify(issuer.native.publicKey);
}

/**
 * Requires a whole chain, from the signer up to a self-signed root, each certificate fit for its place.
 * @throws Refusal `certificate-invalid`; `unsupported` where an extension cannot be evaluated
 */
export function assertChain(chain: readonly ChainCertificate[]): void {
  for (const [index, certificate] of chain.entries()) {
    if (index === 0) assertSigner(certificate);
    else assertAuthority(certificate);
    // The last one is its own issuer: a chain that ends elsewhere has no root.
    if (!isIssuedBy(certificate, chain[index + 1] ?? certificate)) {
      throw invalid(`the certificate "${subjectName(certificate.parsed)}" was not issued by the next in its chain`);
    }
  }
  assertPath(chain.map(({ parsed }) => parsed));
}

/** The authorities of policies that the chain leads through: those with a certificate that is in it, byte for byte. */
export function trustedAuthorities(
  chain: readonly ChainCertificate[],
  authorities: readonly CertificateMaterial[],
): readonly CertificateMaterial[] {
  return authorities.filter((authority) => {
    const trusted = namedCertificates(authority).authorities.map((certificate) => certificate.root.toDER());
    return chain.some(({ native }) => trusted.some((der) => der.equals(native.raw)));
  });
}

/**
 * Requires that every certificate was valid at `time`.
 * @throws Refusal `certificate-expired`; `proven` says whether a timestamp proves the time or it is the present
 */
export function assertValidAt(chain: readonly ChainCertificate[], time: Date, proven: boolean): void {
  for (const { parsed } of chain) {
    if (parsed.validForDate(time)) continue;
    const when = proven
      ? `it was signed at ${dateTime(time)}`
      : `without a trusted timestamp the present (${dateTime(time)}) counts`;
    throw new Refusal(
      'certificate-expired',
      `${when}, but the certificate "${subjectName(parsed)}" was valid from ${dateTime(parsed.notBefore)} to ${dateTime(parsed.notAfter)}`,
    );
  }
}
