import type { Status } from '../../model/index.ts';
import type { Style } from './wrap.ts';

/** The sign that stands before what has a status, and how it is shown where there is colour. */
export const statusMarks: Readonly<Record<Status, readonly [string, Style]>> = {
  allow: ['✓', 'good'],
  warn: ['!', 'caution'],
  block: ['✗', 'bad'],
  error: ['?', 'bad'],
};

/** The sign with the word that says the same without sight or colour. */
export const statusWords: Readonly<Record<Status, readonly [mark: string, word: string]>> = {
  allow: [statusMarks.allow[0], 'allowed'],
  warn: [statusMarks.warn[0], 'warning'],
  block: [statusMarks.block[0], 'blocked'],
  error: [statusMarks.error[0], 'not verified'],
};
