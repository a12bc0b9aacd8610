import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { ASN1Obj } from '@sigstore/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { dateTime } from '../../../../src/signature/date-time.ts';
import { certify, ecPair, imageDigest, later, otherDigest, signedAt } from '../certificates/test-certificates.ts';
import { certificateMaterial } from '../shared-data.ts';
import { createInstance, type TestInstance } from '../test-instance.ts';
import { always, authority, between, evidenceOf, issue, root, signer, specOf } from './notation-authorities.ts';
import { cose, jws, type NotationSpec } from './notation-signatures.ts';

let instance: TestInstance;
beforeAll(async () => {
  instance = await createInstance();
});

const forms = [
  ['JWS', jws],
  ['COSE', cose],
] as const;

describe.each(forms)('a Notation signature in %s form', (_name, write) => {
  test('verifies with the authority that its policy names', async () => {
    expect(await evidenceOf(await write(specOf()))).toMatchObject({
      verified: true,
      form: 'notation',
      subject: imageDigest,
      signer: { kind: 'certificate', subject: 'CN=signer,O=Acme,C=US' },
      materials: [authority.id],
      time: null,
      problem: null,
    });
  });

  test.each([
    ['ECDSA on P-384', 'ES384', () => ecPair('secp384r1')],
    ['ECDSA on P-521', 'ES512', () => ecPair('secp521r1')],
    ['RSA of 2048 bits', 'PS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['RSA of 3072 bits', 'PS384', () => generateKeyPairSync('rsa', { modulusLength: 3072 })],
  ])('by a key of the kind %s verifies with %s alone', async (_kind, algorithm, make) => {
    const by = await issue({ pair: make() });
    expect(await evidenceOf(await write(specOf({ algorithm }, by)))).toMatchObject({ verified: true });
    const weaker = algorithm.startsWith('ES') ? 'ES256' : 'PS512';
    expect(await evidenceOf(await write(specOf({ algorithm: weaker }, by)))).toMatchObject({
      verified: false,
      problem: { code: 'invalid-signature' },
    });
    const misnamed = await write(specOf({ algorithm: weaker, signedWith: algorithm }, by));
    expect(await evidenceOf(misnamed)).toMatchObject({ verified: false, problem: { code: 'invalid-signature' } });
  });

  test.each<[string, Partial<NotationSpec>, string]>([
    ['for another image', { digest: otherDigest }, 'wrong-subject'],
    ['of another content type', { contentType: 'text/plain' }, 'wrong-type'],
    ['of an unknown scheme', { scheme: 'notary.other' }, 'unsupported'],
    [
      'with an unknown critical attribute',
      { critical: ['io.cncf.notary.signingScheme', 'x'], more: { x: 1 } },
      'unsupported',
    ],
    [
      'with a critical attribute that is missing',
      { critical: ['io.cncf.notary.signingScheme', 'io.cncf.notary.expiry'] },
      'malformed',
    ],
    ['whose scheme is not critical', { critical: [] }, 'malformed'],
    [
      'whose expiry is not critical',
      { critical: ['io.cncf.notary.signingScheme'], expiry: later(signedAt, 60) },
      'malformed',
    ],
    [
      'that names a critical attribute twice',
      { critical: ['io.cncf.notary.signingScheme', 'io.cncf.notary.signingScheme'] },
      'malformed',
    ],
    ['that needs a plugin', { more: { 'io.cncf.notary.verificationPlugin': 'x' } }, 'unsupported'],
    ['without a signing time', { signingTime: null }, 'malformed'],
    ['that has expired', { expiry: later(signedAt, -1) }, 'expired'],
    ['whose payload is no JSON', { payload: 'not json' }, 'malformed'],
    [
      'whose payload has a key twice',
      { payload: `{"targetArtifact":{"digest":"${imageDigest}","digest":"${imageDigest}"}}` },
      'malformed',
    ],
    [
      'whose payload has a key in two letter cases',
      { payload: `{"targetArtifact":{"Digest":"sha256:0","digest":"${imageDigest}"}}` },
      'malformed',
    ],
    ['without a chain', { chain: [] }, 'malformed'],
  ])('%s is refused', async (_case, changes, code) => {
    const evidence = await evidenceOf(await write(specOf(changes)));
    expect(evidence).toMatchObject({ verified: false, problem: { code } });
    const message = evidence?.problem?.message ?? '';
    expect(message.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]*Z/g, '<time>')).toMatchSnapshot();
  });

  test('not yet expired verifies', async () => {
    expect(await evidenceOf(await write(specOf({ expiry: later(signedAt, 1) })))).toMatchObject({ verified: true });
  });

  test('by another key than the certificate holds is refused', async () => {
    expect(await evidenceOf(await write(specOf({ key: ecPair().privateKey })))).toMatchObject({
      problem: { code: 'invalid-signature' },
    });
  });

  test('with something behind its end is refused', async () => {
    const found = await write(specOf());
    const content = Buffer.concat([Buffer.from(found.content, 'base64'), Buffer.from('x')]).toString('base64');
    expect(await evidenceOf({ ...found, content })).toMatchObject({ problem: { code: 'malformed' } });
  });

  test('verifies only with an authority that its chain leads through', async () => {
    const other = await certify({ subject: 'CN=root', isAuthority: true, ...always }, null, null);
    const found = await write(specOf());
    expect(await evidenceOf(found, signedAt, [certificateMaterial(other.pem, 'notation')])).toMatchObject({
      verified: false,
      problem: { code: 'unknown-signer', message: expect.stringContaining('CN=root') },
      signer: { subject: 'CN=signer,O=Acme,C=US' },
    });
    const middle = certificateMaterial(between.pem, 'notation');
    expect(await evidenceOf(found, signedAt, [middle])).toMatchObject({ verified: true, materials: [middle.id] });
    const forSigstore = certificateMaterial(root.pem, 'keyless');
    expect(await evidenceOf(found, signedAt, [forSigstore])).toMatchObject({ problem: { code: 'unknown-signer' } });
  });

  test('outside the validity of its certificates counts with a timestamp of a named authority only', async () => {
    const brief = await issue({ notBefore: later(signedAt, -1), notAfter: later(signedAt, 9) });
    const late = later(signedAt, 60);
    const token = async (signature: Buffer): Promise<Buffer> => {
      const response = ASN1Obj.parseBuffer(Buffer.from(await instance.timestamp(signature, signedAt)));
      return response.subs[1]?.toDER() ?? Buffer.alloc(0);
    };
    const [stamps] = instance.trustedRoot.timestampAuthorities;
    const pems = stamps?.certChain.certificates.map(({ rawBytes }) =>
      new X509Certificate(Buffer.from(rawBytes, 'base64')).toString(),
    );
    const clock = certificateMaterial(pems?.at(-1) ?? '', 'notation-timestamp');
    const stamped = await write(specOf({ timestamp: token }, brief));
    expect(await evidenceOf(stamped, late, [authority, clock])).toMatchObject({
      verified: true,
      time: dateTime(signedAt),
      timeSource: 'timestamp',
      materials: [authority.id, clock.id],
    });
    expect(await evidenceOf(stamped, late)).toMatchObject({
      verified: false,
      problem: { code: 'certificate-expired' },
    });
    const bare = await write(specOf({}, brief));
    expect(await evidenceOf(bare, late, [authority, clock])).toMatchObject({
      problem: {
        code: 'certificate-expired',
        message: expect.stringMatching(/^without a trusted timestamp the present .* counts/),
      },
    });
    const foreign = await write(specOf({ timestamp: async () => await token(Buffer.from('other')) }, brief));
    expect(await evidenceOf(foreign, late, [authority, clock])).toMatchObject({
      problem: { code: 'timestamp-invalid' },
    });
    // a timestamp of somebody whom no policy names says nothing, and denies nothing
    const unnamed = [authority, certificateMaterial(signer.pem, 'notation-timestamp')];
    expect(await evidenceOf(stamped, signedAt, unnamed)).toMatchObject({
      verified: true,
      time: null,
      timeSource: null,
    });
    expect(await evidenceOf(stamped, late, unnamed)).toMatchObject({ problem: { code: 'certificate-expired' } });
    expect(await evidenceOf(stamped, late, [...unnamed, clock])).toMatchObject({ verified: true });
    const early = async (signature: Buffer): Promise<Buffer> => {
      const response = ASN1Obj.parseBuffer(Buffer.from(await instance.timestamp(signature, later(signedAt, 30))));
      return response.subs[1]?.toDER() ?? Buffer.alloc(0);
    };
    const outside = await write(specOf({ timestamp: early }, brief));
    expect(await evidenceOf(outside, late, [authority, clock])).toMatchObject({
      problem: { code: 'certificate-expired', message: expect.stringMatching(/^it was signed at /) },
    });
  });
});
