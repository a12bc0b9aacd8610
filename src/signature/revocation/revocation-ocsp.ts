import { X509Certificate as NodeCertificate } from 'node:crypto';
import * as pkijs from 'pkijs';
import { extendedKeyUsages, parseCertificate } from '../certificates/certificate.ts';
import { assertStrongSignature } from '../certificates/certificate-signature.ts';
import { limits } from '../limits.ts';
import { isSignedBy, pkiCertificate, revoked, staleness, unknown, uriName } from './revocation-pki.ts';
import type { RevocationQuestion, RevocationSource, RevocationStatus } from './revocation-source.ts';

const authorityInformation = '1.3.6.1.5.5.7.1.1';
const ocspAccess = '1.3.6.1.5.5.7.48.1';
const basicResponse = '1.3.6.1.5.5.7.48.1.1';
const ocspSigning = '1.3.6.1.5.5.7.3.9';
const successful = 0;

function respondersOf(certificate: pkijs.Certificate): readonly string[] {
  const extension = certificate.extensions?.find(({ extnID }) => extnID === authorityInformation);
  const access: unknown = extension?.parsedValue;
  if (!(access instanceof pkijs.InfoAccess)) return [];
  return access.accessDescriptions
    .filter(({ accessMethod, accessLocation }) => accessMethod === ocspAccess && accessLocation.type === uriName)
    .map(({ accessLocation }) => String(accessLocation.value))
    .slice(0, limits.revocationAddresses);
}

/** Whether the authority has let the holder answer for it (RFC 6960, section 4.2.2.2). */
function isDelegate(der: Uint8Array, { issuer, now }: RevocationQuestion): boolean {
  try {
    const native = new NodeCertificate(Buffer.from(der));
    const parsed = parseCertificate(Buffer.from(der));
    assertStrongSignature(parsed);
    return (
      native.issuer === issuer.native.subject &&
      native.verify(issuer.native.publicKey) &&
      (extendedKeyUsages(parsed)?.includes(ocspSigning) ?? false) &&
      parsed.validForDate(now)
    );
  } catch {
    return false;
  }
}

async function isAuthentic(basic: pkijs.BasicOCSPResponse, question: RevocationQuestion): Promise<boolean> {
  const { tbsView } = basic.tbsResponseData;
  const delegates = (basic.certs ?? [])
    .slice(0, limits.chainCertificates)
    .filter((certificate) => isDelegate(new Uint8Array(certificate.toSchema().toBER()), question));
  for (const holder of [pkiCertificate(question.issuer.native.raw), ...delegates]) {
    if (await isSignedBy(holder, tbsView, basic.signature, basic.signatureAlgorithm)) return true;
  }
  return false;
}

function statusIn(response: pkijs.SingleResponse, question: RevocationQuestion): RevocationStatus {
  const stale = staleness(response.thisUpdate, response.nextUpdate, question.now);
  if (stale !== null) return unknown(`the responder's answer does not count: ${stale}`);
  // The library leaves the choice as it stands in the answer: [0] good, [1] revoked, [2] unknown.
  const status = response.certStatus as {
    readonly idBlock: { readonly tagNumber: number };
    readonly valueBlock: { readonly value?: readonly unknown[] };
  };
  switch (status.idBlock.tagNumber) {
    case 0:
      return { status: 'good', reason: '' };
    case 1: {
      const [time] = status.valueBlock.value ?? [];
      const at = time instanceof Object && 'toDate' in time ? (time as { toDate(): Date }).toDate() : null;
      return revoked(at, response.singleExtensions ?? [], question);
    }
    default:
      return unknown('the responder does not know it');
  }
}

async function read(answer: Uint8Array, wanted: pkijs.CertID, question: RevocationQuestion): Promise<RevocationStatus> {
  const { responseStatus, responseBytes } = pkijs.OCSPResponse.fromBER(Uint8Array.from(answer));
  if (responseStatus.valueBlock.valueDec !== successful || responseBytes === undefined) {
    return unknown(`the responder answers with the error ${responseStatus.valueBlock.valueDec}`);
  }
  if (responseBytes.responseType !== basicResponse) return unknown('the responder answers in an unknown form');
  const basic = pkijs.BasicOCSPResponse.fromBER(Uint8Array.from(responseBytes.response.valueBlock.valueHexView));
  if (!(await isAuthentic(basic, question))) return unknown("the responder's answer is not signed by the authority");
  const response = basic.tbsResponseData.responses.find(({ certID }) => certID.isEqual(wanted));
  return response === undefined ? unknown('the responder speaks of another') : statusIn(response, question);
}

async function ask(url: string, question: RevocationQuestion, source: RevocationSource): Promise<RevocationStatus> {
  const certificate = pkiCertificate(question.certificate.native.raw);
  const issuerCertificate = pkiCertificate(question.issuer.native.raw);
  // Large authorities know no other digest here; it names a certificate and protects nothing.
  const parameters = { issuerCertificate, hashAlgorithm: 'SHA-1' };
  const request = new pkijs.OCSPRequest();
  await request.createForCertificate(certificate, parameters);
  const bytes = new Uint8Array(request.toSchema(true).toBER());
  const body = { type: 'application/ocsp-request', bytes };
  const answer = await source.fetch({ url, limit: limits.ocspBytes, body });
  return await read(answer, await pkijs.CertID.create(certificate, parameters), question);
}

/** What the responders that the certificate names say of it: the first that says anything counts. Null where it names none. */
export async function askResponders(
  question: RevocationQuestion,
  source: RevocationSource,
): Promise<RevocationStatus | null> {
  let last: RevocationStatus | null = null;
  for (const url of respondersOf(pkiCertificate(question.certificate.native.raw))) {
    try {
      last = await ask(url, question, source);
    } catch (error) {
      last = unknown(error instanceof Error ? error.message : 'the responder cannot be asked');
    }
    if (last.status !== 'unknown') return last;
  }
  return last;
}
