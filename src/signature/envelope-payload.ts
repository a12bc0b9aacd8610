import { type Attachment, parseBoundedJson } from '../model/index.ts';

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/**
 * The payload of an attachment that is an in-toto envelope (DSSE), bare or in a Sigstore bundle; null where it is none. Nothing of it
 * is verified: it may have been written by an attacker.
 */
export function envelopePayload({ form, content }: Attachment): Buffer | null {
  if (form !== 'cosign-attestation' && form !== 'sigstore-bundle') return null;
  try {
    const parsed = parseBoundedJson(Buffer.from(content, 'base64').toString('utf8'));
    const payload = fieldOf(form === 'sigstore-bundle' ? fieldOf(parsed, 'dsseEnvelope') : parsed, 'payload');
    return typeof payload === 'string' ? Buffer.from(payload, 'base64') : null;
  } catch {
    return null;
  }
}
