import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AttachmentForm, Evidence } from '../../../src/model/index.ts';
import { verifyAttachments } from '../../../src/signature/index.ts';
import { embeddedTrustedRoots } from '../../../src/trust/index.ts';
import { keySignature } from './key-signatures.ts';
import { attachment, keyMaterial, material } from './shared-data.ts';
import { ecPair, imageDigest, pemOf } from './test-certificates.ts';

const forms: readonly AttachmentForm[] = ['cosign-signature', 'cosign-attestation', 'sigstore-bundle', 'notation'];
const { publicKey, privateKey } = ecPair();
const asked = material({ keys: [keyMaterial(pemOf(publicKey))], trustedRoots: embeddedTrustedRoots() });

function expectRefused(evidence: readonly Evidence[]): void {
  expect(evidence.length).toBeGreaterThan(0);
  for (const item of evidence) {
    expect(item.verified).toBe(false);
    expect(item.problem).not.toBeNull();
    expect(item.materials).toEqual([]);
  }
}

describe('whatever is attached', () => {
  test('nothing gives nothing', async () => {
    expect(await verifyAttachments([], asked)).toEqual([]);
  });

  test('bytes of any kind throw nothing and prove nothing', async () => {
    const property = fc.assert(
      fc.asyncProperty(fc.constantFrom(...forms), fc.uint8Array({ maxLength: 300 }), async (form, bytes) => {
        expectRefused(await verifyAttachments([attachment(form, imageDigest, Buffer.from(bytes))], asked));
      }),
      { numRuns: 300 },
    );
    await expect(property).resolves.toBeUndefined();
  });

  test('JSON of any kind throws nothing and proves nothing', async () => {
    const property = fc.assert(
      fc.asyncProperty(fc.constantFrom(...forms), fc.json({ maxDepth: 4 }), async (form, text) => {
        const annotations = { 'dev.cosignproject.cosign/signature': 'AAAA', 'dev.sigstore.cosign/bundle': text };
        expectRefused(await verifyAttachments([attachment(form, imageDigest, text, annotations)], asked));
      }),
      { numRuns: 300 },
    );
    await expect(property).resolves.toBeUndefined();
  });

  test('a single bit changed in payload or signature refuses a good one', async () => {
    const good = keySignature(privateKey);
    expect(await verifyAttachments([good], asked)).toMatchObject([{ verified: true }]);
    const content = Buffer.from(good.content, 'base64');
    const property = fc.assert(
      fc.asyncProperty(fc.nat(content.length * 8 - 1), async (bit) => {
        const bytes = Buffer.from(content);
        const at = Math.floor(bit / 8);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit % 8));
        expectRefused(await verifyAttachments([{ ...good, content: bytes.toString('base64') }], asked));
      }),
      { numRuns: 200 },
    );
    await expect(property).resolves.toBeUndefined();
  });
});
