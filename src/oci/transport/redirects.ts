import { isLoopback, VerifyError } from '../../model/index.ts';
import type { PeerCheck } from './agents.ts';
import { bounds } from './bounds.ts';
import type { Answer, Exchange } from './exchange.ts';
import type { Transport } from './transport.ts';

const redirecting = new Set([301, 302, 303, 307, 308]);

function refused(from: URL, reason: string): VerifyError {
  return new VerifyError('registry.untrustworthy', `${from.host} redirects ${reason}`, {
    hint: 'a registry that works with Docker does not do this; check its address',
  });
}

/** Where an answer leads, by the rules for redirects; null for an answer that leads nowhere. */
function nextUrl(answer: Answer, { onElsewhere }: Exchange): URL | null {
  if (!redirecting.has(answer.status)) return null;
  const { location } = answer.headers;
  if (location === undefined || !URL.canParse(location, answer.url.href)) throw refused(answer.url, 'to nowhere');
  const next = new URL(location, answer.url);
  const sameHost = next.host === answer.url.host;
  if (!sameHost) onElsewhere?.(next.host);
  if (next.protocol !== 'https:' && next.protocol !== 'http:') throw refused(answer.url, `to ${next.protocol}`);
  if (next.username !== '' || next.password !== '') throw refused(answer.url, 'to an address with credentials');
  const downgrade = next.protocol === 'http:' && answer.url.protocol === 'https:';
  if (downgrade) throw refused(answer.url, 'from HTTPS to plain HTTP');
  if (next.protocol === 'http:' && !sameHost && !(isLoopback(next.host) && isLoopback(answer.url.host))) {
    throw refused(answer.url, 'over plain HTTP to another host');
  }
  return next;
}

/** Whether two addresses are those of one server. */
export function sameOrigin(left: URL, right: URL): boolean {
  return left.protocol === right.protocol && left.host === right.host;
}

/** Headers for the next hop: a token stays within its origin, stored credentials are never sent again. */
function headersFor(exchange: Exchange, next: URL): Exchange['headers'] {
  const { authorization, ...rest } = exchange.headers;
  const isToken = typeof authorization === 'string' && authorization.startsWith('Bearer ');
  return isToken && sameOrigin(exchange.url, next) ? { ...rest, authorization } : rest;
}

/**
 * Sends a request and follows at most five redirects: never from HTTPS to HTTP, never over plain HTTP to another host but on loopback.
 * @throws VerifyError `registry.untrustworthy` for a redirect that is refused; network errors as they come
 */
export async function sendFollowing(
  transport: Transport,
  first: Exchange,
  check: PeerCheck,
  attempts: number,
): Promise<{ readonly answer: Answer; readonly redirected: boolean }> {
  let exchange = first;
  for (let hops = 0; ; hops += 1) {
    const stillThere = sameOrigin(exchange.url, first.url);
    const isLast = !stillThere && exchange.onElsewhere !== undefined;
    const answer = await transport.send(exchange, stillThere ? check : 'bundled', isLast ? 1 : attempts);
    const next = nextUrl(answer, exchange);
    if (next === null) return { answer, redirected: hops > 0 };
    if (hops >= bounds.redirects) throw refused(first.url, `more than ${bounds.redirects} times`);
    exchange = { ...exchange, url: next, headers: headersFor(exchange, next) };
  }
}
