import { describe, expect, it } from 'vitest';
import { reasonOfUnread, systemCode } from '../../../../src/model/index.ts';

const failure = (code: string): Error => Object.assign(new Error(`${code}: raw`), { code });

describe('why the file system would not give something', () => {
  it.each([
    ['EACCES', 'permission denied'],
    ['EISDIR', 'it is a folder'],
    ['ELOOP', 'its links go round in a circle'],
    ['EODD', 'EODD: raw'],
  ])('is said of %s in words where there are any', (code, words) => {
    expect(systemCode(failure(code))).toBe(code);
    expect(reasonOfUnread(failure(code))).toBe(words);
  });

  it('is what was thrown, where the system gives no code', () => {
    expect(systemCode(new Error('bare'))).toBe('');
    expect(reasonOfUnread(new Error('bare'))).toBe('bare');
    expect(reasonOfUnread('text')).toBe('text');
  });
});
