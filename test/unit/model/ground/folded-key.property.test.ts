import { describe, expect, it } from 'vitest';
import { foldedKey } from '../../../../src/model/index.ts';

const classes = (): Map<string, string[]> => {
  const found = new Map<string, string[]>();
  for (let point = 0; point < 0x1_f000; point += 1) {
    if (point >= 0xd800 && point < 0xe000) continue;
    const character = String.fromCodePoint(point);
    found.set(foldedKey(character), [...(found.get(foldedKey(character)) ?? []), character]);
  }
  return found;
};

describe('a key as Go compares it', () => {
  it('is the same for two characters exactly where simple folding makes one of them', () => {
    const several = [...classes().values()].filter((members) => members.length > 1);
    expect(several.length).toBeGreaterThan(1000);
    for (const members of several) {
      const [first = '', ...others] = members;
      // a regular expression with both flags compares by simple folding
      const folding = new RegExp(`^\\u{${(first.codePointAt(0) ?? 0).toString(16)}}$`, 'iu');
      for (const other of others) expect(folding.test(other), `${first} and ${other}`).toBe(true);
    }
    const all = several.flat().join('');
    for (const members of several) {
      const pattern = new RegExp(`\\u{${(members[0]?.codePointAt(0) ?? 0).toString(16)}}`, 'giu');
      expect(all.match(pattern)).toHaveLength(members.length);
    }
  });
});
