import { describe, expect, it } from 'vitest';
import { type Attachment, type AttachmentForm, parseDigest } from '../../../src/model/index.ts';
import { envelopePayload } from '../../../src/signature/index.ts';

const digest = parseDigest(`sha256:${'1'.repeat(64)}`);
const payload = Buffer.from('what is said').toString('base64');

function attachment(form: AttachmentForm, text: string): Attachment {
  return {
    form,
    subject: digest,
    vouchesFor: null,
    manifest: digest,
    layer: { mediaType: 'application/json', digest, size: text.length },
    artifactType: null,
    annotations: {},
    location: 'here',
    content: Buffer.from(text).toString('base64'),
  };
}

describe('the payload of an envelope', () => {
  it.each<readonly [AttachmentForm, unknown]>([
    ['cosign-attestation', { payload }],
    ['sigstore-bundle', { dsseEnvelope: { payload } }],
  ])('is read in the form %s', (form, content) => {
    expect(envelopePayload(attachment(form, JSON.stringify(content)))?.toString()).toBe('what is said');
  });

  it.each<readonly [AttachmentForm, string]>([
    ['cosign-attestation', '{}'],
    ['cosign-attestation', '{"payload":1}'],
    ['cosign-attestation', 'null'],
    ['cosign-attestation', 'no JSON'],
    ['sigstore-bundle', JSON.stringify({ payload })],
    ['sigstore-bundle', '{"messageSignature":{}}'],
    ['cosign-signature', JSON.stringify({ payload })],
  ])('is none in %s with %s', (form, text) => {
    expect(envelopePayload(attachment(form, text))).toBeNull();
  });
});
