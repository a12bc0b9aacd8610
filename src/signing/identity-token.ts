import * as z from 'zod';
import { type Environment, parseBoundedJson, VerifyError } from '../model/index.ts';
import type { SigningWeb } from './statement-signer.ts';

/** For whom a token must be: Fulcio takes no other. */
const audience = 'sigstore';

/** An OpenID token, with what it says of its bearer as far as it is needed here: whether that is true its issuer and Fulcio say. */
export interface IdentityToken {
  readonly token: string;
  /** What a proof of possession is over (fulcio, docs/oidc.md). */
  readonly subject: string;
  readonly issuer: string;
}

const claimsSchema = z.object({
  iss: z.string().min(1),
  sub: z.string().optional(),
  email: z.string().optional(),
});

function unusable(reason: string, cause?: unknown): VerifyError {
  return new VerifyError('signing.failed', `the identity token that this environment gives is not usable: ${reason}`, {
    hint: 'ask the CI system for one whose audience is sigstore, or sign with --key',
    cause,
  });
}

/** @throws VerifyError `signing.failed`; messages never contain the token itself */
function readIdentityToken(token: string): IdentityToken {
  let value: unknown;
  try {
    value = parseBoundedJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  } catch (cause) {
    throw unusable('it is no JSON Web Token', cause);
  }
  const claims = claimsSchema.safeParse(value);
  const subject = claims.success ? (claims.data.email ?? claims.data.sub) : undefined;
  if (!claims.success || subject === undefined) throw unusable('it names no issuer and subject');
  return { token, subject, issuer: claims.data.iss };
}

/** GitHub's way: an address that gives a token in exchange for a request token (docs.github.com, "OpenID Connect reference"). */
async function fromGithub(url: string, bearer: string, web: SigningWeb): Promise<string> {
  if (!URL.canParse(url)) throw unusable('ACTIONS_ID_TOKEN_REQUEST_URL is no address');
  const address = new URL(url);
  address.searchParams.set('audience', audience);
  const { status, body } = await web({ url: address.href, bearer });
  if (status !== 200) throw unusable(`${address.host} answers ${status}`);
  const answer = z.object({ value: z.string().min(1) }).safeParse(parseBoundedJson(body.toString('utf8')));
  if (!answer.success) throw unusable(`${address.host} answers with no token`);
  return answer.data.value;
}

/** Whether this environment gives an identity to sign with. */
export function hasIdentity({ variables }: Environment): boolean {
  const {
    SIGSTORE_ID_TOKEN: given,
    ACTIONS_ID_TOKEN_REQUEST_URL: url,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: token,
  } = variables;
  return Boolean(given) || (Boolean(url) && Boolean(token));
}

/**
 * The identity that is ambient: `SIGSTORE_ID_TOKEN` as GitLab sets it, else GitHub Actions' service.
 * @throws VerifyError `signing.failed`, `registry.unreachable`
 */
export async function ambientIdentity({ variables }: Environment, web: SigningWeb): Promise<IdentityToken> {
  const {
    SIGSTORE_ID_TOKEN: given,
    ACTIONS_ID_TOKEN_REQUEST_URL: url,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: token,
  } = variables;
  if (given) return readIdentityToken(given.trim());
  if (url && token) return readIdentityToken(await fromGithub(url, token, web));
  throw unusable('there is none');
}
