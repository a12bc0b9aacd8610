import { sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Attachment } from '../../../../src/model/index.ts';
import { verifyAttachments } from '../../../../src/signature/index.ts';
import { ecPair, imageDigest, otherDigest, pemOf } from '../certificates/test-certificates.ts';
import { statementFor } from '../key-signatures.ts';
import { attachment, keyMaterial, material } from '../shared-data.ts';

const pairs = [ecPair(), ecPair(), ecPair()] as const;
const type = 'application/vnd.in-toto+json';

function envelope(signers: readonly (typeof pairs)[number][]): Attachment {
  const payload = Buffer.from(JSON.stringify(statementFor(undefined, 'https://example.test/p')));
  const encoded = Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} ${payload.toString()}`);
  const signatures = signers.map((pair) => ({
    keyid: '',
    sig: sign('sha256', encoded, pair.privateKey).toString('base64'),
  }));
  return attachment(
    'cosign-attestation',
    imageDigest,
    JSON.stringify({ payloadType: type, payload: payload.toString('base64'), signatures }),
  );
}

describe('an envelope with several signatures', () => {
  test('gives evidence for each of them', async () => {
    const [first, second] = pairs;
    const keys = [first, second].map((pair, index) => keyMaterial(pemOf(pair.publicKey), `key ${index}`));
    const evidence = await verifyAttachments([envelope(pairs)], material({ keys }));
    expect(evidence.map((item) => [item.verified, item.signer?.kind === 'key' ? item.signer.name : null])).toEqual([
      [true, 'key 0'],
      [true, 'key 1'],
      [false, null],
    ]);
    expect(
      evidence.every((item) => item.form === 'attestation' && item.predicateType === 'https://example.test/p'),
    ).toBe(true);
    expect(evidence[2]?.statement).toBeNull();
  });

  test('without any is broken', async () => {
    expect(await verifyAttachments([envelope([])], material({}))).toMatchObject([
      { verified: false, problem: { code: 'malformed' } },
    ]);
  });
});

test('an attestation about a BuildKit attestation manifest says nothing of the image beside it', async () => {
  const [pair] = pairs;
  const about = material({ keys: [keyMaterial(pemOf(pair.publicKey))] });
  const found = envelope([pair]);
  expect(await verifyAttachments([found], about)).toMatchObject([{ verified: true, form: 'attestation' }]);
  expect(await verifyAttachments([{ ...found, vouchesFor: otherDigest }], about)).toMatchObject([
    { verified: false, form: 'buildkit-attestation', problem: { code: 'wrong-type' } },
  ]);
});
