import type { Status } from '../../model/index.ts';
import type { Style } from './wrap.ts';

/** The sign that stands before what has a status, and how it is shown where there is colour. */
export const statusMarks: Readonly<Record<Status, readonly [string, Style]>> = {
  allow: ['✓', 'good'],
  warn: ['!', 'caution'],
  block: ['✗', 'bad'],
  error: ['?', 'bad'],
};
