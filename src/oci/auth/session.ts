import type { OutgoingHttpHeaders } from 'node:http';
import { isLoopback, VerifyError } from '../../model/index.ts';
import { bounds } from '../transport/bounds.ts';
import type { Answer, Exchange } from '../transport/exchange.ts';
import { networkFault, unreachable } from '../transport/network-fault.ts';
import { sameOrigin, sendFollowing } from '../transport/redirects.ts';
import { type Route, routesTo } from '../transport/routes.ts';
import type { Transport } from '../transport/transport.ts';
import { type Authenticator, asksForToken } from './authenticator.ts';

/** A request to a registry's API. */
export interface ApiRequest {
  readonly registry: string;
  readonly repository: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Below the registry's root, with its leading slash, or a whole URL of the same registry. */
  readonly path: string;
  readonly accept: string;
  readonly limit: number;
  /** See `Exchange`. */
  readonly onElsewhere?: (host: string) => void;
  /** What is written; left out by requests that read. Needs the right to push, and follows no redirect. */
  readonly push?: Written;
}

/** The body of a request that writes. */
export interface Written {
  readonly type: string;
  readonly bytes: Uint8Array;
  /** Only where what stands there is still what was read (RFC 9110, section 13.1); left out: whatever stands there. */
  readonly condition?: { readonly 'if-match': string } | { readonly 'if-none-match': '*' };
}

/** Speaks to registries: the way there, authentication, redirects. Any status is an answer. */
export interface RegistrySession {
  /** @throws VerifyError */
  request(request: ApiRequest): Promise<Answer>;
  /**
   * Writes to another host, to which a registry sends an upload. No credentials are sent to that host.
   * @param from the answer's address that leads there
   * @throws VerifyError also where the way there is not encrypted
   */
  writeElsewhere(url: URL, from: URL, written: Written): Promise<Answer>;
}

export interface SessionOptions {
  readonly transport: Transport;
  readonly authenticator: Authenticator;
  readonly insecureRegistries: readonly string[];
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

/** Whether a failure says that this way of speaking is the wrong one, rather than that the registry is down. */
function isWrongRoute(error: unknown): boolean {
  const fault = networkFault(error);
  return fault !== null && fault !== 'dns' && fault !== 'timeout' && fault !== 'proxy';
}

/** What Go's servers answer to plain HTTP on a port of HTTPS. */
function wantsHttps(answer: Answer): boolean {
  return answer.status === 400 && answer.url.protocol === 'http:' && /HTTPS/.test(answer.body.toString('latin1'));
}

/** A 401 to a name and a password is about these; one to a token may be about what it is good for. */
function answered(
  { answer, redirected }: { readonly answer: Answer; readonly redirected: boolean },
  authorization: string | null,
): Answer {
  const isRefusal = answer.status === 401 && !redirected && authorization?.startsWith('Basic ') === true;
  return isRefusal ? { ...answer, loginRefused: true } : answer;
}

function headersOfWritten(written: Written | undefined): OutgoingHttpHeaders {
  if (written === undefined) return {};
  const { type, bytes, condition } = written;
  return { 'content-type': type, 'content-length': bytes.length, ...condition };
}

async function authenticated(
  options: SessionOptions,
  request: ApiRequest,
  route: Route,
  attempts: number,
): Promise<Answer> {
  const { registry, repository } = request;
  const target = { registry, repository, credentials: route.credentials, push: request.push !== undefined };
  const send = async (authorization: string | null, url = new URL(request.path, route.base)) => {
    const headers: OutgoingHttpHeaders = {
      accept: request.accept,
      'accept-encoding': 'identity',
      'user-agent': options.userAgent,
      ...(authorization === null ? {} : { authorization }),
      ...headersOfWritten(request.push),
    };
    const exchange: Exchange = {
      method: request.method,
      url,
      headers,
      limit: request.limit,
      signal: options.signal,
      ...(request.onElsewhere === undefined ? {} : { onElsewhere: request.onElsewhere }),
      ...(request.push === undefined ? {} : { body: request.push.bytes }),
    };
    if (request.push !== undefined)
      return { answer: await options.transport.send(exchange, route.check, attempts), redirected: false };
    return sendFollowing(options.transport, exchange, route.check, attempts);
  };
  const first = await options.authenticator.known(target);
  const { answer, redirected } = await send(first);
  const challenge = answer.headers['www-authenticate'];
  if (answer.status !== 401 || challenge === undefined) return answer;
  // within its own origin a registry may still ask for a token of its own; name and password it gets at its address alone
  const isOwn = sameOrigin(answer.url, route.base) && asksForToken(challenge);
  if (redirected && !isOwn) {
    // stored credentials are for the registry that was asked; the host that it points to gets none
    const elsewhere = { registry: answer.url.host, repository, credentials: false };
    const anonymous = await options.authenticator.answer(elsewhere, challenge, null);
    return anonymous === null ? answer : (await send(anonymous, answer.url)).answer;
  }
  const second = await options.authenticator.answer(target, challenge, first);
  if (second === null) return answered({ answer, redirected }, first);
  return answered(await send(second, redirected ? answer.url : undefined), second);
}

/** @throws VerifyError when a request would leave the registry's own host */
function assertStaysAtHome(request: ApiRequest, route: Route): void {
  const url = new URL(request.path, route.base);
  if (url.host !== route.base.host || url.protocol !== route.base.protocol) {
    throw new VerifyError(
      'registry.untrustworthy',
      `${request.registry} points to ${url.host} where it should answer itself`,
    );
  }
}

/** @throws VerifyError where an upload would go over plain HTTP (but on loopback), or carry what the address holds of credentials */
function assertUploadPlace(url: URL, from: URL): void {
  const isPlain =
    url.protocol === 'http:' && from.protocol === 'http:' && isLoopback(url.host) && isLoopback(from.host);
  if ((url.protocol === 'https:' || isPlain) && url.username === '' && url.password === '') return;
  throw new VerifyError(
    'registry.untrustworthy',
    `${from.host} wants an upload to go to ${url.protocol}//${url.host}, where it would not be safe`,
    { hint: 'a registry that works with Docker does not do this; check its address' },
  );
}

export function createRegistrySession(options: SessionOptions): RegistrySession {
  const settled = new Map<string, Route>();

  const alone = async (request: ApiRequest, route: Route): Promise<Answer> => {
    assertStaysAtHome(request, route);
    try {
      return await authenticated(options, request, route, bounds.retries + 1);
    } catch (error) {
      throw unreachable(route.base.host, error);
    }
  };

  const probing = async (request: ApiRequest, routes: readonly Route[]): Promise<Answer> => {
    for (const route of routes) {
      assertStaysAtHome(request, route);
      try {
        const answer = await authenticated(options, request, route, 1);
        if (wantsHttps(answer)) continue;
        settled.set(request.registry, route);
        // What may pass by itself is worth the attempts that finding the way did without.
        const own = answer.url.host === route.base.host;
        return own && (answer.status === 429 || answer.status >= 500) ? await alone(request, route) : answer;
      } catch (error) {
        if (!isWrongRoute(error)) throw unreachable(route.base.host, error);
      }
    }
    const [first] = routes;
    if (first === undefined) throw new VerifyError('internal', `no way to ${request.registry}`);
    return alone(request, first);
  };

  return {
    async request(request) {
      const routes = routesTo(request.registry, options.insecureRegistries);
      const route = settled.get(request.registry) ?? (routes.length === 1 ? routes[0] : undefined);
      return await (route === undefined ? probing(request, routes) : alone(request, route));
    },
    async writeElsewhere(url, from, written) {
      assertUploadPlace(url, from);
      const headers = { 'user-agent': options.userAgent, ...headersOfWritten(written) };
      const { bytes: body } = written;
      try {
        return await options.transport.send(
          { method: 'PUT', url, headers, body, limit: bounds.errorBody, signal: options.signal },
          'bundled',
          bounds.retries + 1,
        );
      } catch (error) {
        throw unreachable(url.host, error);
      }
    },
  };
}
