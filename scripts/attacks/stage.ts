// The registry that an attacker owns: it serves a stock of documents for each repository, lies where a case says so, and remembers who fetched what.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha256Digest } from '../lab/registry-store.ts';
import type { Stock } from './stock.ts';

/** An answer that is not the stock's own. */
export interface Lie {
  /** What the path ends with: `manifests/1`, `blobs/sha256:…`, `referrers/sha256:…`. */
  readonly about: string;
  /** Who is lied to: we, whom the user agent tells apart from every builder, or all. */
  readonly to: 'us' | 'builders' | 'all';
  /** So many true answers come first. */
  readonly after: number;
  readonly status?: number;
  readonly bytes?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What somebody fetched by its digest. */
export interface Fetched {
  readonly repository: string;
  readonly digest: string;
}

export interface Stage {
  /** `127.0.0.1:port`. */
  readonly host: string;
  show(repository: string, stock: Stock, lies: readonly Lie[]): void;
  clear(): void;
  /** What builders fetched since the last time that this was asked. */
  takeFetched(): readonly Fetched[];
  close(): Promise<void>;
}

interface Act {
  readonly stock: Stock;
  readonly lies: readonly Lie[];
  readonly served: Map<Lie, number>;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

const nothing: Answer = {
  status: 404,
  headers: { 'content-type': 'application/json' },
  bytes: Buffer.from('{"errors":[{"code":"NOT_FOUND","message":"not found"}]}'),
};

function honest({ documents, tags, listings }: Stock, kind: string, reference: string): Answer {
  if (kind === 'referrers') {
    const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
    const empty = Buffer.from(`{"schemaVersion":2,"mediaType":"${headers['content-type']}","manifests":[]}`);
    return { status: 200, headers, bytes: listings.get(reference) ?? empty };
  }
  const digest = kind === 'manifests' ? (tags.get(reference) ?? reference) : reference;
  const found = documents.get(digest);
  if (found === undefined) return nothing;
  const type = kind === 'manifests' ? found.mediaType : 'application/octet-stream';
  return { status: 200, headers: { 'content-type': type, 'docker-content-digest': digest }, bytes: found.bytes };
}

function spoken({ stock, lies, served }: Act, agent: string, kind: string, reference: string): Answer {
  const truth = honest(stock, kind, reference);
  const us = agent.startsWith('docker-verify');
  const lie = lies.find(({ about, to }) => about === `${kind}/${reference}` && (to === 'all' || (to === 'us') === us));
  if (lie === undefined) return truth;
  const asked = served.get(lie) ?? 0;
  served.set(lie, asked + 1);
  if (asked < lie.after) return truth;
  const bytes = lie.bytes ?? truth.bytes;
  const byTag = kind === 'manifests' && !reference.startsWith('sha256:');
  const digest: Record<string, string> = byTag ? { 'docker-content-digest': sha256Digest(bytes) } : {};
  return { status: lie.status ?? 200, headers: { ...truth.headers, ...digest, ...lie.headers }, bytes };
}

function answer(
  { method, url = '', headers }: IncomingMessage,
  acts: ReadonlyMap<string, Act>,
  log: Fetched[],
): Answer {
  const [path = ''] = decodeURIComponent(url).split('?');
  if (path === '/v2/') return { status: 200, headers: {}, bytes: Buffer.from('{}') };
  const [, repository = '', kind = '', reference = ''] =
    /^\/v2\/(.+)\/(manifests|blobs|referrers)\/([^/]+)$/.exec(path) ?? [];
  const act = acts.get(repository);
  if (act === undefined) return nothing;
  const agent = headers['user-agent'] ?? '';
  const given = spoken(act, agent, kind, reference);
  const isFetched = method === 'GET' && kind !== 'referrers' && given.status === 200;
  // named by what was asked for: other bytes under it no builder takes
  if (isFetched && reference.startsWith('sha256:') && !agent.startsWith('docker-verify')) {
    log.push({ repository, digest: reference });
  }
  return given;
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, bytes }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** Starts it on 127.0.0.1. */
export async function openStage(): Promise<Stage> {
  const acts = new Map<string, Act>();
  let log: Fetched[] = [];
  const server = createServer((request, response) => {
    request.resume();
    try {
      send(request, response, answer(request, acts, log));
    } catch {
      // a header that cannot be written
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    host: `127.0.0.1:${port}`,
    show: (repository, stock, lies) => void acts.set(repository, { stock, lies, served: new Map() }),
    clear: () => acts.clear(),
    takeFetched: () => {
      const taken = log;
      log = [];
      return taken;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
