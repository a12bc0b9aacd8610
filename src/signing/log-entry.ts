import { type BundleWithDsseEnvelope, envelopeToJSON, type TLogEntryWithInclusionProof } from '@sigstore/bundle';
import * as z from 'zod';
import { parseBoundedJson, VerifyError } from '../model/index.ts';
import type { SigningWeb } from './statement-signer.ts';

const hex = z.string().regex(/^(?:[0-9a-f]{2})+$/i);
const base64 = z.base64();

/** An entry as Rekor, version 1, answers with it (rekor, openapi.yaml: LogEntry). */
const entriesSchema = z.record(
  z.string(),
  z.object({
    body: base64,
    integratedTime: z.int().nonnegative(),
    logID: hex,
    logIndex: z.int().nonnegative(),
    verification: z.object({
      signedEntryTimestamp: base64.optional(),
      inclusionProof: z.object({
        checkpoint: z.string(),
        hashes: z.array(hex),
        logIndex: z.int().nonnegative(),
        rootHash: hex,
        treeSize: z.int().positive(),
      }),
    }),
  }),
);

const bodySchema = z.object({ kind: z.string(), apiVersion: z.string() });

function failed(url: string, reason: string): VerifyError {
  return new VerifyError('signing.failed', `the log ${new URL(url).host} did not record the signature: ${reason}`, {
    hint: 'try again later, or see whether --rekor names the right log',
  });
}

function entryIn(body: Buffer, url: string): TLogEntryWithInclusionProof {
  const parsed = entriesSchema.safeParse(parseBoundedJson(body.toString('utf8')));
  const [entry] = parsed.success ? Object.values(parsed.data) : [];
  if (entry === undefined) throw failed(url, 'its answer is no entry');
  const { verification, ...head } = entry;
  const recorded = bodySchema.safeParse(parseBoundedJson(Buffer.from(head.body, 'base64').toString('utf8')));
  if (!recorded.success) throw failed(url, 'its answer is no entry');
  const { inclusionProof: proof, signedEntryTimestamp: promise } = verification;
  return {
    logIndex: String(head.logIndex),
    logId: { keyId: Buffer.from(head.logID, 'hex') },
    integratedTime: String(head.integratedTime),
    kindVersion: { kind: recorded.data.kind, version: recorded.data.apiVersion },
    inclusionPromise: promise === undefined ? undefined : { signedEntryTimestamp: Buffer.from(promise, 'base64') },
    inclusionProof: {
      logIndex: String(proof.logIndex),
      treeSize: String(proof.treeSize),
      rootHash: Buffer.from(proof.rootHash, 'hex'),
      hashes: proof.hashes.map((hash) => Buffer.from(hash, 'hex')),
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: Buffer.from(head.body, 'base64'),
  };
}

/**
 * Has a signature recorded (rekor, types/dsse).
 * @throws VerifyError `signing.failed`, `registry.unreachable`
 */
export async function logSignature(
  web: SigningWeb,
  rekor: string,
  bundle: BundleWithDsseEnvelope,
  certificatePem: string,
): Promise<TLogEntryWithInclusionProof> {
  const url = `${rekor}/api/v1/log/entries`;
  const { dsseEnvelope } = bundle.content;
  const proposedContent = {
    envelope: JSON.stringify(envelopeToJSON(dsseEnvelope)),
    verifiers: [Buffer.from(certificatePem).toString('base64')],
  };
  const { status, body } = await web({ url, json: { apiVersion: '0.0.1', kind: 'dsse', spec: { proposedContent } } });
  if (status !== 201 && status !== 200) throw failed(url, `it answers ${status}`);
  return entryIn(body, url);
}
