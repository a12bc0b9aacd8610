import { beforeAll, describe, expect, test } from 'vitest';
import type { Attachment, KeyMaterial } from '../../../../src/model/index.ts';
import { dateTime } from '../../../../src/signature/date-time.ts';
import { verifyAttachments } from '../../../../src/signature/index.ts';
import {
  ecPair,
  imageDigest,
  later,
  otherDigest,
  pemOf,
  signedAt,
  utf8Extension,
} from '../certificates/test-certificates.ts';
import { keyMaterial, material } from '../shared-data.ts';
import { createInstance, evidenceUnder, simpleSigning, type TestInstance } from '../test-instance.ts';

let instance: TestInstance;
beforeAll(async () => {
  instance = await createInstance();
});

const evidenceOf = (found: Attachment, root = instance.source()) => evidenceUnder(root, found);

const builder = { kind: 'keyless', identity: 'builder@example.test', issuer: 'https://issuer.example.test' };

describe('a keyless signature', () => {
  test('verifies with its time, log and repository', async () => {
    const root = instance.source();
    expect(await evidenceOf(await instance.signature(), root)).toMatchObject({
      verified: true,
      form: 'cosign-signature',
      subject: imageDigest,
      signer: builder,
      time: dateTime(signedAt),
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

  test('the claims of its certificate are reported', async () => {
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
    const untrusted = (await createInstance()).source();
    const certificate = await instance.issue({ transparency: null });
    const roots = [untrusted, { ...second, thresholds: null }];
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

describe('a signature with a certificate', () => {
  const publishers = (pem: string): KeyMaterial => ({ ...keyMaterial(pem, 'known'), isPublishers: true });

  test('is also that of a publisher whose key it certifies, and of no other', async () => {
    const certificate = await instance.issue();
    const found = await instance.signature({ certificate });
    const [own, other] = [publishers(pemOf(certificate.pair.publicKey)), publishers(pemOf(ecPair().publicKey))];
    const trustedRoots = [instance.source()];
    expect(await verifyAttachments([found], material({ trustedRoots, keys: [other, own] }))).toMatchObject([
      { verified: true, signer: builder },
      { verified: true, signer: { kind: 'key', sha256: own.id } },
    ]);
    expect(await verifyAttachments([found], material({ trustedRoots, keys: [other] }))).toHaveLength(1);
    // where nobody trusts the certificate every key is tried
    expect(await verifyAttachments([found], material({ keys: [other, own] }))).toMatchObject([
      { verified: true, signer: { kind: 'key', sha256: own.id } },
    ]);
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
