import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Attachment, Evidence, TrustedRootSource } from '../../../src/model/index.ts';
import { verifyAttachments } from '../../../src/signature/index.ts';
import { certificateMaterial, material, rootSource } from './shared-data.ts';
import {
  type Certified,
  createInstance,
  ecPair,
  hashedRekord,
  identity,
  imageDigest,
  later,
  otherDigest,
  pemOf,
  type SignatureChanges,
  signedAt,
  simpleSigning,
  type TestInstance,
  utf8Extension,
} from './test-instance.ts';

let instance: TestInstance;
beforeAll(async () => {
  instance = await createInstance();
});

async function evidenceOf(
  found: Attachment,
  root: TrustedRootSource = instance.source(),
): Promise<Evidence | undefined> {
  const [evidence] = await verifyAttachments([found], material({ trustedRoots: [root] }));
  return evidence;
}

const builder = { kind: 'keyless', identity: 'builder@example.test', issuer: 'https://issuer.example.test' };

describe('a keyless signature', () => {
  test('verifies with its time, log and repository', async () => {
    const root = instance.source();
    expect(await evidenceOf(await instance.signature(), root)).toMatchObject({
      verified: true,
      form: 'cosign-signature',
      subject: imageDigest,
      signer: builder,
      time: signedAt.toISOString(),
      timeSource: 'log',
      log: { index: 7 },
      repository: 'registry.example.com/app',
      trustedRoot: root.id,
      materials: [root.id],
      problem: null,
    });
  });

  test('verifies with a timestamp alone, and with both', async () => {
    const alone = await instance.signature({ loggedAt: null, stampedAt: later(signedAt, 1) });
    expect(await evidenceOf(alone)).toMatchObject({ verified: true, timeSource: 'timestamp', log: null });
    const both = await instance.signature({ stampedAt: later(signedAt, 1) });
    expect(await evidenceOf(both)).toMatchObject({ verified: true, timeSource: 'log' });
  });

  test('a timestamp with any number of digits in its fraction of a second counts', async () => {
    for (const milliseconds of [100, 120, 123]) {
      const stampedAt = new Date(signedAt.getTime() + milliseconds);
      expect(await evidenceOf(await instance.signature({ loggedAt: null, stampedAt }))).toMatchObject({
        verified: true,
      });
    }
  });

  test('a timestamp alone does not suffice for a root that needs a log', async () => {
    const strict = instance.source(instance.trustedRoot, { log: 1, certificateTransparency: 1, timestamp: 1 });
    const alone = await instance.signature({ loggedAt: null, stampedAt: later(signedAt, 1) });
    expect(await evidenceOf(alone, strict)).toMatchObject({ verified: false, problem: { code: 'log-missing' } });
    expect(await evidenceOf(await instance.signature(), strict)).toMatchObject({ verified: true });
  });

  test('the claims of its certificate are told', async () => {
    const oid = '1.3.6.1.4.1.57264.1';
    const certificate = await instance.issue({
      extensions: [
        utf8Extension(`${oid}.12`, 'https://github.com/acme/app'),
        utf8Extension(`${oid}.14`, 'refs/tags/v1'),
        utf8Extension(`${oid}.11`, 'github-hosted'),
      ],
    });
    expect(await evidenceOf(await instance.signature({ certificate }))).toMatchObject({
      verified: true,
      claims: { sourceRepository: 'https://github.com/acme/app', ref: 'refs/tags/v1', runner: 'github-hosted' },
    });
  });

  test('is verified by every root that knows it, and names them all', async () => {
    const [first, second] = [instance.source(), instance.source({ ...instance.trustedRoot, ctlogs: [] })];
    const stranger = (await createInstance()).source();
    const certificate = await instance.issue({ transparency: null });
    const roots = [stranger, { ...second, thresholds: null }];
    const evidence = await verifyAttachments(
      [await instance.signature({ certificate })],
      material({ trustedRoots: roots }),
    );
    expect(evidence).toMatchObject([{ verified: true, trustedRoot: second.id, materials: [second.id] }]);
    const both = await verifyAttachments(
      [await instance.signature()],
      material({ trustedRoots: [first, instance.source()] }),
    );
    expect(both).toHaveLength(1);
  });
});

describe('a certificate', () => {
  const tlsServer = '1.3.6.1.5.5.7.3.1';

  test.each([
    ['made for TLS servers', () => instance.issue({ usages: [tlsServer] })],
    ['that does not say what it is for', () => instance.issue({ usages: null })],
    ['whose key is for agreeing on keys only', () => instance.issue({ keyUsage: x509.KeyUsageFlags.keyAgreement })],
    ['that is an authority itself', () => instance.issue({ isAuthority: true })],
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
    ['that names two issuers', () => instance.issue({ formerIssuer: 'https://other.example.test' })],
    [
      'with a critical extension that nobody knows',
      () => instance.issue({ extensions: [new x509.Extension('1.2.3.4', true, Buffer.from([5, 0]))] }),
    ],
    [
      'with name constraints',
      () => instance.issue({ extensions: [new x509.Extension('2.5.29.30', false, Buffer.from([0x30, 0]))] }),
    ],
    [
      'with an extension twice',
      () => instance.issue({ extensions: [utf8Extension('1.2.3.4', 'a'), utf8Extension('1.2.3.4', 'b')] }),
    ],
    ['without a certificate transparency log', () => instance.issue({ transparency: null })],
    ['in a certificate transparency log that nobody knows', () => instance.issue({ transparency: 'other' })],
  ])('%s is refused', async (_name, issue) => {
    const evidence = await evidenceOf(await instance.signature({ certificate: await issue() }));
    expect(evidence).toMatchObject({ verified: false, problem: { code: 'certificate-invalid' } });
  });

  test('that was valid before or after the signing only is refused, and both times are told', async () => {
    for (const minutes of [-30, 30]) {
      const certificate = await instance.issue({
        notBefore: later(signedAt, minutes),
        notAfter: later(signedAt, minutes + 10),
      });
      const evidence = await evidenceOf(await instance.signature({ certificate }));
      expect(evidence).toMatchObject({ verified: false, problem: { code: 'certificate-expired' }, signer: builder });
      expect(evidence?.problem?.message).toContain(signedAt.toISOString());
      expect(evidence?.problem?.message).toContain(later(signedAt, minutes).toISOString());
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

  test('of another instance is refused, and its signer told as a claim', async () => {
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
      signer: { kind: 'keyless', identity: 'builder@example.test', issuer: '' },
    });
    expect(await privately(found, instance.root.pem, later(signedAt, 60))).toMatchObject({
      verified: false,
      problem: { code: 'certificate-expired' },
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

  test('takes the time of a log that a root knows', async () => {
    const found = await instance.signature({ certificate: signer });
    const late = later(signedAt, 600);
    expect(await privately(found, instance.root.pem, late, [instance.source()])).toMatchObject({
      verified: true,
      timeSource: 'log',
    });
    expect(await privately(found, instance.root.pem, late)).toMatchObject({ verified: false });
  });
});

describe('a log entry', () => {
  interface Parts {
    readonly certificate: Certified;
    readonly payload: Buffer;
    readonly bytes: Buffer;
  }
  async function withEntry(entry: (parts: Parts) => string): Promise<Evidence | undefined> {
    const certificate = await instance.issue();
    const plain = await instance.signature({ certificate });
    const bytes = Buffer.from(plain.layer.annotations?.['dev.cosignproject.cosign/signature'] ?? '', 'base64');
    const text = entry({ certificate, payload: Buffer.from(simpleSigning()), bytes });
    const layer = { ...plain.layer, annotations: { ...plain.layer.annotations, 'dev.sigstore.cosign/bundle': text } };
    return await evidenceOf({ ...plain, layer });
  }

  test('of the very signature verifies', async () => {
    const evidence = await withEntry(({ certificate, payload, bytes }) =>
      instance.promise(hashedRekord(payload, bytes, certificate.pem), signedAt),
    );
    expect(evidence).toMatchObject({ verified: true });
  });

  test.each<[string, (parts: Parts) => string]>([
    [
      'of another payload (GHSA-8gw7-4j42-w388)',
      ({ certificate, bytes }) =>
        instance.promise(hashedRekord(Buffer.from('other'), bytes, certificate.pem), signedAt),
    ],
    [
      'of another signature (GHSA-whqx-f9j3-ch6m)',
      ({ certificate, payload }) =>
        instance.promise(hashedRekord(payload, Buffer.from('other'), certificate.pem), signedAt),
    ],
    [
      'of another certificate (GHSA-ccxc-vr6p-4858)',
      ({ payload, bytes }) => instance.promise(hashedRekord(payload, bytes, instance.root.pem), signedAt),
    ],
    [
      "of the certificate's bare key",
      ({ certificate, payload, bytes }) =>
        instance.promise(hashedRekord(payload, bytes, pemOf(certificate.pair.publicKey)), signedAt),
    ],
    [
      'with a promise by another key',
      ({ certificate, payload, bytes }) =>
        instance.promise(hashedRekord(payload, bytes, certificate.pem), signedAt, ecPair().privateKey),
    ],
    [
      'with another time than was promised (CVE-2026-48816)',
      ({ certificate, payload, bytes }) => {
        const text = instance.promise(hashedRekord(payload, bytes, certificate.pem), signedAt);
        return text.replace(/"integratedTime":(\d+)/, (_, time: string) => `"integratedTime":${Number(time) + 60}`);
      },
    ],
    [
      'with another index than was promised',
      ({ certificate, payload, bytes }) =>
        instance
          .promise(hashedRekord(payload, bytes, certificate.pem), signedAt)
          .replace('"logIndex":7', '"logIndex":8'),
    ],
  ])('%s is refused', async (_name, entry) => {
    expect(await withEntry(entry)).toMatchObject({ verified: false, problem: { code: 'log-invalid' } });
  });

  test('of a kind that nobody knows is refused', async () => {
    const evidence = await withEntry(({ certificate, payload, bytes }) => {
      const body = hashedRekord(payload, bytes, certificate.pem).toString().replace('hashedrekord', 'hashedfoo');
      return instance.promise(Buffer.from(body), signedAt);
    });
    expect(evidence).toMatchObject({ verified: false, problem: { code: 'unsupported' } });
  });

  test('in a log that no root knows proves nothing', async () => {
    const other = await createInstance();
    const evidence = await withEntry(({ certificate, payload, bytes }) =>
      other.promise(hashedRekord(payload, bytes, certificate.pem), signedAt),
    );
    expect(evidence).toMatchObject({ verified: false, problem: { code: 'log-missing' } });
  });

  test('is needed, unless there is a timestamp', async () => {
    expect(await evidenceOf(await instance.signature({ loggedAt: null }))).toMatchObject({
      verified: false,
      problem: { code: 'log-missing' },
    });
  });

  test('of a log whose key counts since ever proves nothing', async () => {
    const [log] = instance.trustedRoot.tlogs;
    const { validFor: _, ...publicKey } = log?.publicKey ?? { validFor: null };
    const undated = { ...instance.trustedRoot, tlogs: [{ ...log, publicKey }] };
    expect(await evidenceOf(await instance.signature(), rootSource(JSON.stringify(undated)))).toMatchObject({
      verified: false,
      problem: { code: 'log-missing' },
    });
  });

  test('from before the key of its log counted is refused (GHSA-wqqc-jjcq-vfxm)', async () => {
    const [log] = instance.trustedRoot.tlogs;
    const publicKey = { ...log?.publicKey, validFor: { start: later(signedAt, 60).toISOString() } };
    const young = { ...instance.trustedRoot, tlogs: [{ ...log, publicKey }] };
    expect(await evidenceOf(await instance.signature(), rootSource(JSON.stringify(young)))).toMatchObject({
      verified: false,
      problem: { code: 'log-invalid' },
    });
  });
});

describe('a timestamp', () => {
  const stamped = (changes: SignatureChanges) =>
    instance.signature({ loggedAt: null, stampedAt: later(signedAt, 1), ...changes });

  test('over other bytes is refused', async () => {
    expect(await evidenceOf(await stamped({ stamped: Buffer.from('other') }))).toMatchObject({
      verified: false,
      problem: { code: 'timestamp-invalid' },
    });
  });

  test('outside the validity of the certificate is refused', async () => {
    expect(await evidenceOf(await stamped({ stampedAt: later(signedAt, 60) }))).toMatchObject({
      verified: false,
      problem: { code: 'certificate-expired' },
    });
  });

  test('by an authority that nobody knows proves nothing', async () => {
    const root = { ...instance.trustedRoot, timestampAuthorities: [] };
    expect(await evidenceOf(await stamped({}), rootSource(JSON.stringify(root)))).toMatchObject({
      verified: false,
      problem: { code: 'log-missing' },
    });
  });

  test('by an authority of the same name and number with another key is refused', async () => {
    const other = await createInstance();
    const root = { ...instance.trustedRoot, timestampAuthorities: other.trustedRoot.timestampAuthorities };
    expect(await evidenceOf(await stamped({}), rootSource(JSON.stringify(root)))).toMatchObject({
      verified: false,
      problem: { code: 'timestamp-invalid' },
    });
  });

  test('whose signer stands in the token alone counts, once it leads to an authority of the root', async () => {
    const [authority] = instance.trustedRoot.timestampAuthorities;
    const certificates = authority?.certChain.certificates.slice(1) ?? [];
    const above = { ...instance.trustedRoot, timestampAuthorities: [{ ...authority, certChain: { certificates } }] };
    expect(await evidenceOf(await stamped({}), rootSource(JSON.stringify(above)))).toMatchObject({ verified: true });
    const other = (await createInstance()).trustedRoot.timestampAuthorities[0];
    const foreign = { certificates: other?.certChain.certificates.slice(1) ?? [] };
    const elsewhere = { ...instance.trustedRoot, timestampAuthorities: [{ ...other, certChain: foreign }] };
    expect(await evidenceOf(await stamped({}), rootSource(JSON.stringify(elsewhere)))).toMatchObject({
      verified: false,
      problem: { code: 'timestamp-invalid' },
    });
  });

  test("whose authority's time was over is refused", async () => {
    const [authority] = instance.trustedRoot.timestampAuthorities;
    const validFor = { start: '2025-01-01T00:00:00Z', end: '2025-06-01T00:00:00Z' };
    const over = { ...instance.trustedRoot, timestampAuthorities: [{ ...authority, validFor }] };
    expect(await evidenceOf(await stamped({}), rootSource(JSON.stringify(over)))).toMatchObject({
      verified: false,
      problem: { code: 'timestamp-invalid' },
    });
  });

  test('that is no timestamp is refused', async () => {
    const junk = JSON.stringify({ SignedRFC3161Timestamp: Buffer.from('junk').toString('base64') });
    const annotations = { 'dev.sigstore.cosign/rfc3161timestamp': junk };
    expect(await evidenceOf(await instance.signature({ annotations }))).toMatchObject({
      verified: false,
      problem: { code: 'timestamp-invalid' },
    });
  });
});

describe('the subject', () => {
  test('that the payload names must be the image, whatever else is right', async () => {
    const evidence = await evidenceOf(await instance.signature({ payload: simpleSigning(otherDigest) }));
    expect(evidence).toMatchObject({
      verified: false,
      subject: otherDigest,
      problem: { code: 'wrong-subject' },
      signer: builder,
    });
    expect(evidence?.problem?.message).toContain(imageDigest);
    expect(evidence?.problem?.message).toContain(otherDigest);
  });

  test('a signature by another key than the certificate holds is refused', async () => {
    const signingKey = ecPair().privateKey;
    expect(await evidenceOf(await instance.signature({ signingKey }))).toMatchObject({
      verified: false,
      problem: { code: 'invalid-signature' },
    });
  });
});
