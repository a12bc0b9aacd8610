import { invalidDockerfile } from '../text/invalid-dockerfile.ts';
import { type Lookup, type ShellOptions, ShellReader } from './shell-reader.ts';

export type { Lookup, ShellOptions } from './shell-reader.ts';

export interface Expanded {
  readonly text: string;
  /** False where the text depends on a variable whose value is not known. */
  readonly certain: boolean;
}

/**
 * `word` after quotes, escapes and variables, by BuildKit's rules (frontend/dockerfile/shell).
 * @throws VerifyError `dockerfile.invalid`, without a place, for a bad substitution, a missing quote or an unset `${name:?}`
 */
export function expandWord(word: string, lookup: Lookup, options: ShellOptions): Expanded {
  const reader = new ShellReader(word, lookup, options);
  const { text } = guarded(word, () => reader.readUntil(null));
  return { text, certain: reader.certain };
}

/**
 * The same, split into words at the blanks that are not quoted; variables are expanded first.
 * @throws VerifyError `dockerfile.invalid` as `expandWord`
 */
export function expandWords(text: string, lookup: Lookup, options: ShellOptions): readonly string[] {
  const reader = new ShellReader(text, lookup, options);
  return guarded(text, () => reader.readUntil(null)).words;
}

function guarded<T>(word: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && error.name === 'VerifyError') {
      throw invalidDockerfile(`failed to process ${JSON.stringify(word.slice(0, 300))}: ${error.message}`);
    }
    throw error;
  }
}
