import { normalisedRegistry, parseBoundedJson, VerifyError } from '../../model/index.ts';
import type { Answer } from './exchange.ts';
import { apiHost } from './registry-host.ts';

/** The error codes that a registry names (OCI distribution-spec, "Error Codes"). Its messages are left out, since they may hold any text. */
function namedCodes(answer: Answer): readonly string[] {
  try {
    const { errors } = parseBoundedJson(answer.body.toString('utf8')) as { readonly errors?: unknown };
    if (!Array.isArray(errors)) return [];
    return errors
      .slice(0, 3)
      .map((each: unknown) => (each as { readonly code?: unknown } | null)?.code)
      .filter((code): code is string => typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code));
  } catch {
    return [];
  }
}

/** Whether a redirect of the registry led to the answer, so that it says nothing of the registry's own accounts and limits. */
function isElsewhere({ url }: Answer, registry: string): boolean {
  const address = `${url.protocol}//${apiHost(registry)}`;
  return !URL.canParse(address) || new URL(address).host !== url.host;
}

/** What a limit on pulls is, where the registry says so as Docker Hub does (`ratelimit-limit: 10;w=3600`); empty where it does not. */
function limitOf(answer: Answer): string {
  const [, count, seconds] = /^\s*(\d{1,9})\s*;\s*w=(\d{1,9})/.exec(answer.headers['ratelimit-limit'] ?? '') ?? [];
  return count === undefined ? '' : `: ${count} in ${Math.round(Number(seconds) / 60)} minutes`;
}

function tooMany(answer: Answer, registry: string, status: string): VerifyError {
  if (normalisedRegistry(registry) === 'docker.io') {
    return new VerifyError(
      'registry.rate-limited',
      `Docker Hub gives us no more for now (${status}): the limit on pulls is reached${limitOf(answer)}`,
      { hint: 'wait, or run "docker login": without a login few pulls are free, and an address is shared with others' },
    );
  }
  return new VerifyError(
    'registry.rate-limited',
    `${registry} allows no more requests for now (${status})${limitOf(answer)}`,
    { hint: `wait, or run "docker login ${registry}" for a higher limit` },
  );
}

/** The error for credentials that are stored and that the registry, or its token service, does not take. */
export function refusedLogin(registry: string, status: string): VerifyError {
  return new VerifyError(
    'registry.unauthorized',
    `${registry} does not accept the credentials that are stored for it (${status})`,
    { hint: `run "docker login ${registry}" again` },
  );
}

function unauthorized(what: string, registry: string, status: string): VerifyError {
  return new VerifyError('registry.unauthorized', `${registry} does not give ${what} to us (${status})`, {
    hint: `it does not exist, or you must log in: run "docker login ${registry}"`,
  });
}

/** The error for an answer of another host, to which the registry led us: its accounts and limits are not the registry's. */
function elsewhereFailure(answer: Answer, what: string, registry: string, status: string): VerifyError {
  const codes = { 401: 'registry.unauthorized', 403: 'registry.unauthorized', 429: 'registry.rate-limited' } as const;
  const code = codes[answer.status as keyof typeof codes] ?? 'registry.failed'; // any other status is not among the keys
  const passing = answer.status === 429 || answer.status >= 500;
  return new VerifyError(
    code,
    `${answer.url.host}, to which ${registry} leads, answers ${status} when asked for ${what}`,
    {
      passing,
      hint: passing ? 'try again later' : `ask the administrator of ${registry}`,
    },
  );
}

/**
 * The error for an answer that is no success: not found, not allowed, too many requests, or the registry's own failure.
 * @param what was asked for, for people: `docker.io/library/alpine:3.20`
 */
export function registryFailure(answer: Answer, what: string, registry: string): VerifyError {
  const codes = namedCodes(answer);
  const status = `${answer.status}${codes.length === 0 ? '' : ` ${codes.join(', ')}`}`;
  if (answer.status !== 404 && isElsewhere(answer, registry)) return elsewhereFailure(answer, what, registry, status);
  switch (answer.status) {
    case 401:
    case 403:
      if (answer.loginRefused === true) return refusedLogin(registry, status);
      return unauthorized(what, registry, status);
    case 404:
      return new VerifyError('registry.not-found', `${registry} has no ${what} (${status})`, {
        hint: codes.includes('NAME_UNKNOWN') ? 'check the name of the repository' : 'check the name and the tag',
      });
    case 429:
      return tooMany(answer, registry, status);
    default: {
      const passing = answer.status >= 500;
      return new VerifyError('registry.failed', `${registry} answers ${status} when asked for ${what}`, {
        passing,
        hint: passing ? 'try again later' : 'check that this is a container registry',
      });
    }
  }
}
