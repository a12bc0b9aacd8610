import type { Status } from '../../model/index.ts';

/** How a page shows a verdict: a mark, and the word that says the same without sight or colour. */
export const statusWords: Readonly<Record<Status, readonly [mark: string, word: string]>> = {
  allow: ['✓', 'allowed'],
  warn: ['!', 'warning'],
  block: ['✗', 'blocked'],
  error: ['?', 'not verified'],
};

/** A verdict as HTML. */
export function statusSpan(status: Status): string {
  const [mark, word] = statusWords[status];
  return `<span class="${status}">${mark} ${word}</span>`;
}
