import { expect, it } from 'vitest';
import { nearestWord } from '../../../../src/cli/help/nearest-word.ts';

const words = ['build', 'bake', 'check', 'lineage', 'inspect', 'init', 'imagetools', 'prune'];

it.each([
  ['buld', 'build'],
  ['BUILD', 'build'],
  ['chekc', 'check'],
  ['line', 'lineage'],
  ['insp', 'inspect'],
  ['image', 'imagetools'],
  ['prnue', 'prune'],
  ['xyzzy-plugh', null],
  ['q', null],
])('%s is near to %s', (written, expected) => {
  expect(nearestWord(written, words)).toBe(expected);
});
