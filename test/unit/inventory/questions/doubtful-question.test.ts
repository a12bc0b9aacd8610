import { describe, expect, it } from 'vitest';
import { doubtfulVersion, isImpossibleRange, unknownType } from '../../../../src/inventory/index.ts';

describe('a range that no version can satisfy', () => {
  it.each([
    'xz-utils@5.6.1 - 5.6.0',
    'xz-utils@>=5 <4',
    'xz-utils@>5.6.0,<5.6.0',
    'xz-utils@=1.0 =2.0',
    'pkg:deb/debian/xz-utils@>=5.6.1 <5.6.1',
    'pkg:deb/debian/a@1.0 - 1.0~rc1',
  ])('is %s', (text) => {
    expect(isImpossibleRange(text)).toBe(true);
  });

  it.each([
    'xz-utils',
    'xz-utils@5.6.1',
    'xz-utils@5.6.0 - 5.6.1',
    'xz-utils@5.6.1 - 5.6.1',
    'log4j-core@>=2.0 <2.17.1',
    'a@^1.2',
    'pkg:deb/debian/a@1.0~rc1 - 1.0',
    // an epoch makes it possible where epochs are known, and only there
    'a@2.0 - 1:1.0',
    'xz-utils@vers:deb/>=5.6.0|<=5.6.1',
  ])('is not %s', (text) => {
    expect(isImpossibleRange(text)).toBe(false);
  });
});

describe('a type of package URL that is not known', () => {
  it.each([
    ['pkg:nosuch/thing@1.0', 'nosuch'],
    ['pkg:dbe/debian/xz-utils@vers:deb/>=1', 'dbe'],
    ['pkg:deb/debian/xz-utils', null],
    ['pkg:generic/openssl@3.0', null],
    ['xz-utils@5.6.1', null],
  ])('%s: %s', (text, type) => {
    expect(unknownType(text)).toBe(type);
  });
});

describe('a version that was perhaps not meant as it is read', () => {
  it.each([
    ['lodash@latest', /latest is no version that has an order/],
    ['xz-utils@5.6.0-5.6.1', /a range has spaces, "5\.6\.0 - 5\.6\.1"/],
  ])('%s', (text, remark) => {
    expect(doubtfulVersion(text)).toMatch(remark);
  });

  it.each([
    'lodash',
    'lodash@1.0',
    'lodash@*',
    'xz-utils@5.6.0 - 5.6.1',
    'linux@5.15.0-91.101',
    'a@1.0-2',
    'a@vers:npm/1',
  ])('says nothing of %s', (text) => {
    expect(doubtfulVersion(text)).toBeNull();
  });
});
