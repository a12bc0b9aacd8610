import { isVerifyError, nearestName, type Place, VerifyError } from '../../model/index.ts';

/** A refusal of the Dockerfile in BuildKit's words, as far as it can be; `placed` adds the place. */
export function invalidDockerfile(message: string, place?: Place | null, hint?: string | null): VerifyError {
  return new VerifyError('dockerfile.invalid', message, {
    ...(place == null ? {} : { place }),
    ...(hint == null ? {} : { hint }),
  });
}

/** The one of `words` that was probably meant, as a hint; null where none is near. */
export function meantWord(written: string, words: readonly string[]): string | null {
  const near = nearestName(written, words);
  return near === null ? null : `did you mean ${near}?`;
}

/**
 * What `run` returns. A refusal from inside that has no place yet gets `place`, and a reference or platform that
 * makes no sense becomes a refusal of the Dockerfile.
 */
export function placed<T>(place: Place, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!isVerifyError(error, 'dockerfile.invalid', 'reference.invalid', 'usage.invalid')) throw error;
    if (error.code === 'dockerfile.invalid' && error.place !== null) throw error;
    const hint = error.hint === null ? {} : { hint: error.hint };
    throw new VerifyError('dockerfile.invalid', error.message, { place, cause: error, ...hint });
  }
}
