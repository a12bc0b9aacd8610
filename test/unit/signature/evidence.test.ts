import { describe, expect, test } from 'vitest';
import type { AttachmentForm } from '../../../src/model/index.ts';
import { mergedProofs, type Proof, refusedEvidence } from '../../../src/signature/evidence.ts';
import { imageDigest, otherDigest } from './certificates/test-certificates.ts';
import { attachment } from './shared-data.ts';

const proof: Proof = {
  signer: { kind: 'keyless', identity: 'a@example.test', issuer: 'https://issuer.example.test' },
  claims: {},
  time: '2026-01-02T03:04:05Z',
  timeSource: 'log',
  log: { index: 7, id: 'ab' },
  materials: ['one'],
  trustedRoot: 'one',
};

describe('proofs', () => {
  test('that say the same are one, with the materials of all', () => {
    const others = [{ ...proof, materials: ['two', 'one'], trustedRoot: 'two' }, proof];
    expect(mergedProofs([proof, ...others])).toEqual([{ ...proof, materials: ['one', 'two'] }]);
  });

  test('of which one alone rests on a root keep it', () => {
    const rootless = { ...proof, materials: ['authority'], trustedRoot: null };
    expect(mergedProofs([rootless, proof])).toEqual([{ ...proof, materials: ['authority', 'one'] }]);
    expect(mergedProofs([proof, rootless])).toEqual([{ ...proof, materials: ['one', 'authority'] }]);
  });

  test.each<[string, Partial<Proof>]>([
    ['another signer', { signer: { kind: 'key', sha256: 'ff', name: null } }],
    ['another time', { time: '2026-01-02T03:04:06Z' }],
    ['another source of the time', { timeSource: 'timestamp' }],
    ['another entry of the log', { log: { index: 8, id: 'ab' } }],
  ])('with %s stay apart', (_what, change) => {
    expect(mergedProofs([proof, { ...proof, ...change }])).toHaveLength(2);
  });
});

describe('an attachment that cannot be read', () => {
  test.each<[AttachmentForm, string]>([
    ['cosign-signature', 'cosign-signature'],
    ['cosign-attestation', 'attestation'],
    ['sigstore-bundle', 'cosign-bundle'],
    ['notation', 'notation'],
  ])(
    '%s is written as %s, or as the signature of a BuildKit attestation where it vouches for one',
    (form, expected) => {
      const found = attachment(form, imageDigest, 'junk');
      const problem = { code: 'malformed', message: 'junk' } as const;
      expect(refusedEvidence(found, problem)).toEqual({
        form: expected,
        verified: false,
        subject: imageDigest,
        predicateType: null,
        signer: null,
        time: null,
        timeSource: null,
        log: null,
        problem,
        trustedRoot: null,
        materials: [],
        claims: {},
        repository: null,
        annotations: {},
        statement: null,
        manifest: found.manifest,
        location: 'a test',
      });
      expect(refusedEvidence({ ...found, vouchesFor: otherDigest }, problem).form).toBe('buildkit-attestation');
    },
  );
});
