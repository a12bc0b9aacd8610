import type { Status } from '../../model/index.ts';
import { statusWords } from '../text/status-marks.ts';

/** A verdict as HTML. */
export function statusSpan(status: Status): string {
  const [mark, word] = statusWords[status];
  return `<span class="${status}">${mark} ${word}</span>`;
}
