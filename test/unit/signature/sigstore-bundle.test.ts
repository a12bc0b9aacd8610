import { createHash, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Attachment, Digest, Evidence } from '../../../src/model/index.ts';
import { verifyAttachments } from '../../../src/signature/index.ts';
import { keyBundle, keySignature, signPredicate, statementFor } from './key-signatures.ts';
import { attachment, keyMaterial, material } from './shared-data.ts';
import { ecPair, imageDigest, otherDigest, pemOf } from './test-certificates.ts';
import { simpleSigning } from './test-instance.ts';

const { publicKey, privateKey } = ecPair();
const keys = [keyMaterial(pemOf(publicKey), 'acme')];

async function evidenceOf(found: Attachment): Promise<Evidence | undefined> {
  const [evidence] = await verifyAttachments([found], material({ keys }));
  return evidence;
}

const hex = imageDigest.slice('sha256:'.length);
const slsa = 'https://slsa.dev/provenance/v1';

describe('a bundle', () => {
  test('with the predicate of cosign sign is a signature on the image', async () => {
    const subject = [{ digest: { sha256: hex }, annotations: { team: 'blue' } }];
    expect(await evidenceOf(keyBundle(privateKey, statementFor(subject)))).toMatchObject({
      verified: true,
      form: 'cosign-bundle',
      predicateType: signPredicate,
      subject: imageDigest,
      annotations: { team: 'blue' },
      repository: null,
      statement: null,
    });
  });

  test('with any other predicate is an attestation, never a signature (GHSA-vjxv-45g9-9296)', async () => {
    const subject = [{ name: 'ghcr.io/acme/app', digest: { sha256: hex } }];
    expect(await evidenceOf(keyBundle(privateKey, statementFor(subject, slsa)))).toMatchObject({
      verified: true,
      form: 'attestation',
      predicateType: slsa,
      repository: 'ghcr.io/acme/app',
      statement: { predicateType: slsa, predicate: {} },
    });
  });

  test('whose attestation lists the image among others counts for it; a signature may not list others', async () => {
    const both = [{ digest: { sha256: 'cd'.repeat(32) } }, { digest: { sha256: hex } }];
    expect(await evidenceOf(keyBundle(privateKey, statementFor(both, slsa)))).toMatchObject({
      verified: true,
      subject: imageDigest,
    });
    expect(await evidenceOf(keyBundle(privateKey, statementFor(both)))).toMatchObject({
      verified: false,
      problem: { code: 'wrong-subject' },
    });
  });

  test.each([
    ['for another image', statementFor([{ digest: { sha256: otherDigest.slice(7) } }]), 'wrong-subject'],
    ['with the digest in the name alone', statementFor([{ name: imageDigest, digest: {} }]), 'wrong-subject'],
    ['with a SHA-512 digest alone', statementFor([{ digest: { sha512: hex } }]), 'wrong-subject'],
    ['with the digest in capitals', statementFor([{ digest: { sha256: hex.toUpperCase() } }]), 'wrong-subject'],
    ['without a subject', statementFor(null), 'malformed'],
    ['with an empty list of subjects', statementFor([]), 'malformed'],
    ['with a null subject', statementFor([null]), 'malformed'],
    ['with a digest that is a number', statementFor([{ digest: { sha256: 1 } }]), 'malformed'],
    ['without a predicate type', { ...statementFor(), predicateType: '' }, 'malformed'],
    ['of another statement type', { ...statementFor(), _type: 'https://example.test/v1' }, 'wrong-type'],
    ['that is no JSON', 'not json', 'malformed'],
    ['with a key twice', JSON.stringify(statementFor()).replace('{', '{"predicateType":"x",'), 'malformed'],
  ])('soundly signed %s is refused', async (_name, statement, code) => {
    expect(await evidenceOf(keyBundle(privateKey, statement))).toMatchObject({ verified: false, problem: { code } });
  });

  test('with another payload type than in-toto is refused, however it is spelt', async () => {
    for (const type of ['application/json', 'application/vnd.in-toto+jsön', 'application/vnd.in-toto+json ', '']) {
      expect(await evidenceOf(keyBundle(privateKey, statementFor(), type))).toMatchObject({
        verified: false,
        problem: { code: expect.stringMatching(/wrong-type|malformed/) },
      });
    }
  });

  test('whose payload type was changed after signing is refused', async () => {
    const changed = keyBundle(privateKey, statementFor(), 'application/vnd.in-toto+json', 'text/plain');
    expect(await evidenceOf(changed)).toMatchObject({ verified: false, problem: { code: 'invalid-signature' } });
  });
});

describe('a bundle over the manifest itself', () => {
  const manifest = Buffer.from('{"schemaVersion":2}');
  const subject = `sha256:${createHash('sha256').update(manifest).digest('hex')}` as Digest;

  function messageBundle(digest: string, pair = { publicKey, privateKey }): Attachment {
    const bundle = {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { publicKey: { hint: 'x' } },
      messageSignature: {
        messageDigest: { algorithm: 'SHA2_256', digest: Buffer.from(digest.slice(7), 'hex').toString('base64') },
        signature: sign('sha256', manifest, pair.privateKey).toString('base64'),
      },
    };
    return attachment('sigstore-bundle', subject, JSON.stringify(bundle));
  }

  test('is a signature on the image, although only the digest is known', async () => {
    expect(await evidenceOf(messageBundle(subject))).toMatchObject({
      verified: true,
      form: 'cosign-bundle',
      predicateType: null,
      subject,
    });
    const keysOf = (pair: typeof other) => [keyMaterial(pemOf(pair.publicKey))];
    const other = ecPair('secp384r1');
    const larger = await verifyAttachments([messageBundle(subject, other)], material({ keys: keysOf(other) }));
    expect(larger).toMatchObject([{ verified: true }]);
  });

  test('by another key is refused', async () => {
    expect(await evidenceOf(messageBundle(subject, ecPair()))).toMatchObject({ verified: false });
  });

  test('found under another manifest is refused, whichever digest it states', async () => {
    const elsewhere = (stated: string) => ({ ...messageBundle(stated), subject: imageDigest });
    expect(await evidenceOf(elsewhere(subject))).toMatchObject({ problem: { code: 'wrong-subject' } });
    expect(await evidenceOf(elsewhere(imageDigest))).toMatchObject({
      verified: false,
      problem: { code: 'unknown-signer' },
    });
  });
});

describe('a signature on a BuildKit attestation manifest', () => {
  const vouchesFor = otherDigest;

  test('vouches for the platform manifest, be it a bundle or a plain signature', async () => {
    for (const found of [keyBundle(privateKey, statementFor()), keySignature(privateKey)]) {
      expect(await evidenceOf({ ...found, vouchesFor })).toMatchObject({
        verified: true,
        form: 'buildkit-attestation',
        subject: vouchesFor,
      });
    }
  });

  test('for the platform manifest itself is not one: every link counts', async () => {
    const direct = [
      { ...keySignature(privateKey, simpleSigning(vouchesFor)), vouchesFor },
      { ...keyBundle(privateKey, statementFor([{ digest: { sha256: vouchesFor.slice(7) } }])), vouchesFor },
    ];
    for (const found of direct) {
      expect(await evidenceOf(found)).toMatchObject({
        verified: false,
        form: 'buildkit-attestation',
        problem: { code: 'wrong-subject' },
      });
    }
  });

  test('with another predicate than cosign sign vouches for nothing', async () => {
    const found = { ...keyBundle(privateKey, statementFor(undefined, slsa)), vouchesFor };
    expect(await evidenceOf(found)).toMatchObject({ verified: false, problem: { code: 'wrong-type' } });
  });
});
