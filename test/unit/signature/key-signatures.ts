import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { Attachment } from '../../../src/model/index.ts';
import { imageDigest, spkiOf } from './certificates/test-certificates.ts';
import { attachment } from './shared-data.ts';
import { simpleSigning } from './test-instance.ts';

/** A signature with a bare key over `payload`, without a log. */
export function keySignature(
  key: KeyObject,
  payload = simpleSigning(),
  hash: 'sha256' | 'sha384' | 'sha512' | null = 'sha256',
): Attachment {
  const bytes = sign(hash, Buffer.from(payload), key);
  const annotations = { 'dev.cosignproject.cosign/signature': bytes.toString('base64') };
  return attachment('cosign-signature', imageDigest, payload, annotations);
}

/** A cosign 3 bundle signed with a bare key. */
export function keyBundle(
  key: KeyObject,
  statement: object | string,
  payloadType = 'application/vnd.in-toto+json',
  signedType = payloadType,
): Attachment {
  const payload = Buffer.from(typeof statement === 'string' ? statement : JSON.stringify(statement));
  const type = Buffer.from(signedType);
  const encoded = Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
  const hint = createHash('sha256')
    .update(spkiOf(createPublicKey(key)))
    .digest('base64');
  const bundle = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint } },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType,
      signatures: [{ sig: sign('sha256', encoded, key).toString('base64') }],
    },
  };
  return attachment('sigstore-bundle', imageDigest, JSON.stringify(bundle));
}

export const signPredicate = 'https://sigstore.dev/cosign/sign/v1';

export function statementFor(
  subject: unknown = [{ digest: { sha256: 'ab'.repeat(32) } }],
  predicateType = signPredicate,
): object {
  return { _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate: {} };
}
