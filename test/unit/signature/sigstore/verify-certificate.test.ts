import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Attachment, CertificateMaterial, Evidence, TrustedRootSource } from '../../../../src/model/index.ts';
import { dateTime } from '../../../../src/signature/date-time.ts';
import { verifyAttachments } from '../../../../src/signature/index.ts';
import { limits } from '../../../../src/signature/limits.ts';
import {
  type Certified,
  certify,
  ecPair,
  identity,
  later,
  signedAt,
  utf8Extension,
} from '../certificates/test-certificates.ts';
import { certificateMaterial, material } from '../shared-data.ts';
import { createInstance, evidenceUnder, type TestInstance } from '../test-instance.ts';

let instance: TestInstance;
beforeAll(async () => {
  instance = await createInstance();
});

const evidenceOf = (found: Attachment, root = instance.source()) => evidenceUnder(root, found);

const builder = { kind: 'keyless', identity: 'builder@example.test', issuer: 'https://issuer.example.test' };

describe('a certificate', () => {
  const tlsServer = '1.3.6.1.5.5.7.3.1';

  test.each([
    ['made for TLS servers', () => instance.issue({ usages: [tlsServer] })],
    ['that does not say what it is for', () => instance.issue({ usages: null })],
    ['whose key is for agreeing on keys only', () => instance.issue({ keyUsage: x509.KeyUsageFlags.keyAgreement })],
    [
      'that is an authority itself',
      () => instance.issue({ isAuthority: true, keyUsage: x509.KeyUsageFlags.digitalSignature }),
    ],
    [
      'whose key may sign certificates',
      () => instance.issue({ keyUsage: x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign }),
    ],
    [
      'with two identities',
      () =>
        instance.issue({ names: [identity('email', 'builder@example.test'), identity('url', 'https://evil.test')] }),
    ],
    [
      'with a host name beside its identity',
      () => instance.issue({ names: [identity('email', 'builder@example.test'), identity('dns', 'evil.test')] }),
    ],
    ['with no identity', () => instance.issue({ names: [] })],
    [
      'with an identity of more than one line',
      () => instance.issue({ names: [identity('email', 'builder@example.test\nx')] }),
    ],
    [
      'whose issuer is not in its place as text',
      () =>
        instance.issue({
          issuer: null,
          extensions: [new x509.Extension('1.3.6.1.4.1.57264.1.8', false, Buffer.from('https://issuer.example.test'))],
        }),
    ],
    ['that names two issuers', () => instance.issue({ formerIssuer: 'https://other.example.test' })],
    [
      'with name constraints',
      () => instance.issue({ extensions: [new x509.Extension('2.5.29.30', false, Buffer.from([0x30, 0]))] }),
    ],
    [
      'with an extension twice',
      () => instance.issue({ extensions: [utf8Extension('1.2.3.4', 'a'), utf8Extension('1.2.3.4', 'b')] }),
    ],
    ['without a certificate transparency log', () => instance.issue({ transparency: null })],
    ['in an unknown certificate transparency log', () => instance.issue({ transparency: 'other' })],
  ])('%s is refused', async (_name, issue) => {
    const evidence = await evidenceOf(await instance.signature({ certificate: await issue() }));
    expect(evidence).toMatchObject({ verified: false, problem: { code: 'certificate-invalid' } });
    expect(evidence?.problem?.message).toMatchSnapshot();
  });

  test('with an unknown critical extension is neither good nor broken', async () => {
    const extensions = [new x509.Extension('1.2.3.4', true, Buffer.from([5, 0]))];
    const evidence = await evidenceOf(await instance.signature({ certificate: await instance.issue({ extensions }) }));
    expect(evidence).toMatchObject({ verified: false, problem: { code: 'unsupported' } });
  });

  test('that was valid before or after the signing only is refused, and both times are reported', async () => {
    for (const minutes of [-30, 30]) {
      const certificate = await instance.issue({
        notBefore: later(signedAt, minutes),
        notAfter: later(signedAt, minutes + 10),
      });
      const evidence = await evidenceOf(await instance.signature({ certificate }));
      expect(evidence).toMatchObject({ verified: false, problem: { code: 'certificate-expired' }, signer: builder });
      expect(evidence?.problem?.message).toContain(dateTime(signedAt));
      expect(evidence?.problem?.message).toContain(dateTime(later(signedAt, minutes)));
    }
  });

  test('of an authority that had expired is refused (GHSA-wfqv-66vq-46rm)', async () => {
    const expired = await createInstance({ intermediate: { notAfter: later(signedAt, -60) } });
    expect(await evidenceOf(await expired.signature(), expired.source())).toMatchObject({
      verified: false,
      problem: { code: 'certificate-invalid' },
    });
    const alive = await createInstance({ intermediate: {} });
    expect(await evidenceOf(await alive.signature(), alive.source())).toMatchObject({ verified: true });
  });

  test('of another instance is refused, and its signer reported as a claim', async () => {
    const other = await createInstance();
    expect(await evidenceOf(await other.signature())).toMatchObject({
      verified: false,
      problem: { code: 'unknown-signer' },
      signer: builder,
    });
  });

  test('that signed itself does not become an authority by standing in the chain', async () => {
    const forged = await createInstance();
    const certificate = await forged.issue();
    const found = await instance.signature({ certificate, chain: [forged.root.pem] });
    expect(await evidenceOf(found)).toMatchObject({ verified: false, problem: { code: 'unknown-signer' } });
    const authority = certificateMaterial(instance.root.pem, 'keyless');
    const evidence = await verifyAttachments([found], material({ certificates: [authority] }));
    expect(evidence).toMatchObject([{ verified: false, problem: { code: 'unknown-signer' } }]);
  });
});

describe('a private authority', () => {
  async function privately(
    found: Attachment,
    pem: string,
    now: Date,
    roots: readonly TrustedRootSource[] = [],
  ): Promise<Evidence | undefined> {
    const certificates = [certificateMaterial(pem, 'keyless')];
    const [evidence] = await verifyAttachments([found], material({ certificates, trustedRoots: roots }), { now });
    return evidence;
  }
  let signer: Certified;
  beforeAll(async () => {
    signer = await instance.issue({ issuer: null, transparency: null, usages: null });
  });

  test('vouches for its certificates while they are valid', async () => {
    const found = await instance.signature({ certificate: signer, loggedAt: null });
    expect(await privately(found, instance.root.pem, signedAt)).toMatchObject({
      verified: true,
      time: null,
      signer: { kind: 'certificate' },
      certificate: { names: ['builder@example.test'], issuer: null },
    });
    expect(await privately(found, instance.root.pem, later(signedAt, 60))).toMatchObject({
      verified: false,
      problem: { code: 'certificate-expired' },
    });
  });

  test('makes no key a keyless signer, whatever issuer it writes into a certificate', async () => {
    const posing = await instance.issue({ transparency: null });
    const found = await instance.signature({ certificate: posing, loggedAt: null });
    expect(await privately(found, instance.root.pem, signedAt, [instance.source()])).toMatchObject({
      verified: true,
      signer: { kind: 'certificate' },
      certificate: { names: ['builder@example.test'], issuer: 'https://issuer.example.test' },
      trustedRoot: null,
      claims: {},
    });
  });

  test('takes the authorities between from the signature, once they lead to it', async () => {
    const chained = await createInstance({ intermediate: {} });
    const certificate = await chained.issue({ issuer: null, transparency: null, usages: null });
    const chain = [chained.between?.pem ?? '', chained.root.pem];
    const found = await chained.signature({ certificate, chain, loggedAt: null });
    expect(await privately(found, chained.root.pem, signedAt)).toMatchObject({ verified: true });
    expect(await privately(found, instance.root.pem, signedAt)).toMatchObject({ verified: false });
  });

  test('may be one of many in a file', async () => {
    const others = await Promise.all(
      Array.from({ length: limits.chainCertificates + 1 }, (_, index) =>
        certify({ subject: `CN=other ${index}`, isAuthority: true }, null, null),
      ),
    );
    const found = await instance.signature({ certificate: signer, loggedAt: null });
    const pem = [...others.map((other) => other.pem), instance.root.pem].join('\n');
    expect(await privately(found, pem, signedAt)).toMatchObject({ verified: true });
  });

  test('certifies through authorities that its policy names, also beside more signatures than are all tried', async () => {
    const chained = await createInstance({ intermediate: {} });
    const certificate = await chained.issue({ issuer: null, transparency: null, usages: null });
    const good = await chained.signature({ certificate, loggedAt: null });
    const untrusted = await (await createInstance()).signature();
    const alone = certificateMaterial(chained.root.pem, 'keyless');
    const authority = { ...alone, intermediates: chained.between?.pem ?? '' };
    const attached = [...Array.from({ length: limits.unnamedSigners + 1 }, () => untrusted), good];
    const isGood = async (certificates: readonly CertificateMaterial[]): Promise<boolean | undefined> => {
      const options = { now: signedAt, isWanted: () => true };
      return (await verifyAttachments(attached, material({ certificates }), options)).at(-1)?.verified;
    };
    expect(await isGood([authority])).toBe(true);
    expect(await isGood([alone])).toBe(false);
  });

  test('is not replaced by an authority that signed itself in its name', async () => {
    const pair = ecPair();
    // It names the real root as its issuer, and its own key as the one it was signed with.
    const posing = { ...instance.root, pair };
    const forged = await certify({ subject: 'CN=forged,O=test', isAuthority: true, pair }, posing, null);
    const certificate = await instance.issue({ issuer: null, transparency: null, usages: null }, forged);
    for (const chain of [[forged.pem], [forged.pem, instance.root.pem]]) {
      const found = await instance.signature({ certificate, chain, loggedAt: null });
      expect(await privately(found, instance.root.pem, signedAt)).toMatchObject({
        verified: false,
        problem: { code: 'unknown-signer' },
      });
    }
  });

  test('takes the time of a log that a root knows', async () => {
    const found = await instance.signature({ certificate: signer });
    const late = later(signedAt, 600);
    const root = instance.source();
    const timed = await privately(found, instance.root.pem, late, [root]);
    expect(timed).toMatchObject({ verified: true, timeSource: 'log', trustedRoot: null });
    expect(timed?.materials).toHaveLength(2);
    expect(timed?.materials).toContain(root.id);
    expect(await privately(found, instance.root.pem, late)).toMatchObject({ verified: false });
  });
});
