import { type Environment, isLoopback, VerifyError } from '../../model/index.ts';
import { createAgents } from './agents.ts';
import { bounds } from './bounds.ts';
import { certificateFolders } from './certificates.ts';
import type { Answer, Exchange } from './exchange.ts';
import { unreachable } from './network-fault.ts';
import { sendFollowing } from './redirects.ts';
import { createSlots } from './slots.ts';
import { createTransport } from './transport.ts';

export interface WebClientOptions {
  readonly environment: Environment;
  /** Folders laid out as /etc/docker/certs.d. */
  readonly certificateFolders?: readonly string[];
  /** Fires when the run is cancelled. */
  readonly signal: AbortSignal;
  /** Of all requests together, milliseconds from now. */
  readonly timeout: number;
  readonly version: string;
  /** Whether plain HTTP passes too; left out: on loopback alone. */
  readonly plain?: boolean;
}

/** One request to an address that the user or a policy named. */
export interface WebRequest {
  readonly url: string;
  /** The most bytes that a good answer may have; more are refused. */
  readonly limit: number;
  /** Whether redirects are followed, as for registries; else they are an answer. */
  readonly follow?: boolean;
  /** With it the request is a POST, never repeated. */
  readonly body?: { readonly type: string; readonly bytes: Uint8Array };
  /** A token that this address alone is meant to see; not together with `follow`. */
  readonly bearer?: string;
}

/** What is fetched from elsewhere than a registry, by the same rules: proxies, certificate stores, bounds. No stored credentials. */
export interface WebClient {
  /**
   * Any status is an answer.
   * @throws VerifyError `registry.unreachable`, `registry.untrustworthy`, `timeout`, `cancelled`
   */
  request(request: WebRequest): Promise<Pick<Answer, 'status' | 'body' | 'headers'>>;
  close(): void;
}

function exchangeOf({ url, limit, body, bearer }: WebRequest, userAgent: string, signal: AbortSignal): Exchange {
  const authorization = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const headers = {
    accept: 'application/json, */*',
    'accept-encoding': 'identity',
    'user-agent': userAgent,
    ...authorization,
  };
  const common = { url: new URL(url), limit, signal };
  if (body === undefined) return { ...common, method: 'GET', headers };
  return { ...common, method: 'POST', headers: { ...headers, 'content-type': body.type }, body: body.bytes };
}

/**
 * Plain HTTP is spoken to loopback, and elsewhere only to what `plain` says (revocation lists are signed themselves, and are
 * published over HTTP for that reason).
 */
function assertScheme(url: URL, { plain }: { readonly plain: boolean }): void {
  if (url.protocol === 'https:') return;
  if (url.protocol === 'http:' && (plain || isLoopback(url.host))) return;
  throw new VerifyError('registry.untrustworthy', `${url.href.slice(0, 200)} is not an https address`);
}

/** A client for addresses over HTTPS. */
export function createWebClient(options: WebClientOptions): WebClient {
  const { environment } = options;
  const agents = createAgents(environment, options.certificateFolders ?? certificateFolders(environment));
  const ends = Date.now() + options.timeout;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeout)]);
  const transport = createTransport(agents, createSlots(8), () => ends - Date.now());
  return {
    async request(request) {
      const exchange = exchangeOf(request, `docker-verify/${options.version}`, signal);
      assertScheme(exchange.url, { plain: options.plain ?? false });
      const attempts = bounds.retries + 1;
      try {
        if (request.follow !== true) return await transport.send(exchange, 'bundled', attempts);
        return (await sendFollowing(transport, exchange, 'bundled', attempts)).answer;
      } catch (error) {
        throw unreachable(exchange.url.host, error);
      }
    },
    close: () => agents.close(),
  };
}
