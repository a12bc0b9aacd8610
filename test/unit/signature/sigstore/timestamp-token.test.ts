import { beforeAll, describe, expect, test } from 'vitest';
import type { Attachment } from '../../../../src/model/index.ts';
import { limits } from '../../../../src/signature/limits.ts';
import { parseTimestamp } from '../../../../src/signature/sigstore/timestamp-token.ts';
import { later, signedAt } from '../certificates/test-certificates.ts';
import { rootSource } from '../shared-data.ts';
import { createInstance, evidenceUnder, type SignatureChanges, type TestInstance } from '../test-instance.ts';

let instance: TestInstance;
beforeAll(async () => {
  instance = await createInstance();
});

const evidenceOf = (found: Attachment, root = instance.source()) => evidenceUnder(root, found);

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

  test('by an unknown authority proves nothing', async () => {
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

  test.each([
    ['an empty list', '3000'],
    ['a list in a list', '30023000'],
    ['a number', '020101'],
  ])('that is %s is refused when it is read', (_name, hex) => {
    expect(() => parseTimestamp(Buffer.from(hex, 'hex'))).toThrow('its timestamp cannot be parsed');
  });

  test('of the largest size is looked at, and of more is not', () => {
    expect(() => parseTimestamp(Buffer.alloc(limits.timestampBytes))).toThrow('its timestamp cannot be parsed');
    expect(() => parseTimestamp(Buffer.alloc(limits.timestampBytes + 1))).toThrow('its timestamp is too large');
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
