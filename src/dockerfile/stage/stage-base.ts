import { type CanonicalName, parseCanonicalName } from '../../model/index.ts';
import { invalidDockerfile } from '../text/invalid-dockerfile.ts';

/** The hint for a name that is not valid: a variable without a value is the usual reason. Null for one without variables. */
export function expandedHint(written: string): string | null {
  if (!written.includes('$')) return null;
  return `look at the variables of ${written}: give each a value in ARG before the first FROM, or with --build-arg`;
}

/**
 * Reads the base of a stage after expansion; `meant` says what to do where that was meant for a stage.
 * @throws VerifyError `dockerfile.invalid`, without a place
 */
export function parseStageBase(base: string, written: string, meant: () => string | null): CanonicalName {
  try {
    return parseCanonicalName(base);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.* is not an image reference: /s, '') : '';
    const message = `failed to parse stage name ${JSON.stringify(base)}: invalid reference format: ${reason}`;
    throw invalidDockerfile(message, null, meant() ?? expandedHint(written));
  }
}
