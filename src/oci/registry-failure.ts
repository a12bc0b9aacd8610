import { parseBoundedJson, VerifyError } from '../model/index.ts';
import type { Answer } from './exchange.ts';

/** The error codes that a registry names (OCI distribution-spec, "Error Codes"). Its messages are left out: they are whatever it likes. */
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

/**
 * The error for an answer that is no success: not found, not allowed, too many requests, or the registry's own failure.
 * @param what was asked for, for people: `docker.io/library/alpine:3.20`
 */
export function registryFailure(answer: Answer, what: string, registry: string): VerifyError {
  const codes = namedCodes(answer);
  const status = `${answer.status}${codes.length === 0 ? '' : ` ${codes.join(', ')}`}`;
  switch (answer.status) {
    case 401:
    case 403:
      return new VerifyError('registry.unauthorized', `${registry} does not give ${what} to us (${status})`, {
        hint: `it does not exist, or you must log in: run "docker login ${registry}"`,
      });
    case 404:
      return new VerifyError('registry.not-found', `${registry} has no ${what} (${status})`, {
        hint: codes.includes('NAME_UNKNOWN') ? 'check the name of the repository' : 'check the name and the tag',
      });
    case 429:
      return new VerifyError('registry.rate-limited', `${registry} allows no more requests for now (${status})`, {
        hint: `wait, or run "docker login ${registry}" for a higher limit`,
      });
    default:
      return new VerifyError('registry.failed', `${registry} answers ${status} when asked for ${what}`, {
        hint: answer.status >= 500 ? 'try again later' : 'check that this is a container registry',
      });
  }
}
