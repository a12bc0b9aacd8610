import { describe, expect, it } from 'vitest';
import { parsePackagePattern } from '../../../../../src/inventory/index.ts';
import { isPackagePattern } from '../../../../../src/policy/language/patterns/package-pattern.ts';
import { byKey, inputOf } from '../../support/evidence.ts';
import { acme, name, signed, verdict } from '../../support/verdict.ts';

describe('a pattern of packages.deny', () => {
  it.each([
    'xz-utils',
    'xz-utils@5.6.0 - 5.6.1',
    'xz-utils@1:5.6.1+really5.4.5-1~a',
    'left-pad@>=1.0,<2',
    'left-pad@>= 1.0, < 2',
    '@angular/core',
    '@angular/core@^1.2',
    'org.l:c@~2.0',
    'github.com/x/y@<v1.2.3',
    'pkg:deb/debian/xz-utils@5.6.1',
    'pkg:npm/@angular/core@<2',
    'pkg:npm/%40angular/core',
  ])('may be %s, and is understood', (text) => {
    expect(isPackagePattern(text)).toBe(true);
    expect(parsePackagePattern(text)).not.toBeNull();
  });

  it.each(['', ' ', 'xz*', 'xz utils', 'xz@', 'xz@>=', 'xz@1 2', 'xz@^a', 'xz@1 - 2 - 3', 'xz@1,,2', 'a@1?b', '@'])(
    'is not %j',
    (text) => {
      expect(isPackagePattern(text)).toBe(false);
    },
  );

  it('makes the policy invalid where it is none', async () => {
    const input = inputOf(name, [byKey(acme)]);
    await expect(verdict(signed('require: {packages: {deny: ["xz@>="]}}'), input)).rejects.toMatchObject({
      code: 'policy.invalid',
      place: { line: expect.any(Number) as number },
    });
  });
});
