import 'reflect-metadata';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { ASN1Obj } from '@sigstore/core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Attachment, CertificateMaterial, Evidence } from '../../../src/model/index.ts';
import { dateTime } from '../../../src/signature/date-time.ts';
import { verifyAttachments } from '../../../src/signature/index.ts';
import { cose, jws, type NotationSpec, thumbprint } from './notation-signatures.ts';
import { certificateMaterial, material } from './shared-data.ts';
import {
  type CertificateSpec,
  type Certified,
  certify,
  ecPair,
  imageDigest,
  later,
  otherDigest,
  signedAt,
} from './test-certificates.ts';
import { createInstance, type TestInstance } from './test-instance.ts';

const codeSigning = '1.3.6.1.5.5.7.3.3';
const always = { notBefore: new Date('2025-01-01T00:00:00Z'), notAfter: new Date('2035-01-01T00:00:00Z') };

let root: Certified;
let between: Certified;
let signer: Certified;
let authority: CertificateMaterial;
let instance: TestInstance;

beforeAll(async () => {
  root = await certify({ subject: 'CN=root', isAuthority: true, ...always }, null, null);
  between = await certify({ subject: 'CN=between', isAuthority: true, ...always }, root, null);
  signer = await issue({});
  authority = certificateMaterial(root.pem, 'notation');
  instance = await createInstance();
});

async function issue(spec: CertificateSpec): Promise<Certified> {
  return await certify({ subject: 'C=US,O=Acme,CN=signer', usages: [codeSigning], ...always, ...spec }, between, null);
}

function specOf(changes: Partial<NotationSpec> = {}, by: Certified = signer): NotationSpec {
  return { chain: [by.der, between.der, root.der], key: by.pair.privateKey, ...changes };
}

async function evidenceOf(
  found: Attachment,
  now = signedAt,
  certificates = [authority],
): Promise<Evidence | undefined> {
  const [evidence] = await verifyAttachments([found], material({ certificates }), { now });
  return evidence;
}

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
    ['without a chain', { chain: [] }, 'malformed'],
  ])('%s is refused', async (_case, changes, code) => {
    expect(await evidenceOf(await write(specOf(changes)))).toMatchObject({ verified: false, problem: { code } });
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
      problem: { code: 'certificate-expired' },
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
      problem: { code: 'certificate-expired' },
    });
  });
});

const leafSpec = { subject: 'CN=leaf', usages: [codeSigning], ...always };

/** A signature below an authority with the changes, and `more` ordinary ones below that. */
async function through(changes: CertificateSpec, more = 0): Promise<NotationSpec> {
  const plain = { subject: 'CN=authority', isAuthority: true, ...always };
  const authorities = [await certify({ ...plain, ...changes }, root, null)];
  for (let count = 0; count < more; count++) {
    authorities.unshift(await certify({ ...plain, subject: `CN=below ${count}` }, authorities[0] ?? root, null));
  }
  const leaf = await certify(leafSpec, authorities[0] ?? root, null);
  return specOf({ chain: [leaf, ...authorities, root].map(({ der }) => der) }, leaf);
}

describe('the chain of a Notation signature', () => {
  test.each<[string, () => Promise<NotationSpec>]>([
    ['whose signer states no uses beyond that of its key', async () => specOf({}, await issue({ usages: null }))],
    ['as long as an authority in it allows', () => through({ pathLength: 1 }, 1)],
    ['with an authority that allows none below it, and has none', () => through({ pathLength: 0 })],
    ['through one authority more', () => through({}, 1)],
  ])('%s verifies', async (_name, make) => {
    expect(await evidenceOf(await jws(await make()))).toMatchObject({ verified: true, problem: null });
  });

  test.each<[string, () => Promise<NotationSpec>]>([
    ['whose signer is made for TLS servers', async () => specOf({}, await issue({ usages: ['1.3.6.1.5.5.7.3.1'] }))],
    [
      'whose signer may do more than sign code',
      async () => specOf({}, await issue({ usages: [codeSigning, '1.3.6.1.5.5.7.3.8'] })),
    ],
    [
      'whose signer is an authority',
      async () =>
        specOf(
          {},
          await issue({
            isAuthority: true,
            keyUsage: x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign,
          }),
        ),
    ],
    [
      "whose signer's key is not for signatures",
      async () => specOf({}, await issue({ keyUsage: x509.KeyUsageFlags.keyAgreement })),
    ],
    [
      'whose signer has an unknown critical extension',
      async () => specOf({}, await issue({ extensions: [new x509.Extension('1.2.3.4', true, Buffer.from([5, 0]))] })),
    ],
    [
      'whose signer says that it is an authority, but not that it signs certificates',
      async () => specOf({}, await issue({ isAuthority: true, keyUsage: x509.KeyUsageFlags.digitalSignature })),
    ],
    [
      'whose signer may sign certificates, but does not say that it is an authority',
      async () => {
        const keyUsage = x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign;
        return specOf({}, await issue({ keyUsage }));
      },
    ],
    ['whose signer says nothing of the use of its key', async () => specOf({}, await issue({ keyUsage: null }))],
    ['whose signer is made for another use alone', async () => specOf({}, await issue({ usages: ['1.2.3.4'] }))],
    [
      'whose signer has an extension twice',
      async () => {
        const twice = new x509.Extension('1.2.3.4', false, Buffer.from([5, 0]));
        return specOf({}, await issue({ extensions: [twice, twice] }));
      },
    ],
    ['with an authority that may not sign certificates', () => through({ keyUsage: x509.KeyUsageFlags.cRLSign })],
    ['with an authority that says nothing of the use of its key', () => through({ keyUsage: null })],
    [
      'with somebody who may sign certificates, but does not say that it is an authority',
      () => through({ isAuthority: false, keyUsage: x509.KeyUsageFlags.keyCertSign }),
    ],
    [
      'with an authority that has an unknown critical extension',
      () => through({ extensions: [new x509.Extension('1.2.3.4', true, Buffer.from([5, 0]))] }),
    ],
    ['longer than an authority in it allows', () => through({ pathLength: 0 }, 1)],
    [
      'whose signer names another issuer than the next in it, though that one signed',
      async () => specOf({}, await certify(leafSpec, { ...between, name: 'CN=somebody else' }, null)),
    ],
    ['that skips the authority between', async () => specOf({ chain: [signer.der, root.der] })],
    ['in another order', async () => specOf({ chain: [signer.der, root.der, between.der] })],
    ['that ends before its root', async () => specOf({ chain: [signer.der, between.der] })],
    [
      'through somebody who is no authority',
      async () => {
        const plain = await certify({ subject: 'CN=plain', ...always }, between, null);
        const leaf = await certify({ subject: 'CN=leaf', usages: [codeSigning], ...always }, plain, null);
        return specOf({ chain: [leaf.der, plain.der, between.der, root.der] }, leaf);
      },
    ],
    [
      'of an authority that has another key than the named one',
      async () => {
        const twin = await certify({ subject: 'CN=between', isAuthority: true, ...always }, null, null);
        const leaf = await certify({ subject: 'CN=leaf', usages: [codeSigning], ...always }, twin, null);
        return specOf({ chain: [leaf.der, between.der, root.der] }, leaf);
      },
    ],
  ])('%s is refused', async (_name, make) => {
    const certificates = [authority, certificateMaterial(between.pem, 'notation')];
    expect(await evidenceOf(await jws(await make()), signedAt, certificates)).toMatchObject({
      verified: false,
      problem: { code: 'certificate-invalid' },
    });
  });

  test('must have been valid as a whole', async () => {
    const over = await certify(
      { subject: 'CN=over', isAuthority: true, ...always, notAfter: later(signedAt, -60) },
      root,
      null,
    );
    const leaf = await certify({ subject: 'CN=leaf', usages: [codeSigning], ...always }, over, null);
    const found = await jws(specOf({ chain: [leaf.der, over.der, root.der] }, leaf));
    expect(await evidenceOf(found)).toMatchObject({ verified: false, problem: { code: 'certificate-expired' } });
  });

  test("must be the one that the manifest's fingerprints state", async () => {
    const found = await jws(specOf());
    const name = 'io.cncf.notary.x509chain.thumbprint#S256';
    const right = JSON.stringify([signer, between, root].map((certificate) => thumbprint(certificate.pem)));
    expect(await evidenceOf({ ...found, annotations: { [name]: right } })).toMatchObject({ verified: true });
    const wrong = JSON.stringify([root, between, signer].map((certificate) => thumbprint(certificate.pem)));
    expect(await evidenceOf({ ...found, annotations: { [name]: wrong } })).toMatchObject({
      problem: { code: 'malformed' },
    });
  });
});
