import { afterAll, describe, expect, test } from 'vitest';
import { verifyAttachments } from '../../../src/signature/index.ts';
import { one, other, withContent } from './negatives/alterations.ts';
import { certificateNegatives } from './negatives/certificates.ts';
import { keyNegatives } from './negatives/keys-and-notation.ts';
import { partNegatives } from './negatives/parts.ts';
import { payloadNegatives } from './negatives/payloads.ts';
import { sizeNegatives } from './negatives/sizes.ts';
import { subjectNegatives } from './negatives/subjects.ts';
import { timestampNegatives } from './negatives/timestamps.ts';
import { typeNegatives } from './negatives/types.ts';
import { hasSharedData, localMaterial, signingDay } from './shared-data.ts';

// What real cosign and notation wrote, altered. What only an authority could make is in keyless-rules.test.ts.
const negatives = [
  ...subjectNegatives,
  ...payloadNegatives,
  ...typeNegatives,
  ...partNegatives,
  ...certificateNegatives,
  ...timestampNegatives,
  ...sizeNegatives,
  ...keyNegatives,
];

let refused = 0;

describe.skipIf(!hasSharedData)('altered signatures', () => {
  afterAll(() => {
    console.log(`negatives refused ${refused} of ${negatives.length}`);
  });

  test.each(negatives.map((negative) => [negative.group, negative.name, negative] as const))(
    'group %i: %s is refused',
    async (_group, _name, { make, code, material = localMaterial }) => {
      const evidence = await verifyAttachments([make()], material(), { now: signingDay });
      expect(evidence.length).toBeGreaterThan(0);
      for (const item of evidence) {
        expect(item.verified).toBe(false);
        expect([code].flat()).toContain(item.problem?.code);
        expect(item.problem?.message).not.toBe('');
        expect(item.statement).toBeNull();
        expect(item.materials).toEqual([]);
      }
      refused += 1;
    },
  );

  test('a broken or unrelated attachment hides no good one, whatever the order', async () => {
    const good = one('v2key');
    const unrelated = one('v3attest', other);
    const broken = withContent(one('v3key'), 'junk');
    const evidence = await verifyAttachments([unrelated, broken, good, broken], localMaterial());
    expect(evidence.map((item) => item.verified)).toEqual([false, false, true, false]);
  });

  test('an attestation is never a signature on the image', async () => {
    const [evidence] = await verifyAttachments([one('v3attest')], localMaterial());
    expect(evidence).toMatchObject({ verified: true, form: 'attestation' });
  });

  test('a certificate valid on its day only is refused the day after, for want of a timestamp', async () => {
    const evidence = await verifyAttachments([one('not-jws')], localMaterial(), {
      now: new Date('2026-11-24T00:00:00Z'),
    });
    expect(evidence).toMatchObject([{ verified: false, problem: { code: 'certificate-expired' } }]);
  });
});
