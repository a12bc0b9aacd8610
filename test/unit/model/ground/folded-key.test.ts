import { describe, expect, it } from 'vitest';
import { foldedKey } from '../../../../src/model/index.ts';

describe('a key as Go compares it', () => {
  it.each([
    ['Digest', 'digest'],
    ['mediaTYPE', 'mediatype'],
    ['dige\u017ft', 'digest'],
    ['\u212aey', 'key'],
    ['\ud800', '\ufffd'],
  ])('%s is %s', (key, folded) => expect(foldedKey(key)).toBe(folded));

  it.each([
    ['d\u0131gest', 'digest'],
    ['d\u0130gest', 'digest'],
    ['stra\u00dfe', 'strasse'],
  ])('%s is not %s', (key, other) => expect(foldedKey(key)).not.toBe(foldedKey(other)));
});
