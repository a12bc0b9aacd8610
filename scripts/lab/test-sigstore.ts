// A Sigstore on loopback: Fulcio v1 and v2, Rekor v1 and v2, an RFC 3161 timestamp authority and a certificate
// transparency log, near enough for unmodified cosign 2.5 and 3.1. It believes every identity token: for tests only.
import { X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fulcioHandler } from '@sigstore/mock';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { openAuthorities, type SigstoreAuthorities } from './sigstore-authorities.ts';
import { addTileEntry, createEntryLog } from './transparency-log.ts';

interface Answer {
  readonly status: number;
  readonly body: string | Uint8Array;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
}
type Route = (body: Buffer, token: string) => Promise<Answer> | Answer;

/** A running test Sigstore. */
export interface TestSigstore {
  readonly url: string;
  /** Path of its `trusted_root.json`; `fulcio.pem`, `rekor.pub`, `ctfe.pub` and `tsa.pem` lie beside it. */
  readonly trustedRoot: string;
  close(): Promise<void>;
}

function json(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return { status, body, type: 'application/json', headers };
}

/** The claim that becomes the certificate's subject. */
function subjectClaim(token: string): 'x_san' | 'email' | 'sub' {
  const claims: Record<string, unknown> = JSON.parse(
    Buffer.from(token.split('.')[1] ?? '', 'base64url').toString() || '{}',
  );
  return claims['x_san'] === undefined ? (claims['email'] === undefined ? 'sub' : 'email') : 'x_san';
}

async function certify(authorities: SigstoreAuthorities, token: string, request: object): Promise<[number, string]> {
  const handler = fulcioHandler(authorities.certificates, { subjectClaim: subjectClaim(token) });
  const answer = await handler.fn(JSON.stringify({ ...request, credentials: { oidcIdentityToken: token } }));
  const body = answer.response;
  return [answer.statusCode, typeof body === 'string' ? body : Buffer.from(body.buffer).toString()];
}

/** Fulcio v2: JSON both ways. */
function certificateV2(authorities: SigstoreAuthorities): Route {
  return async (body, bearer) => {
    const request: { credentials?: { oidcIdentityToken?: string } } = JSON.parse(body.toString());
    const [status, text] = await certify(authorities, request.credentials?.oidcIdentityToken ?? bearer, request);
    return json(status === 201 ? 200 : status, text);
  };
}

/** Fulcio v1: the key in base64, the token in the header, a PEM chain back. */
function certificateV1(authorities: SigstoreAuthorities): Route {
  return async (body, bearer) => {
    const request: { publicKey: { content: string } } = JSON.parse(body.toString());
    const content = Buffer.from(request.publicKey.content, 'base64').toString();
    const pem = content.includes('BEGIN')
      ? content
      : `-----BEGIN PUBLIC KEY-----\n${request.publicKey.content}\n-----END PUBLIC KEY-----\n`;
    const [status, text] = await certify(authorities, bearer, { publicKeyRequest: { publicKey: { content: pem } } });
    if (status !== 201) {
      return { status, body: text, type: 'text/plain' };
    }
    const answer: { signedCertificateEmbeddedSct: { chain: { certificates: string[] } } } = JSON.parse(text);
    const chain = answer.signedCertificateEmbeddedSct.chain.certificates.map((one) =>
      new X509Certificate(one).toString(),
    );
    return { status, body: chain.join(''), type: 'application/pem-certificate-chain' };
  };
}

/** RFC 3161. */
function timestamp(authorities: SigstoreAuthorities): Route {
  return async (body) => {
    const request = new pkijs.TimeStampReq({ schema: asn1js.fromBER(new Uint8Array(body).buffer).result });
    const stamp = await authorities.timestamps.timestamp({
      artifactHash: Buffer.from(request.messageImprint.hashedMessage.valueBlock.valueHexView),
      hashAlgorithmOID: request.messageImprint.hashAlgorithm.algorithmId,
      nonce: 0,
      policyOID: request.reqPolicy ?? '1.3.6.1.4.1.57264.2',
      certReq: request.certReq ?? false,
    });
    return {
      status: 201,
      body: Buffer.from(stamp.buffer, stamp.byteOffset, stamp.byteLength),
      type: 'application/timestamp-reply',
    };
  };
}

function routes(authorities: SigstoreAuthorities): (method: string, path: string) => Route | undefined {
  const entries = createEntryLog(authorities.log);
  const logKey = authorities.logPublicKey.export({ type: 'spki', format: 'pem' }).toString();
  const table: Readonly<Record<string, Route>> = {
    'POST /api/v2/signingCert': certificateV2(authorities),
    'POST /api/v1/signingCert': certificateV1(authorities),
    'POST /api/v1/timestamp': timestamp(authorities),
    'POST /api/v2/log/entries': (body) => json(201, addTileEntry(authorities.tileLogKeys, body.toString())),
    'POST /api/v1/log/entries': async (body) => {
      const { id, entry } = await entries.add(body.toString());
      return json(201, entry, { etag: id, location: `/api/v1/log/entries/${id}` });
    },
    'GET /api/v1/log/publicKey': () => ({ status: 200, body: logKey, type: 'application/x-pem-file' }),
  };
  return (method, path) => {
    const entry = method === 'GET' ? entries.get(path.replace('/api/v1/log/entries/', '')) : undefined;
    return entry === undefined ? table[`${method} ${path}`] : () => json(200, entry);
  };
}

async function answer(
  find: ReturnType<typeof routes>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) {
    parts.push(part as Buffer); // the stream has no encoding set, so its parts are bytes
  }
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
  let result: Answer = { status: 404, body: 'not found', type: 'text/plain' };
  try {
    const route = find(request.method ?? 'GET', path);
    result = route === undefined ? result : await route(Buffer.concat(parts), token);
  } catch (error) {
    result = {
      status: 500,
      body: error instanceof Error ? (error.stack ?? error.message) : String(error),
      type: 'text/plain',
    };
  }
  response.writeHead(result.status, { 'content-type': result.type, ...result.headers }).end(result.body);
}

/** Starts a Sigstore at 127.0.0.1. Port 0 takes a free one. Its keys are kept in `folder`, so that what it signed outlives it. */
export async function startTestSigstore(options: {
  readonly port: number;
  readonly folder: string;
}): Promise<TestSigstore> {
  let find: ReturnType<typeof routes> | undefined;
  const server = createServer((request, response) => {
    if (find === undefined) {
      response.writeHead(503).end();
      return;
    }
    answer(find, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // listening on TCP
  const url = `http://127.0.0.1:${port}`;
  find = routes(await openAuthorities(options.folder, url));
  return {
    url,
    trustedRoot: join(options.folder, 'trusted_root.json'),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { port: { type: 'string' }, folder: { type: 'string' } } });
  const { url } = await startTestSigstore({
    port: Number(values.port ?? 0),
    folder: values.folder ?? 'build/sigstore',
  });
  console.log(`ready ${url}`);
}
