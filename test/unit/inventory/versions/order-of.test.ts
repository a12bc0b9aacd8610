import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { orderOf } from '../../../../src/inventory/versions/order-of.ts';

describe('orders versions, from old to new:', () => {
  it.each<[string | null, readonly string[]]>([
    ['deb', ['1.0~~', '1.0~rc1', '1.0', '1.0-1', '1.0-1.1', '1.0-10', '1.0a', '1.0+b', '1.2', '1.10', '1:0.1']],
    ['deb', ['9', 'a1', 'b']],
    ['rpm', ['1.0~rc1', '1.0', '1.0-1', '1.0-2', '1.0^git1', '1.0.a', '1.0.1', '1.10', '1:0.1']],
    ['apk', ['1.0_alpha', '1.0_rc1', '1.0', '1.0-r1', '1.0-r10', '1.0_p1', '1.0a', '1.0.1', '1.2', '1.10']],
    ['pypi', ['1.0.dev1', '1.0a1', '1.0rc1', '1.0', '1.0+local', '1.0.post1', '1.1', '1!0.1']],
    ['maven', ['1-alpha', '1-beta-2', '1-rc', '1-SNAPSHOT', '1', '1-sp', '1-x', '1-1', '1.1', '2']],
    ['gem', ['1.0.a9', '1.0.a10', '1.0', '1.0.1', '1.2', '1.10']],
    ['composer', ['1.0-dev', '1.0a1', '1.0b1', '1.0RC1', '1.0', '1.0pl1', '1.1', '1.10']],
    ['nuget', ['1.0-alpha', '1.0', '1.0.0.1', '1.2', '1.10']],
    ['npm', ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-beta', '1.0.0', '1.2.0', '1.10.0']],
    ['golang', ['v0.0.0-20200101000000-abcdef', 'v0.1.0', 'v1.2.0', 'v1.10.0']],
    ['pub', ['1.0.0-pre', '1.0.0', '1.0.0+1', '1.0.0+2', '1.0.1']],
    ['cran', ['0.9', '0.75', '1.0-1', '1.0.2']],
    [null, ['1.0.dev1', '1.0rc1', '1.0', '1.0-jre', '1.0.1', '1.2', '1.10', '20240101']],
  ])('%s %#', (name, versions) => {
    const order = orderOf(name);
    versions.forEach((left, i) => {
      versions.forEach((right, j) => {
        expect([left, right, Math.sign(order(left, right))]).toEqual([left, right, Math.sign(i - j)]);
      });
    });
  });

  it.each<[string | null, string, string]>([
    ['deb', '1.01', '1.1'],
    ['deb', '0:1.0', '1.0'],
    ['rpm', '1.0', '1_0'],
    [null, '1.0', '1.0.0'],
  ])('%s holds %s and %s to be the same', (name, left, right) => {
    expect(orderOf(name)(left, right)).toBe(0);
  });
});

const scalibr = new URL('../../../../../shared/data/version-tests/osv-scalibr/', import.meta.url);

const published: readonly (readonly [type: string, files: readonly string[], least: number])[] = [
  ['deb', ['debian-versions.txt', 'debian-versions-generated.txt'], 14_000],
  ['rpm', ['redhat-versions.txt'], 160],
  ['apk', ['alpine-versions.txt', 'alpine-versions-generated.txt'], 14_000],
  ['maven', ['maven-versions.txt', 'maven-versions-generated.txt'], 14_000],
  ['pypi', ['pypi-versions.txt', 'pypi-versions-generated.txt'], 12_000],
  ['composer', ['packagist-versions.txt', 'packagist-versions-generated.txt'], 10_000],
  ['gem', ['rubygems-versions.txt', 'rubygems-versions-generated.txt'], 4_000],
  ['npm', ['semver-versions.txt'], 80],
  ['nuget', ['nuget-versions.txt'], 30],
  ['pub', ['pub-versions.txt'], 90],
  ['cran', ['cran-versions.txt', 'cran-versions-generated.txt'], 70],
  ['hackage', ['hackage-versions.txt'], 8],
];

/** Lines as `1.0 < 1.1`; comments begin with `#` or `//`. */
function pairsIn(file: string): readonly (readonly [left: string, sign: number, right: string])[] {
  const signs: Readonly<Record<string, number>> = { '<': -1, '=': 0, '>': 1 };
  return readFileSync(new URL(file, scalibr), 'utf8')
    .split('\n')
    .filter((line) => !/^(?:#|\/\/)/.test(line))
    .flatMap((line) => {
      const found = /^(\S+) ([<=>]) (\S+)$/.exec(line.trim());
      return found === null ? [] : [[found[1] ?? '', signs[found[2] ?? ''] ?? Number.NaN, found[3] ?? ''] as const];
    });
}

describe.skipIf(!existsSync(scalibr))("osv-scalibr's published pairs (skipped where they are not)", () => {
  it.each(published)('%s: all are ordered as they say, both ways', (type, files, least) => {
    const order = orderOf(type);
    const pairs = files.flatMap(pairsIn);
    const wrong = pairs.filter(
      ([left, sign, right]) => Math.sign(order(left, right)) !== sign || Math.sign(order(right, left)) + sign !== 0,
    );
    expect(wrong).toEqual([]);
    expect(pairs.length).toBeGreaterThan(least);
  });
});

const vectors = new URL('../../../../../shared/data/version-tests/alpine_version_cmp_test.json', import.meta.url);

interface Vector {
  readonly test_type: string;
  readonly input: { readonly versions: readonly string[] };
  readonly expected_output: unknown;
}

describe.skipIf(!existsSync(vectors))("the published vectors of Alpine's versions (skipped where they are not)", () => {
  it('are all met', () => {
    const { tests } = JSON.parse(readFileSync(vectors, 'utf8')) as { readonly tests: readonly Vector[] };
    const failed = tests.filter(({ test_type, input, expected_output }) =>
      test_type === 'equality'
        ? (orderOf('apk')(input.versions[0] ?? '', input.versions[1] ?? '') === 0) !== expected_output
        : JSON.stringify([...input.versions].sort(orderOf('apk'))) !== JSON.stringify(expected_output),
    );
    expect(tests.length).toBeGreaterThan(100);
    expect(failed.map(({ input }) => input.versions.join(' '))).toEqual([]);
  });
});
