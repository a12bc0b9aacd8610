import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import type { X509Certificate } from '@sigstore/core';
import { HashAlgorithm as BundleHash } from '@sigstore/protobuf-specs';
import {
  type Attachment,
  cosignSignaturePredicate,
  type Digest,
  inTotoMediaType,
  isDigest,
} from '../../model/index.ts';
import { misplaced, type SignedStatement, vouched } from '../attachment-reader.ts';
import { parseCertificate } from '../certificates/certificate.ts';
import { limits } from '../limits.ts';
import { printable, Refusal } from '../refusal.ts';
import { objectOf, parseStrictJson } from '../strict-json.ts';
import { readStatement } from './in-toto-statement.ts';
import { envelopeBytes, signedEnvelope } from './signed-bytes.ts';
import { signedDigest } from './signed-digest.ts';
import { statementForm } from './statement-form.ts';

/** The versions that exist (sigstore/protobuf-specs, sigstore_bundle.proto). */
const mediaTypes = new Set([
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
  'application/vnd.dev.sigstore.bundle.v0.3+json',
]);

type Signed = Pick<
  SignedStatement,
  'form' | 'subject' | 'predicateType' | 'repository' | 'annotations' | 'statement' | 'problem' | 'signed'
>;

function bufferOf(bytes: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.from(bytes);
}

function parseBundle(content: Buffer): Bundle {
  const json = objectOf(parseStrictJson(content, 'the bundle'), 'the bundle');
  if (typeof json['mediaType'] !== 'string' || !mediaTypes.has(json['mediaType'])) {
    throw new Refusal('unsupported', `it is a bundle of the type "${printable(String(json['mediaType']))}"`);
  }
  assertBase64(json);
  try {
    return bundleFromJSON(json);
  } catch (error) {
    throw new Refusal('malformed', `the bundle breaks its format: ${reasonOf(error)}`, error);
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const fields = error instanceof Error && 'fields' in error ? ` (${String(error.fields)})` : '';
  return printable(`${text}${fields}`);
}

const base64Fields = new Set([
  'sig',
  'signature',
  'payload',
  'rawBytes',
  'canonicalizedBody',
  'signedEntryTimestamp',
  'signedTimestamp',
  'digest',
  'keyId',
  'rootHash',
]);
const strictBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The generated parser skips what is not base64, so that two texts could stand for the same bytes. */
function assertBase64(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, item] of Object.entries(value)) {
    if (base64Fields.has(name) && typeof item === 'string' && !strictBase64.test(item)) {
      throw new Refusal('malformed', `the bundle's ${name} is not base64`);
    }
    assertBase64(item);
  }
}

function assertCounts({ verificationMaterial: material }: Bundle): void {
  const timestamps = material.timestampVerificationData?.rfc3161Timestamps ?? [];
  if (material.tlogEntries.length > limits.logEntries) {
    throw new Refusal(
      'too-large',
      `it has ${material.tlogEntries.length} log entries, at most ${limits.logEntries} are read`,
    );
  }
  if (timestamps.length > limits.timestamps) {
    throw new Refusal('too-large', `it has ${timestamps.length} timestamps, at most ${limits.timestamps} are read`);
  }
  for (const entry of material.tlogEntries) {
    const numbers = [
      entry.logIndex,
      entry.integratedTime,
      entry.inclusionProof?.logIndex,
      entry.inclusionProof?.treeSize,
    ];
    if (numbers.some((text) => text !== undefined && text !== '' && !/^\d{1,19}$/.test(text))) {
      throw new Refusal('malformed', "a number of the bundle's log entry is not one");
    }
  }
}

function certificatesOf({ verificationMaterial: { content } }: Bundle): readonly X509Certificate[] {
  switch (content.$case) {
    case 'certificate':
      return [parseCertificate(bufferOf(content.certificate.rawBytes))];
    case 'x509CertificateChain': {
      const { certificates } = content.x509CertificateChain;
      if (certificates.length > limits.chainCertificates) {
        throw new Refusal('too-large', `it comes with more than ${limits.chainCertificates} certificates`);
      }
      const chain = certificates.map((certificate) => parseCertificate(bufferOf(certificate.rawBytes)));
      // A root inside a bundle is a claim to be trusted; the format forbids it.
      if (chain.slice(1).some((certificate) => certificate.subject.equals(certificate.issuer))) {
        throw new Refusal('certificate-invalid', 'the bundle carries a root certificate of its own');
      }
      return chain;
    }
    case 'publicKey':
      return [];
  }
}

function readEnvelope(bundle: Bundle, attachment: Attachment): Signed | null {
  if (bundle.content.$case !== 'dsseEnvelope') return null;
  const { payloadType, payload, signatures } = bundle.content.dsseEnvelope;
  if (payloadType !== inTotoMediaType) {
    throw new Refusal('wrong-type', `it signs a "${printable(payloadType)}", expected "${inTotoMediaType}"`);
  }
  const signature = signatures[0];
  if (signature === undefined || signatures.length !== 1)
    throw new Refusal('malformed', 'it needs exactly one signature');
  const reading = readStatement(payload, attachment.subject);
  const isSignature = reading.predicateType === cosignSignaturePredicate;
  const form = vouched(attachment, isSignature ? 'cosign-bundle' : 'attestation', reading.subject);
  return {
    ...reading,
    ...form,
    statement: isSignature ? null : reading.statement,
    repository: isSignature ? null : reading.repository,
    problem: misplaced(form.form, reading.predicateType) ?? reading.problem,
    signed: signedEnvelope(envelopeBytes(payloadType, bufferOf(payload)), bufferOf(signature.sig)),
  };
}

const digestNames: Readonly<Partial<Record<BundleHash, string>>> = {
  [BundleHash.SHA2_256]: 'sha256',
  [BundleHash.SHA2_384]: 'sha384',
  [BundleHash.SHA2_512]: 'sha512',
};

function readMessage(bundle: Bundle, attachment: Attachment): Signed | null {
  if (bundle.content.$case !== 'messageSignature') return null;
  const { messageDigest, signature } = bundle.content.messageSignature;
  const stated = `${digestNames[messageDigest.algorithm] ?? 'unknown'}:${bufferOf(messageDigest.digest).toString('hex')}`;
  const subject: Digest = isDigest(stated) ? stated : attachment.subject;
  const wanted = Buffer.from(attachment.subject.slice(attachment.subject.indexOf(':') + 1), 'hex');
  return {
    ...vouched(attachment, 'cosign-bundle', subject),
    predicateType: null,
    repository: null,
    annotations: {},
    statement: null,
    problem:
      stated === attachment.subject
        ? null
        : { code: 'wrong-subject', message: `it was made for ${stated}, expected ${attachment.subject}` },
    signed: signedDigest(wanted, bufferOf(signature)),
  };
}

/** Sigstore bundles 0.1 to 0.3: cosign 3 signatures, attestations of any maker, signatures over the manifest itself. */
export const sigstoreBundle = statementForm({
  read(attachment, content) {
    const bundle = parseBundle(content);
    assertCounts(bundle);
    const read = readEnvelope(bundle, attachment) ?? readMessage(bundle, attachment);
    if (read === null) throw new Refusal('malformed', 'the bundle signs nothing');
    const [certificate = null, ...chain] = certificatesOf(bundle);
    const material = bundle.verificationMaterial;
    const hint = material.content.$case === 'publicKey' ? material.content.publicKey.hint : '';
    return [
      {
        ...read,
        certificate,
        chain,
        keyHint: hint === '' ? null : hint,
        logEntries: material.tlogEntries,
        timestamps: (material.timestampVerificationData?.rfc3161Timestamps ?? []).map((stamp) =>
          bufferOf(stamp.signedTimestamp),
        ),
        envelope: null,
      },
    ];
  },
});
