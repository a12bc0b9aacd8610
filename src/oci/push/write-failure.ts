import { VerifyError } from '../../model/index.ts';
import type { Answer } from '../transport/exchange.ts';
import { refusedLogin, registryFailure } from '../transport/registry-failure.ts';

/** What registries answer that take nothing at all: mirrors, pull-through caches, archives. */
const readOnly = new Set([405, 501]);

function refusal(answer: Answer, what: string, registry: string): VerifyError | null {
  const { status } = answer;
  if (status === 401 || status === 403) {
    if (answer.loginRefused === true) return refusedLogin(registry, `${status}`);
    return new VerifyError('registry.unauthorized', `${registry} does not let us write ${what} (${status})`, {
      hint: `run "docker login ${registry}" with an account that may push there`,
    });
  }
  if (status === 404) {
    return new VerifyError('registry.not-found', `${registry} has no place for ${what} (404)`, {
      hint: 'check the name of the repository; some registries want it to be made first',
    });
  }
  if (readOnly.has(status)) {
    return new VerifyError(
      'registry.failed',
      `${registry} takes no ${what} (${status}): nothing can be written there`,
      {
        hint: 'it is a mirror, or read-only: push to the registry itself',
      },
    );
  }
  if (status === 413) {
    return new VerifyError('registry.failed', `${what} is too large for ${registry} (413)`, {
      hint: 'ask its administrator for a higher limit',
    });
  }
  if (status >= 300 && status < 400) {
    return new VerifyError('registry.untrustworthy', `${registry} redirects (${status}) what is written, ${what}`, {
      hint: 'what is written goes to the registry that was named, and to no other; check its address',
    });
  }
  return null;
}

/**
 * The error for an answer to a write that is no success.
 * @param what was to be written, for people: `the manifest acme/app:1`
 */
export function writeFailure(answer: Answer, what: string, registry: string): VerifyError {
  return refusal(answer, what, registry) ?? registryFailure(answer, what, registry);
}

/** Whether a write was done. */
export function isWritten({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}
