import { type KeyObject, webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { type Certified, later, signedAt } from '../certificates/test-certificates.ts';

const serial = '0102030405';
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

function signingKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('jwk', key.export({ format: 'jwk' }), algorithm, true, ['sign']);
}

/** A list of revoked certificates, with all that a forger may change. */
export interface ListSpec {
  readonly signer?: Certified;
  readonly issuer?: string;
  readonly revoked?: boolean;
  /** How many others are revoked too. */
  readonly others?: number;
  readonly serial?: string;
  readonly reason?: x509.X509CrlReason;
  readonly invalidity?: Date;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date | null;
  readonly extensions?: readonly x509.Extension[];
  readonly entryExtensions?: readonly x509.Extension[];
}

export async function listBy(authority: Certified, spec: ListSpec = {}): Promise<Uint8Array> {
  const entry = {
    serialNumber: spec.serial ?? serial,
    revocationDate: later(signedAt, -5),
    // The library writes an entry without any extension in a way that RFC 5280 forbids.
    reason: spec.reason ?? x509.X509CrlReason.keyCompromise,
    ...(spec.invalidity === undefined ? {} : { invalidity: spec.invalidity }),
    ...(spec.entryExtensions === undefined ? {} : { extensions: [...spec.entryExtensions] }),
  };
  const others = Array.from({ length: spec.others ?? 0 }, (_, index) => ({
    ...entry,
    serialNumber: (0x10000000 + index).toString(16),
  }));
  const list = await x509.X509CrlGenerator.create({
    issuer: spec.issuer ?? authority.name,
    thisUpdate: spec.thisUpdate ?? later(signedAt, -1),
    ...(spec.nextUpdate === null ? {} : { nextUpdate: spec.nextUpdate ?? later(signedAt, 60) }),
    signingAlgorithm: algorithm,
    signingKey: await signingKey((spec.signer ?? authority).pair.privateKey),
    entries: [...others, ...(spec.revoked === true ? [entry] : [])],
    extensions: [...(spec.extensions ?? [])],
  });
  return new Uint8Array(list.rawData);
}

/** A responder's answer, with all that a forger may change. */
export interface AnswerSpec {
  readonly signer?: Certified;
  /** Certificates that come with it. */
  readonly certificates?: readonly Certified[];
  readonly status?: 'good' | 'revoked' | 'unknown';
  /** The serial number that it speaks of, where it is another. */
  readonly serial?: number;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date | null;
  readonly invalidity?: Date;
}

function statusOf(status: AnswerSpec['status']): asn1js.BaseBlock {
  if (status === 'revoked') {
    const time = new asn1js.GeneralizedTime({ valueDate: later(signedAt, -5) });
    return new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 1 }, value: [time] });
  }
  return new asn1js.Primitive({ idBlock: { tagClass: 3, tagNumber: status === 'unknown' ? 2 : 0 } });
}

function certificateOf({ der }: Certified): pkijs.Certificate {
  return pkijs.Certificate.fromBER(Uint8Array.from(der));
}

export async function answerBy(authority: Certified, leaf: Certified, spec: AnswerSpec = {}): Promise<Uint8Array> {
  const parameters = { issuerCertificate: certificateOf(authority), hashAlgorithm: 'SHA-1' };
  const response = new pkijs.SingleResponse();
  response.certID = await pkijs.CertID.create(certificateOf(leaf), parameters);
  if (spec.serial !== undefined) response.certID.serialNumber = new asn1js.Integer({ value: spec.serial });
  response.certStatus = statusOf(spec.status);
  response.thisUpdate = spec.thisUpdate ?? later(signedAt, -1);
  if (spec.nextUpdate !== null) response.nextUpdate = spec.nextUpdate ?? later(signedAt, 60);
  if (spec.invalidity !== undefined) {
    const value = new asn1js.GeneralizedTime({ valueDate: spec.invalidity }).toBER();
    response.singleExtensions = [new pkijs.Extension({ extnID: '2.5.29.24', extnValue: value })];
  }
  const basic = new pkijs.BasicOCSPResponse();
  const signer = spec.signer ?? authority;
  basic.tbsResponseData.responderID = certificateOf(signer).subject;
  basic.tbsResponseData.producedAt = signedAt;
  basic.tbsResponseData.responses.push(response);
  if (spec.certificates !== undefined) basic.certs = spec.certificates.map(certificateOf);
  await basic.sign(await signingKey(signer.pair.privateKey), 'SHA-256');
  const bytes = new asn1js.OctetString({ valueHex: basic.toSchema().toBER() });
  return errorAnswer(0, new pkijs.ResponseBytes({ responseType: '1.3.6.1.5.5.7.48.1.1', response: bytes }));
}

/** An answer that says no more than its status, or with these bytes. */
export function errorAnswer(status: number, responseBytes?: pkijs.ResponseBytes): Uint8Array {
  const responseStatus = new asn1js.Enumerated({ value: status });
  const answer = new pkijs.OCSPResponse(
    responseBytes === undefined ? { responseStatus } : { responseStatus, responseBytes },
  );
  return new Uint8Array(answer.toSchema().toBER());
}

/** The extension that says which certificates a list is about. */
export function scopeExtension(scope: pkijs.IssuingDistributionPointParameters): x509.Extension {
  return new x509.Extension('2.5.29.28', true, new pkijs.IssuingDistributionPoint(scope).toSchema().toBER());
}
