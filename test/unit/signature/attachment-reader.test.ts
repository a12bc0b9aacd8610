import { expect, test } from 'vitest';
import { vouched } from '../../../src/signature/attachment-reader.ts';
import { imageDigest, otherDigest } from './certificates/test-certificates.ts';
import { attachment } from './shared-data.ts';

test('what BuildKit attests speaks of the image only where it speaks of its manifest', () => {
  const plain = attachment('sigstore-bundle', imageDigest, '{}');
  expect(vouched(plain, 'attestation', otherDigest)).toEqual({ form: 'attestation', subject: otherDigest });
  const between = { ...plain, vouchesFor: otherDigest };
  const form = 'buildkit-attestation';
  expect(vouched(between, 'cosign-bundle', imageDigest)).toEqual({ form, subject: otherDigest });
  const elsewhere = `sha256:${'ef'.repeat(32)}` as const;
  expect(vouched(between, 'cosign-bundle', elsewhere as typeof imageDigest)).toEqual({ form, subject: elsewhere });
});
