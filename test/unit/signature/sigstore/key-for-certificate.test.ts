// A bare key where a certificate belongs must not be taken for a signer that nothing else needs to be known of (cosign, GHSA-fx35-mq7g-6g98).
import { createPublicKey, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Attachment, Evidence, VerificationMaterial } from '../../../../src/model/index.ts';
import { verifyAttachments } from '../../../../src/signature/index.ts';
import { ecPair, imageDigest, pemOf, spkiOf } from '../certificates/test-certificates.ts';
import { keyBundle, keySignature, statementFor } from '../key-signatures.ts';
import { attachment, keyMaterial, material } from '../shared-data.ts';
import { createInstance } from '../test-instance.ts';

const { publicKey, privateKey } = ecPair();
const der = spkiOf(publicKey);
const pem = pemOf(publicKey);
const inCertificate = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;

interface Bundle {
  verificationMaterial: object;
}

/** A sound bundle of this key, with something else as its verification material. */
function bundleWith(content: object): Attachment {
  const bundle = JSON.parse(Buffer.from(keyBundle(privateKey, statementFor()).content, 'base64').toString()) as Bundle;
  return attachment('sigstore-bundle', imageDigest, JSON.stringify({ ...bundle, verificationMaterial: content }));
}

/** A sound signature of this key in cosign's old form, with these annotations beside it. */
function annotated(annotations: Readonly<Record<string, string>>): Attachment {
  const sound = keySignature(privateKey);
  return { ...sound, layer: { ...sound.layer, annotations: { ...sound.layer.annotations, ...annotations } } };
}

const raw = (bytes: Buffer): { readonly rawBytes: string } => ({ rawBytes: bytes.toString('base64') });
const attacks: readonly (readonly [string, () => Attachment])[] = [
  ['a bundle’s certificate, as DER', () => bundleWith({ certificate: raw(der) })],
  ['a bundle’s certificate, as PEM', () => bundleWith({ certificate: raw(Buffer.from(pem)) })],
  ['a bundle’s chain', () => bundleWith({ x509CertificateChain: { certificates: [raw(der)] } })],
  ['the annotation of a certificate', () => annotated({ 'dev.sigstore.cosign/certificate': pem })],
  ['a certificate’s PEM', () => annotated({ 'dev.sigstore.cosign/certificate': inCertificate })],
  [
    'an attestation’s certificate',
    () => {
      const { dsseEnvelope } = JSON.parse(
        Buffer.from(keyBundle(privateKey, statementFor()).content, 'base64').toString(),
      ) as { readonly dsseEnvelope: object };
      return attachment('cosign-attestation', imageDigest, JSON.stringify(dsseEnvelope), {
        'dev.sigstore.cosign/certificate': pem,
      });
    },
  ],
];

async function evidenceOf(found: Attachment, asked: VerificationMaterial): Promise<readonly Evidence[]> {
  return await verifyAttachments([found], asked);
}

function keyOnly(key: KeyObject): VerificationMaterial {
  return material({ keys: [keyMaterial(pemOf(createPublicKey(key)), 'acme')] });
}

describe('a public key in place of', () => {
  let roots: VerificationMaterial;
  beforeAll(async () => {
    roots = material({ trustedRoots: [(await createInstance()).source()] });
  });

  test.each(attacks)('%s is no signer, whatever is trusted', async (_, attack) => {
    for (const asked of [
      roots,
      keyOnly(privateKey),
      { ...roots, ...keyOnly(privateKey), trustedRoots: roots.trustedRoots },
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect(await evidenceOf(attack(), asked)).toMatchObject([
        { verified: false, signer: null, materials: [], problem: { code: 'malformed' } },
      ]);
    }
  });

  test('nothing is a signer where it is trusted as a key: the signatures themselves are sound', async () => {
    for (const sound of [keyBundle(privateKey, statementFor()), keySignature(privateKey)]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect(await evidenceOf(sound, keyOnly(privateKey))).toMatchObject([{ verified: true }]);
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect(await evidenceOf(sound, roots)).toMatchObject([{ verified: false }]);
    }
  });
});
