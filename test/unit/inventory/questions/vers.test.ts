import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isInVers, parseVers } from '../../../../src/inventory/questions/vers.ts';
import { orderOf } from '../../../../src/inventory/versions/order-of.ts';

const shared = new URL('../../../../../shared/data/version-tests/', import.meta.url);

interface Vector {
  readonly description: string;
  readonly input: string | { readonly vers: string; readonly version: string };
  readonly expected_output: unknown;
  readonly expected_failure?: boolean;
}

function vectors(file: string): readonly Vector[] {
  return (JSON.parse(readFileSync(new URL(file, shared), 'utf8')) as { readonly tests: readonly Vector[] }).tests;
}

function isIn(text: string, version: string): boolean | null {
  const range = parseVers(text);
  return range === null ? null : isInVers(range, (bound) => orderOf(range.type)(version, bound));
}

describe('a range in the form of VERS', () => {
  it.each([
    ['vers:npm/1.2.3|>=2.0.0|<5.0.0', '1.2.3', true],
    ['vers:npm/1.2.3|>=2.0.0|<5.0.0', '1.2.4', false],
    ['vers:npm/1.2.3|>=2.0.0|<5.0.0', '2.0.0', true],
    ['vers:npm/1.2.3|>=2.0.0|<5.0.0', '5.0.0', false],
    ['vers:npm/<1.0.0|>=2.0.0', '0.1.0', true],
    ['vers:npm/<1.0.0|>=2.0.0', '1.5.0', false],
    ['vers:npm/<1.0.0|>=2.0.0', '9.0.0', true],
    ['vers:npm/>=1.0.0|!=1.5.0|<2.0.0', '1.5.0', false],
    ['vers:npm/>=1.0.0|!=1.5.0|<2.0.0', '1.6.0', true],
    ['vers:npm/!=1.5.0', '1.6.0', true],
    ['vers:deb/>=5.6.0|<=5.6.1-1', '5.6.1-1', true],
    ['vers:deb/*', '1', true],
  ])('%s with %s: %s', (text, version, expected) => {
    expect(isIn(text, version)).toBe(expected);
  });

  it.each(['vers:npm', 'vers:npm/', 'vers:NPM/1', 'vers:npm/1|', 'vers:npm/>=2.0.0|<1.0.0', 'vers:unheard/1', 'npm/1'])(
    'is not %s',
    (text) => {
      expect(parseVers(text)).toBeNull();
    },
  );

  it('is refused where it has more parts than anybody writes', () => {
    const parts = Array.from({ length: 500 }, (_, index) => String(index));
    expect(parseVers(`vers:npm/${parts.join('|')}`)).not.toBeNull();
    expect(parseVers(`vers:npm/${parts.join('|').padEnd(5_000, '0')}`)).toBeNull();
  });
});

describe.skipIf(!existsSync(shared))('the published vectors of VERS (skipped where they are not)', () => {
  it.each(['pypi_range_containment_test.json', 'npm_range_containment_test.json'])('%s', (file) => {
    const wrong = vectors(file).filter(
      ({ input, expected_output: expected }) =>
        typeof input === 'string' || isIn(input.vers, input.version) !== expected,
    );
    expect(wrong).toEqual([]);
  });

  it('are read or refused as they say', () => {
    const wrong = vectors('vers_canonical_parse_test.json').filter(
      ({ input, expected_failure: isFailure = false }) =>
        typeof input !== 'string' || (parseVers(input) === null) !== isFailure,
    );
    expect(wrong).toEqual([]);
  });

  it('order versions of Maven as they say', () => {
    const tests = JSON.parse(readFileSync(new URL('maven_version_cmp_test.json', shared), 'utf8')) as {
      readonly tests: readonly {
        readonly test_type: string;
        readonly input: { readonly versions: readonly string[] };
        readonly expected_output: unknown;
      }[];
    };
    const order = orderOf('maven');
    const wrong = tests.tests.filter(({ test_type: type, input: { versions }, expected_output: expected }) =>
      type === 'equality'
        ? (order(versions[0] ?? '', versions[1] ?? '') === 0) !== expected
        : JSON.stringify(versions.toSorted(order)) !== JSON.stringify(expected),
    );
    expect(wrong.map(({ input }) => input.versions)).toEqual([]);
    expect(tests.tests.length).toBeGreaterThan(900);
  });
});
