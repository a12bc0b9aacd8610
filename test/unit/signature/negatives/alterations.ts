import type { Attachment, Digest, ProblemCode, VerificationMaterial } from '../../../../src/model/index.ts';
import { digestOf, localAttachments, localMaterial } from '../shared-data.ts';

export const other = `sha256:${'cd'.repeat(32)}` as Digest;
export const prefix = 'dev.sigstore.cosign';

export function one(folder: string, subject?: Digest): Attachment {
  const [found] = localAttachments(folder, subject);
  if (found === undefined) throw new Error(`nothing in ${folder}`);
  return found;
}

export function content(found: Attachment): string {
  return Buffer.from(found.content, 'base64').toString('utf8');
}

export function withContent(found: Attachment, text: string | Buffer): Attachment {
  const bytes = Buffer.from(text);
  return {
    ...found,
    content: bytes.toString('base64'),
    layer: { ...found.layer, digest: digestOf(bytes), size: bytes.length },
  };
}

export function withAnnotations(
  found: Attachment,
  annotations: Readonly<Record<string, string | undefined>>,
): Attachment {
  const all = Object.entries({ ...found.layer.annotations, ...annotations });
  const kept = all.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...found, layer: { ...found.layer, annotations: Object.fromEntries(kept) } };
}

export function annotation(found: Attachment, name: string): string {
  return found.layer.annotations?.[name] ?? '';
}

interface LogEntry {
  inclusionPromise?: unknown;
  inclusionProof?: { checkpoint: { envelope: string } };
}

/** The parts of cosign's and Notation's JSON that are altered here, all in one; which are there, the file knows. */
export interface Json {
  mediaType: string;
  payload: string;
  payloadType: string;
  protected: string;
  header: { x5c: string[] };
  signatures: { sig: string }[];
  dsseEnvelope: { payload: string; payloadType: string };
  verificationMaterial: {
    certificate: { rawBytes: string };
    tlogEntries: LogEntry[];
    timestampVerificationData?: { rfc3161Timestamps: unknown[] };
  };
  SignedEntryTimestamp: string;
  SignedRFC3161Timestamp: string;
  Payload: { integratedTime: number; logIndex: number; logID: string };
}

export function altered(found: Attachment, change: (json: Json) => void): Attachment {
  const json: Json = JSON.parse(content(found));
  change(json);
  return withContent(found, JSON.stringify(json));
}

export function alteredAnnotation(found: Attachment, name: string, change: (json: Json) => void): Attachment {
  const json: Json = JSON.parse(annotation(found, name));
  change(json);
  return withAnnotations(found, { [name]: JSON.stringify(json) });
}

export function alteredPayload(found: Attachment, change: (payload: string) => string): Attachment {
  return altered(found, (json) => {
    const envelope = json.dsseEnvelope ?? json;
    const text = change(Buffer.from(envelope.payload, 'base64').toString('utf8'));
    envelope.payload = Buffer.from(text).toString('base64');
  });
}

export function flipped(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes.toString('base64');
}

export const bundleName = `${prefix}/bundle`;
export const signatureName = 'dev.cosignproject.cosign/signature';
export const certificateName = `${prefix}/certificate`;
export const stampName = `${prefix}/rfc3161timestamp`;

export interface Negative {
  readonly group: number;
  readonly name: string;
  readonly make: () => Attachment;
  readonly code: ProblemCode | readonly ProblemCode[];
  readonly material?: () => VerificationMaterial;
}

export const withoutKeys = (): VerificationMaterial => ({ ...localMaterial(), keys: [] });
export const onlyKey = (name: string) => (): VerificationMaterial => ({
  ...localMaterial(),
  keys: localMaterial().keys.filter((key) => key.name === name),
});
