import { invalidDockerfile } from '../text/invalid-dockerfile.ts';
import { trimPrefix, trimSuffix } from './shell-pattern.ts';

/** The part of `${name:-word}` that says what is to be done. */
export interface Substitution {
  readonly name: string;
  /** The character after the name, or after the colon. */
  readonly operator: string;
  /** Whether an empty value counts as none: there is a colon. */
  readonly emptyCounts: boolean;
}

/**
 * What `${name<operator>word}` stands for. The value is null where the variable is not set, undefined where
 * it is not known: `word` is then what it may stand for, and counts rather than nothing.
 * @throws VerifyError `dockerfile.invalid`, without a place, for an unknown operator or an unset `${name:?}`
 */
export function substitute(
  { name, operator, emptyCounts }: Substitution,
  word: string,
  value: string | null | undefined,
): string {
  const missing = value === null || (emptyCounts && value === '');
  switch (operator) {
    case '-':
      return missing ? word : (value ?? word);
    case '+':
      return missing ? '' : word;
    case '?':
      if (!missing) return value ?? '';
      throw invalidDockerfile(`${name}: ${word || `is not allowed to be ${value === null ? 'unset' : 'empty'}`}`);
    case '#':
    case '%': {
      const isDoubled = word.startsWith(operator);
      const pattern = isDoubled ? word.slice(1) : word;
      return (operator === '#' ? trimPrefix : trimSuffix)(pattern, value ?? '', isDoubled ? 'longest' : 'shortest');
    }
    default:
      throw invalidDockerfile(`unsupported modifier (${emptyCounts ? ':' : ''}${operator}) in substitution`);
  }
}
