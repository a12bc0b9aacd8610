import { createHash, randomInt, sign } from 'node:crypto';
import type { initializeTLog } from '@sigstore/mock';
import canonicalize from 'canonicalize';
import { type KeyPair, publicKeyInfo } from './kept-keys.ts';

type MockLog = Awaited<ReturnType<typeof initializeTLog>>;

/** sigstore-go takes the host name of the trusted root's `baseUrl` for the origin of a tile log's checkpoints. */
export const tileLogOrigin = '127.0.0.1';

function sha256(bytes: string | Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** RFC 6962 section 2.1: the hash of a leaf, which is the root too in a tree of one. */
function leafHash(leaf: Uint8Array): Buffer {
  return sha256(Buffer.concat([Buffer.from([0]), leaf]));
}

interface DsseProposal {
  readonly kind: 'dsse';
  readonly spec: { readonly proposedContent: { readonly envelope: string; readonly verifiers: readonly string[] } };
}
interface IntotoProposal {
  readonly kind: 'intoto';
  readonly apiVersion: string;
  readonly spec: {
    readonly publicKey?: string;
    readonly content: { readonly envelope: string | { payload?: string } };
  };
}
interface OtherProposal {
  readonly kind: 'hashedrekord';
}
type Proposal = DsseProposal | IntotoProposal | OtherProposal;
interface Envelope {
  readonly payload: string;
  readonly signatures: readonly { readonly sig: string }[];
}

/** What Rekor v1 stores for a proposed entry: hashes in place of contents. `@sigstore/mock` would store the proposal itself. */
function canonicalEntry(proposal: Proposal): object {
  if (proposal.kind === 'dsse') {
    const { envelope: text, verifiers } = proposal.spec.proposedContent;
    const envelope: Envelope = JSON.parse(text);
    return {
      apiVersion: '0.0.1',
      kind: 'dsse',
      spec: {
        envelopeHash: { algorithm: 'sha256', value: sha256(text).toString('hex') },
        payloadHash: { algorithm: 'sha256', value: sha256(Buffer.from(envelope.payload, 'base64')).toString('hex') },
        signatures: envelope.signatures.map(({ sig }, index) => ({
          signature: sig,
          verifier: verifiers[index] ?? verifiers[0],
        })),
      },
    };
  }
  if (proposal.kind === 'intoto') {
    const { envelope } = proposal.spec.content;
    if (typeof envelope !== 'string') {
      const copy = structuredClone(proposal);
      // apiVersion 0.0.2 keeps the envelope and its hashes, but drops the payload
      delete (copy.spec.content.envelope as { payload?: string }).payload; // an object here, as tested above
      return copy;
    }
    const { payload }: Envelope = JSON.parse(envelope);
    return {
      apiVersion: '0.0.1',
      kind: 'intoto',
      spec: {
        content: {
          hash: { algorithm: 'sha256', value: sha256(envelope).toString('hex') },
          payloadHash: { algorithm: 'sha256', value: sha256(Buffer.from(payload, 'base64')).toString('hex') },
        },
        publicKey: proposal.spec.publicKey,
      },
    };
  }
  return proposal;
}

/** Rekor v1: every entry is the only leaf of a tree of its own, with an inclusion promise and a signed checkpoint. */
export function createEntryLog(log: MockLog): {
  add(proposal: string): Promise<{ id: string; entry: string }>;
  get(id: string): string | undefined;
} {
  const entries = new Map<string, string>();
  return {
    async add(proposal) {
      const parsed: Proposal = JSON.parse(proposal);
      const [entry]: { body?: unknown }[] = Object.values(await log.log(canonicalEntry(parsed)));
      if (entry === undefined) {
        throw new Error('the log made no entry');
      }
      const leaf = leafHash(Buffer.from(String(entry.body), 'base64')).toString('hex');
      const id =
        randomInt(2 ** 47)
          .toString(16)
          .padStart(16, '0') + leaf;
      const text = JSON.stringify({ [id]: entry });
      entries.set(id, text);
      return { id, entry: text };
    },
    get: (id) => entries.get(id),
  };
}

interface HashedRekordRequest {
  readonly digest: string;
  readonly signature: { readonly verifier: { readonly keyDetails: string } };
}

/** The identifier of a tile log: its origin and key, as in a signed note (c2sp.org/signed-note). */
export function tileLogId(keys: KeyPair): Buffer {
  const raw = publicKeyInfo(keys.publicKey).subarray(-32);
  return sha256(Buffer.concat([Buffer.from(`${tileLogOrigin}\n`), Buffer.from([1]), raw]));
}

/** Rekor v2: the answer to a `hashedRekordRequestV002`, a transparency log entry whose leaf is alone in its tree. */
export function addTileEntry(keys: KeyPair, body: string): string {
  const parsed: { hashedRekordRequestV002?: HashedRekordRequest; hashed_rekord_request_v002?: HashedRekordRequest } =
    JSON.parse(body);
  const request = parsed.hashedRekordRequestV002 ?? parsed.hashed_rekord_request_v002;
  if (request === undefined) {
    throw new Error('only hashedrekord entries are taken');
  }
  const algorithm = request.signature.verifier.keyDetails === 'PKIX_ECDSA_P384_SHA_384' ? 'SHA2_384' : 'SHA2_256';
  const entry = {
    apiVersion: '0.0.2',
    kind: 'hashedrekord',
    spec: { hashedRekordV002: { data: { algorithm, digest: request.digest }, signature: request.signature } },
  };
  const leaf = Buffer.from(canonicalize(entry) ?? '');
  const root = leafHash(leaf).toString('base64');
  const id = tileLogId(keys);
  const note = `${tileLogOrigin}\n1\n${root}\n`;
  const signature = Buffer.concat([id.subarray(0, 4), sign(null, Buffer.from(note), keys.privateKey)]);
  return JSON.stringify({
    logIndex: '0',
    logId: { keyId: id.toString('base64') },
    kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
    inclusionProof: {
      logIndex: '0',
      rootHash: root,
      treeSize: '1',
      hashes: [],
      checkpoint: { envelope: `${note}\n\u2014 ${tileLogOrigin} ${signature.toString('base64')}\n` },
    },
    canonicalizedBody: leaf.toString('base64'),
  });
}
