import { describe, expect, it } from 'vitest';
import { isAdvisoryId, parseQuestion } from '../../../../src/inventory/index.ts';
import { backdoored, listed, reverted } from './packages.ts';

const npm = listed('pkg:npm/%40acme/a@1.2.9');
const python = listed('pkg:pypi/some.thing@2.0.3');

describe('a question about a package', () => {
  it.each([
    ['xz-utils@5.6.0 - 5.6.1', backdoored, 'affected'],
    ['xz-utils@5.6.0 - 5.6.1', reverted, 'not-affected'],
    ['xz-utils', reverted, 'affected'],
    ['liblzma5@>=5.6.0 <5.6.2', backdoored, 'affected'],
    ['liblzma5@>=5.6.2 <6', backdoored, 'not-affected'],
    ['pkg:deb/debian/xz-utils@5.6.1-1', backdoored, 'affected'],
    ['pkg:deb/debian/xz-utils@5.6.1-2', backdoored, 'not-affected'],
    ['pkg:deb/debian/xz-utils', backdoored, 'affected'],
    ['pkg:deb/ubuntu/xz-utils', backdoored, null],
    ['pkg:rpm/fedora/xz', backdoored, null],
    ['xz-utils@vers:deb/>=5.6.0|<=5.6.1', backdoored, 'affected'],
    ['xz-utils@vers:deb/>=5.6.0|<=5.6.1', reverted, 'not-affected'],
    ['pkg:deb/debian/xz-utils@vers:deb/5.6.1-1', backdoored, 'affected'],
    ['xz-utils@vers:rpm/*', backdoored, null],
    ['@acme/a@^1.2.3', npm, 'affected'],
    ['@acme/a@^2', npm, 'not-affected'],
    ['some_thing@<=2.0.3', python, 'affected'],
    ['some_thing@==2.0.3', python, 'affected'],
    ['some_thing@*', python, 'affected'],
    ['some_thing@2.x', python, 'affected'],
    ['some_thing@2.0.*', python, 'affected'],
    ['some_thing@1.x', python, 'not-affected'],
    ['some_thing@2.1.x', python, 'not-affected'],
    ['a', npm, 'affected'],
    ['pkg:npm/%40acme/a', npm, 'affected'],
    ['pkg:npm/a', npm, null],
    ['pkg:npm/a', listed('pkg:npm/a@1'), 'affected'],
    ['stdlib@go1.21.3', listed('pkg:golang/stdlib@1.21.3'), 'affected'],
    ['stdlib@<1.21.4', listed('pkg:golang/stdlib@go1.21.3'), 'affected'],
    ['stdlib@<1.21.3', listed('pkg:golang/stdlib@go1.21.3'), 'not-affected'],
    ['example.com/app@(devel)', listed('pkg:golang/example.com/app@(devel)'), 'affected'],
  ] as const)('%s', (text, found, match) => {
    expect(parseQuestion(text)?.match(found)).toBe(match);
  });

  it('counts a missing version as one that is asked about', () => {
    expect(parseQuestion('xz-utils@5.6.1')?.match(listed('pkg:deb/debian/xz-utils'))).toBe('affected');
    expect(parseQuestion('xz-utils@vers:deb/5.6.1')?.match(listed('pkg:deb/debian/xz-utils'))).toBe('affected');
  });

  it('names what it looks for, so that nothing else needs to be read', () => {
    expect(parseQuestion('pkg:deb/debian/XZ_utils@5.6.1')?.names).toEqual(['xz-utils']);
  });

  it.each(['', ' ', 'a b', 'xz@', 'xz@^x', 'xz@vers:deb/', 'xz@vers:nothing/1', 'vers:deb/1', 'pkg:deb'])(
    'is not %j',
    (text) => {
      expect(parseQuestion(text)).toBeNull();
    },
  );

  // each would be the name of a package that nothing bears, or a version that nothing has
  it.each([
    'lodash>=4',
    'lodash==4.17.20',
    'lodash^4',
    'lod*',
    'lodash:4.17.20',
    'org.l:core:2.14.1',
    'libc6:amd64',
    'https://example.com',
    'pkg:npm/lodash>=4',
    'pkg:npm/lodash=4',
    'a|b',
    'lodash@<vers:npm/5',
    'lodash@!=4.17.20',
    'lodash@[4.0,4.17.21)',
    'lodash@4.17.20 || 5.0.0',
    'lodash@>=4.x',
  ])('is not %s, which is written otherwise', (text) => {
    expect(parseQuestion(text)).toBeNull();
  });
});

describe('the id of an advisory', () => {
  it.each(['CVE-2024-3094', 'cve-2024-3094', 'GHSA-rxwq-x6h5-x525', 'DSA-5649-1', 'RHSA-2024:1234'])(
    'is %s',
    (text) => {
      expect(isAdvisoryId(text)).toBe(true);
    },
  );

  it.each(['xz-utils', 'CVE-2024', 'pkg:deb/a', 'GHSA-aaaa'])('is not %s', (text) => {
    expect(isAdvisoryId(text)).toBe(false);
  });
});
