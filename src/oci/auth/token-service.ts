import * as z from 'zod';
import { isLoopback, parseBoundedJson, VerifyError } from '../../model/index.ts';
import { bounds } from '../transport/bounds.ts';
import type { Answer, Exchange } from '../transport/exchange.ts';
import { unreachable } from '../transport/network-fault.ts';
import { sendFollowing } from '../transport/redirects.ts';
import { refusedLogin, registryFailure } from '../transport/registry-failure.ts';
import type { Transport } from '../transport/transport.ts';
import type { Challenge } from './challenge.ts';
import type { Credential } from './credential-helper.ts';

/** A token with the moment at which it ends, in milliseconds of the epoch. */
export interface BearerToken {
  readonly value: string;
  readonly expires: number;
}

/** What is asked of a token service. */
export interface TokenRequest {
  readonly registry: string;
  readonly realm: URL;
  readonly service: string | null;
  readonly scopes: readonly string[];
  /** Null for an anonymous token. */
  readonly credential: Credential | null;
}

const answerSchema = z.object({
  token: z.string().nullish(),
  access_token: z.string().nullish(),
  expires_in: z.number().nullish(),
  issued_at: z.string().nullish(),
});

const clientName = 'docker-verify';

/** All that a token for pulling from a repository is to be good for by the registry's own words, by which buildx chooses whose token it asks for. */
export function wantedScopes(repository: string, { parameters }: Challenge): readonly string[] {
  const named = (parameters['scope'] ?? '').split(' ').filter((scope) => scope !== '');
  return [...new Set([`repository:${repository}:pull`, ...named])];
}

/**
 * What we ask to be allowed: to pull from this repository, and whatever the registry names that is no repository's (`aws`). To push to it
 * only where it is to be written to, and never to another.
 */
export function scopesFor(repository: string, challenge: Challenge, push = false): readonly string[] {
  const named = (challenge.parameters['scope'] ?? '').split(' ').slice(0, 10);
  const pulls = named.flatMap((scope) => {
    if (scope === '' || scope.startsWith('registry:')) return [];
    const match = /^(repository(?:\([^)]*\))?:[^\s]+):[^:]*$/.exec(scope);
    return [match === null ? scope : `${match[1]}:pull`];
  });
  const own = `repository:${repository}:pull`;
  return [push ? `${own},push` : own, ...new Set(pulls.filter((scope) => scope !== own))];
}

function tokenExchange(request: TokenRequest, signal: AbortSignal): Exchange {
  const { realm, service, scopes, credential } = request;
  const url = new URL(realm);
  const common = { limit: bounds.tokenResponse, signal };
  const accept = { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': clientName };
  if (credential?.kind === 'identity-token') {
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: clientName, scope: scopes.join(' ') });
    if (service !== null) form.set('service', service);
    form.set('refresh_token', credential.secret);
    const headers = { ...accept, 'content-type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', url, headers, body: form.toString(), ...common };
  }
  if (service !== null) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (credential === null) return { method: 'GET', url, headers: accept, ...common };
  if (credential.username !== '') url.searchParams.set('account', credential.username);
  return { method: 'GET', url, headers: { ...accept, authorization: basicHeader(credential) }, ...common };
}

/** The value of an `Authorization` header for name and password (RFC 7617). */
export function basicHeader(credential: Credential): string {
  return `Basic ${Buffer.from(`${credential.username}:${credential.secret}`, 'utf8').toString('base64')}`;
}

function readToken(answer: Answer, request: TokenRequest): BearerToken {
  const { host } = request.realm;
  const unusable = (): VerifyError =>
    new VerifyError('registry.failed', `the token service ${host} of ${request.registry} answers with no token`);
  let value: unknown;
  try {
    value = parseBoundedJson(answer.body.toString('utf8'));
  } catch {
    throw unusable();
  }
  const parsed = answerSchema.safeParse(value);
  const token = parsed.success ? parsed.data.token || parsed.data.access_token : null;
  // What goes into a header must not be able to end it.
  if (!parsed.success || !token || !/^[\x21-\x7e]+$/.test(token)) throw unusable();
  // 60 seconds where nothing is said, and somewhat less than is said, since clocks and answers take time (distribution, auth/token).
  const lifetime = Math.max(60, parsed.data.expires_in ?? 60) * 1000;
  return { value: token, expires: Date.now() + lifetime * 0.9 };
}

/**
 * Asks a token service for a token (distribution, docs/spec/auth/token.md and oauth.md). Credentials are sent to this address alone, never after a redirect.
 * @throws VerifyError
 */
export async function fetchToken(
  transport: Transport,
  request: TokenRequest,
  signal: AbortSignal,
): Promise<BearerToken> {
  const answer = await sendTo(transport, request, tokenExchange(request, signal));
  if (answer.status === 200) return readToken(answer, request);
  const { credential } = request;
  if (credential?.kind !== 'identity-token' || ![401, 404].includes(answer.status)) throw tokenFailure(answer, request);
  // some services take no forms: they are asked as with a password (buildkit, session/auth/authprovider: FetchToken)
  const plain = { ...request, credential: { ...credential, kind: 'password' as const } };
  const second = await sendTo(transport, request, tokenExchange(plain, signal));
  if (second.status === 200) return readToken(second, request);
  throw tokenFailure(second, request);
}

async function sendTo(transport: Transport, request: TokenRequest, exchange: Exchange): Promise<Answer> {
  const check = isLoopback(request.realm.host) ? 'none' : 'bundled';
  try {
    // A form with a secret is not sent on to wherever an answer points.
    return exchange.method === 'POST'
      ? await transport.send(exchange, check, 1)
      : (await sendFollowing(transport, exchange, check, bounds.retries + 1)).answer;
  } catch (error) {
    throw unreachable(request.realm.host, error);
  }
}

function tokenFailure(answer: Answer, request: TokenRequest): VerifyError {
  if (![400, 401, 403].includes(answer.status)) {
    return registryFailure(answer, `a token of ${request.realm.host} for ${request.registry}`, request.realm.host);
  }
  return request.credential === null
    ? new VerifyError('registry.unauthorized', `${request.registry} gives no anonymous access`, {
        hint: `run "docker login ${request.registry}"`,
      })
    : refusedLogin(request.registry, `${answer.status}`);
}
