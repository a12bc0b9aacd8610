import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Attachment, Evidence, KeyMaterial, TrustedRootSource } from '../../../../src/model/index.ts';
import { dateTime } from '../../../../src/signature/date-time.ts';
import { verifyAttachments } from '../../../../src/signature/index.ts';
import { ecPair, imageDigest, pemOf, signedAt, spkiOf } from '../certificates/test-certificates.ts';
import { keyBundle, keySignature, statementFor } from '../key-signatures.ts';
import { attachment, keyMaterial, material } from '../shared-data.ts';
import { createInstance, hashedRekord, simpleSigning, type TestInstance } from '../test-instance.ts';

function materialOf(key: KeyObject, name = 'acme'): KeyMaterial {
  return keyMaterial(pemOf(key), name);
}

async function evidenceOf(
  found: Attachment,
  keys: readonly KeyMaterial[],
  trustedRoots: readonly TrustedRootSource[] = [],
): Promise<Evidence | undefined> {
  const [evidence] = await verifyAttachments([found], material({ keys, trustedRoots }));
  return evidence;
}

const pairs = {
  'ECDSA P-256': ecPair(),
  'ECDSA P-384': ecPair('secp384r1'),
  'ECDSA P-521': ecPair('secp521r1'),
  Ed25519: generateKeyPairSync('ed25519'),
  'RSA 2048': generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'RSA-PSS 2048': generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
};

describe('a key', () => {
  test.each(Object.entries(pairs))('of the kind %s verifies what it signed, and nothing else', async (kind, pair) => {
    const known = materialOf(pair.publicKey);
    const signed = keySignature(pair.privateKey, undefined, kind === 'Ed25519' ? null : 'sha256');
    expect(await evidenceOf(signed, [known])).toMatchObject({
      verified: true,
      form: 'cosign-signature',
      signer: { kind: 'key', sha256: known.id, name: 'acme' },
      materials: [known.id],
      trustedRoot: null,
      time: null,
      log: null,
    });
    const changed = { ...signed, content: Buffer.from(`${simpleSigning()} `).toString('base64') };
    expect(await evidenceOf(changed, [known])).toMatchObject({ verified: false, problem: { code: 'unknown-signer' } });
  });

  test.each([
    ['ECDSA P-384', 'sha384'],
    ['ECDSA P-521', 'sha512'],
    ['RSA 2048', 'sha512'],
  ] as const)('of the kind %s may use %s as its digest', async (kind, hash) => {
    const { publicKey, privateKey } = pairs[kind];
    const signed = keySignature(privateKey, undefined, hash);
    expect(await evidenceOf(signed, [materialOf(publicKey)])).toMatchObject({ verified: true });
  });

  test('of a publisher that no policy names verifies what it signed, and nothing else', async () => {
    const { publicKey, privateKey } = pairs['ECDSA P-256'];
    const publishers = { ...materialOf(publicKey, 'known'), isPublishers: true };
    const other = materialOf(pairs.Ed25519.publicKey);
    const signed = keySignature(privateKey);
    for (const keys of [[publishers], [other, publishers], [publishers, other]]) {
      expect(await evidenceOf(signed, keys)).toMatchObject({ verified: true, materials: [publishers.id] });
      const changed = { ...signed, content: Buffer.from(`${simpleSigning()} `).toString('base64') };
      expect(await evidenceOf(changed, keys)).toMatchObject({ verified: false, problem: { code: 'unknown-signer' } });
    }
    expect(await evidenceOf(keySignature(ecPair().privateKey), [publishers])).toMatchObject({ verified: false });
    const broken = { ...publishers, pem: 'junk' };
    expect(await evidenceOf(signed, [broken])).toMatchObject({ verified: false });
  });

  test('of a publisher is not tried where a key of a policy made the signature', async () => {
    const { publicKey, privateKey } = pairs['ECDSA P-256'];
    const publishers = { ...materialOf(publicKey), id: 'ab'.repeat(32), isPublishers: true };
    const policys = materialOf(publicKey);
    const evidence = await verifyAttachments([keySignature(privateKey)], material({ keys: [publishers, policys] }));
    expect(evidence).toMatchObject([{ verified: true, materials: [policys.id] }]);
  });

  test('bound to a digest by its policy refuses another', async () => {
    const { publicKey, privateKey } = pairs['RSA 2048'];
    const bound: KeyMaterial = { ...materialOf(publicKey), hashAlgorithm: 'sha256' };
    expect(await evidenceOf(keySignature(privateKey, undefined, 'sha256'), [bound])).toMatchObject({ verified: true });
    expect(await evidenceOf(keySignature(privateKey, undefined, 'sha512'), [bound])).toMatchObject({ verified: false });
  });

  test.each([
    ['RSA of 1024 bits', () => generateKeyPairSync('rsa', { modulusLength: 1024 })],
    ['a curve that is not used for images', () => ecPair('secp256k1')],
  ])('%s verifies nothing', async (_name, make) => {
    const { publicKey, privateKey } = make();
    expect(await evidenceOf(keySignature(privateKey), [materialOf(publicKey)])).toMatchObject({ verified: false });
  });

  test('that cannot be parsed hides no other', async () => {
    const { publicKey, privateKey } = pairs['ECDSA P-256'];
    const broken: KeyMaterial = { id: 'x', pem: 'junk', name: null, hashAlgorithm: null };
    expect(await evidenceOf(keySignature(privateKey), [broken, materialOf(publicKey)])).toMatchObject({
      verified: true,
    });
  });

  test('is tried whatever a hint says', async () => {
    const { publicKey, privateKey } = pairs['ECDSA P-256'];
    const found = keyBundle(privateKey, statementFor());
    const text = Buffer.from(found.content, 'base64')
      .toString()
      .replace(/"hint":"[^"]*"/, '"hint":"another"');
    const misled = { ...found, content: Buffer.from(text).toString('base64') };
    expect(await evidenceOf(misled, [materialOf(publicKey)])).toMatchObject({ verified: true });
  });

  test('that the hint names but that did not sign makes the signature invalid; one that was not named makes it unknown', async () => {
    const { publicKey, privateKey } = pairs['ECDSA P-256'];
    const found = keyBundle(privateKey, statementFor());
    const id = createHash('sha256').update(spkiOf(publicKey)).digest('hex');
    const unknown = await evidenceOf(found, [materialOf(pairs['ECDSA P-384'].publicKey, 'other')]);
    expect(unknown).toMatchObject({
      problem: { code: 'unknown-signer' },
      signer: { kind: 'key', sha256: id, name: null },
    });
    expect(unknown?.problem?.message).toContain(id);
    expect((await evidenceOf(found, []))?.problem?.message).toContain('no policy names a key');
    const text = Buffer.from(found.content, 'base64').toString();
    const bundle = JSON.parse(text) as { dsseEnvelope: { signatures: { sig: string }[] } };
    bundle.dsseEnvelope.signatures = [{ sig: sign('sha256', Buffer.from('x'), privateKey).toString('base64') }];
    const forged = { ...found, content: Buffer.from(JSON.stringify(bundle)).toString('base64') };
    const invalid = await evidenceOf(forged, [materialOf(publicKey)]);
    expect(invalid).toMatchObject({ problem: { code: 'invalid-signature' }, signer: { name: 'acme' } });
  });

  test('named twice by policies counts with every name of it', async () => {
    const { publicKey, privateKey } = pairs['ECDSA P-256'];
    const one = materialOf(publicKey);
    expect(await evidenceOf(keySignature(privateKey), [one, one])).toMatchObject({ materials: [one.id] });
  });

  test('in a certificate counts where a policy names the key itself', async () => {
    const instance = await createInstance();
    const certificate = await instance.issue();
    const known = materialOf(certificate.pair.publicKey);
    const found = await instance.signature({ certificate });
    expect(await evidenceOf(found, [known])).toMatchObject({
      verified: true,
      signer: { kind: 'key', sha256: known.id },
    });
    const both = await verifyAttachments([found], material({ keys: [known], trustedRoots: [instance.source()] }));
    expect(both.map((item) => item.signer?.kind)).toEqual(['keyless', 'key']);
  });
});

describe('the log entry of a key', () => {
  let instance: TestInstance;
  const { publicKey, privateKey } = pairs['ECDSA P-256'];
  beforeAll(async () => {
    instance = await createInstance();
  });

  function logged(promise: TestInstance['promise'], signer = pemOf(publicKey)): Attachment {
    const payload = Buffer.from(simpleSigning());
    const bytes = sign('sha256', payload, privateKey);
    return attachment('cosign-signature', imageDigest, payload, {
      'dev.cosignproject.cosign/signature': bytes.toString('base64'),
      'dev.sigstore.cosign/bundle': promise(hashedRekord(payload, bytes, signer), signedAt),
    });
  }

  test('gives the time, with a root that knows the log', async () => {
    const root = instance.source();
    const known = materialOf(publicKey);
    expect(await evidenceOf(logged(instance.promise), [known], [root])).toMatchObject({
      verified: true,
      timeSource: 'log',
      time: dateTime(signedAt),
      materials: [known.id, root.id],
      trustedRoot: root.id,
    });
  });

  test('gives nothing where no root knows the log; the key still counts', async () => {
    const other = await createInstance();
    for (const roots of [[], [other.source()]]) {
      expect(await evidenceOf(logged(instance.promise), [materialOf(publicKey)], roots)).toMatchObject({
        verified: true,
        time: null,
        log: null,
        trustedRoot: null,
      });
    }
  });

  test('that records another key is refused, with or without a root', async () => {
    const other = pemOf(ecPair().publicKey);
    for (const roots of [[], [instance.source()]]) {
      expect(await evidenceOf(logged(instance.promise, other), [materialOf(publicKey)], roots)).toMatchObject({
        verified: false,
        problem: { code: 'log-invalid' },
      });
    }
  });

  test('that records another signature or other bytes is refused, with or without a root', async () => {
    const payload = Buffer.from(simpleSigning());
    const good = logged(instance.promise);
    const bytes = Buffer.from(good.layer.annotations?.['dev.cosignproject.cosign/signature'] ?? '', 'base64');
    const bodies = [
      hashedRekord(payload, Buffer.from('other'), pemOf(publicKey)),
      hashedRekord(Buffer.from('other'), bytes, pemOf(publicKey)),
    ];
    for (const body of bodies) {
      const bundle = { 'dev.sigstore.cosign/bundle': instance.promise(body, signedAt) };
      const layer = { ...good.layer, annotations: { ...good.layer.annotations, ...bundle } };
      for (const roots of [[], [instance.source()]]) {
        expect(await evidenceOf({ ...good, layer }, [materialOf(publicKey)], roots)).toMatchObject({
          verified: false,
          problem: { code: 'log-invalid' },
        });
      }
    }
  });

  test('tells who signed where no policy names the key', async () => {
    const evidence = await evidenceOf(logged(instance.promise), [], [instance.source()]);
    expect(evidence).toMatchObject({ verified: false, problem: { code: 'unknown-signer' }, signer: { kind: 'key' } });
    expect(evidence?.problem?.message).toContain('the signature is sound');
  });
});
