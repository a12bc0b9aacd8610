import { VerifyError } from '../../model/index.ts';
import type { Transport } from '../transport/transport.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { Credential } from './credential-helper.ts';
import type { CredentialSource } from './docker-credentials.ts';
import { isListedTokenService, isOwnTokenService, type ListedTokenServices, parseRealm } from './realm-rule.ts';
import { type BearerToken, basicHeader, fetchToken, scopesFor, wantedScopes } from './token-service.ts';

/** Who asks, and on what. */
export interface AuthenticationTarget {
  readonly registry: string;
  readonly repository: string;
  /** False on a connection that credentials must not travel on. */
  readonly credentials: boolean;
  /** Whether it is to be written to; left out where it is read. */
  readonly push?: boolean;
}

/** Answers a registry's challenges. No credential helper is started before a registry has answered 401. */
export interface Authenticator {
  /** The header that is already known to be needed; null where nothing is known or nothing is needed. */
  known(target: AuthenticationTarget): Promise<string | null>;
  /** The header that answers a 401; null where there is nothing to answer with. */
  answer(target: AuthenticationTarget, challengeHeader: string, refused: string | null): Promise<string | null>;
}

export interface AuthenticatorOptions {
  readonly transport: Transport;
  readonly credentials: CredentialSource;
  readonly tokenServices: () => Promise<ListedTokenServices>;
  readonly signal: AbortSignal;
}

interface Registered {
  readonly challenge: Challenge;
  readonly tokens: Map<string, Promise<BearerToken>>;
}

/** Bearer before Basic; what we do not speak is as if it was not offered. */
function chosen(header: string): Challenge | null {
  const offered = parseChallenges(header);
  const bearer = offered.find(({ scheme, parameters }) => scheme === 'bearer' && parameters['realm'] !== undefined);
  return bearer ?? offered.find(({ scheme }) => scheme === 'basic') ?? null;
}

/** Whether a challenge is answered with a token, rather than with name and password. */
export function asksForToken(header: string): boolean {
  return chosen(header)?.scheme === 'bearer';
}

/** A challenge without the scopes that it had for one repository. */
function generalPart(challenge: Challenge): Challenge {
  const scopes = (challenge.parameters['scope'] ?? '').split(' ').filter((scope) => !scope.startsWith('repository'));
  return { ...challenge, parameters: { ...challenge.parameters, scope: scopes.join(' ') } };
}

async function credentialForRealm(
  options: AuthenticatorOptions,
  target: AuthenticationTarget,
  realm: URL,
  credential: Credential | null,
): Promise<Credential | null> {
  if (credential === null) return null;
  if (await isOwnTokenService(target.registry, realm)) return credential;
  if (isListedTokenService(target.registry, realm, await options.tokenServices())) return credential;
  throw new VerifyError(
    'registry.untrustworthy',
    `${target.registry} sends us to ${realm.host} for a token, which is none of its own: the credentials stored for it stay here`,
    {
      hint: `if this is right, say in the user's or the machine's policy: tokenServices: {"${target.registry}": ["${realm.host}"]}`,
    },
  );
}

async function requestToken(
  options: AuthenticatorOptions,
  target: AuthenticationTarget,
  challenge: Challenge,
): Promise<BearerToken> {
  const scopes = wantedScopes(target.repository, challenge);
  const own = target.credentials ? await options.credentials.credentialFor(target.registry, scopes) : null;
  // what is stored is the token itself, which no service needs to be asked for
  if (own?.kind === 'registry-token') return { value: own.secret, expires: Number.POSITIVE_INFINITY };
  const realm = parseRealm(target.registry, challenge.parameters['realm'] ?? '');
  const credential = await credentialForRealm(options, target, realm, own);
  const request = {
    registry: target.registry,
    realm,
    service: challenge.parameters['service'] ?? null,
    scopes: scopesFor(target.repository, challenge, target.push === true),
    credential,
  };
  return fetchToken(options.transport, request, options.signal);
}

async function basicFor(options: AuthenticatorOptions, target: AuthenticationTarget): Promise<string | null> {
  if (!target.credentials) return null;
  const credential = await options.credentials.credentialFor(target.registry, []);
  return credential?.kind === 'password' ? basicHeader(credential) : null;
}

/** Tokens by registry and repository, in memory only; however many ask at once, a token is requested once. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const registered = new Map<string, Registered>();
  const keyOf = (target: AuthenticationTarget): string => `${target.registry} ${target.credentials}`;
  // what is read never carries a token that could write
  const tokenKeyOf = ({ repository, push = false }: AuthenticationTarget): string => `${repository} ${push}`;

  const header = async (
    target: AuthenticationTarget,
    entry: Registered,
    challenge: Challenge,
    refused: string | null,
  ): Promise<string | null> => {
    if (challenge.scheme === 'basic') return basicFor(options, target);
    const key = tokenKeyOf(target);
    const known = entry.tokens.get(key);
    const held = known === undefined ? null : await known;
    if (held !== null && held.expires > Date.now() && refused !== `Bearer ${held.value}`) return `Bearer ${held.value}`;
    // Another that found the same token ended may have asked for a new one meanwhile.
    const current = entry.tokens.get(key);
    const token = current !== undefined && current !== known ? current : requestToken(options, target, challenge);
    entry.tokens.set(key, token);
    // What failed may be asked for again.
    token.catch(() => entry.tokens.get(key) === token && entry.tokens.delete(key));
    return `Bearer ${(await token).value}`;
  };

  return {
    async known(target) {
      const entry = registered.get(keyOf(target));
      return entry === undefined ? null : header(target, entry, generalPart(entry.challenge), null);
    },
    async answer(target, challengeHeader, refused) {
      const challenge = chosen(challengeHeader);
      if (challenge === null) return null;
      let entry = registered.get(keyOf(target));
      const realm = challenge.parameters['realm'];
      if (entry?.challenge.scheme !== challenge.scheme || entry.challenge.parameters['realm'] !== realm) {
        entry = { challenge, tokens: new Map() };
        registered.set(keyOf(target), entry);
      }
      const next = await header(target, entry, challenge, refused);
      return challenge.scheme === 'basic' && next === refused ? null : next;
    },
  };
}
