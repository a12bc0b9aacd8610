import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  apkOrder,
  debianOrder,
  naturalOrder,
  rpmOrder,
  type VersionOrder,
} from '../../../src/inventory/version-orders.ts';

const orders: Readonly<Record<string, VersionOrder>> = { debianOrder, rpmOrder, apkOrder, naturalOrder };

describe('orders versions, from old to new:', () => {
  it.each<[string, readonly string[]]>([
    ['debianOrder', ['1.0~~', '1.0~rc1', '1.0', '1.0-1', '1.0-1.1', '1.0-10', '1.0a', '1.0+b', '1.2', '1.10', '1:0.1']],
    ['debianOrder', ['9', 'a1', 'b']],
    ['rpmOrder', ['1.0~rc1', '1.0', '1.0-1', '1.0-2', '1.0^git1', '1.0.a', '1.0.1', '1.10', '1:0.1']],
    ['apkOrder', ['1.0_alpha', '1.0_rc1', '1.0', '1.0-r1', '1.0-r10', '1.0_p1', '1.0a', '1.0.1', '1.2', '1.10']],
    ['naturalOrder', ['1.0.dev1', '1.0rc1', '1.0', '1.0-jre', '1.0.1', '1.2', '1.10', '20240101']],
  ])('%s %#', (name, versions) => {
    const order = orders[name];
    versions.forEach((left, i) => {
      versions.forEach((right, j) => {
        expect([left, right, Math.sign(order?.(left, right) ?? Number.NaN)]).toEqual([left, right, Math.sign(i - j)]);
      });
    });
  });

  it.each<[string, string, string]>([
    ['debianOrder', '1.01', '1.1'],
    ['debianOrder', '0:1.0', '1.0'],
    ['rpmOrder', '1.0', '1_0'],
    ['naturalOrder', '1.0', '1.0.0'],
  ])('%s holds %s and %s to be the same', (name, left, right) => {
    expect(orders[name]?.(left, right)).toBe(0);
  });
});

const vectors = new URL('../../../../shared/data/version-tests/alpine_version_cmp_test.json', import.meta.url);

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
        ? (apkOrder(input.versions[0] ?? '', input.versions[1] ?? '') === 0) !== expected_output
        : JSON.stringify([...input.versions].sort(apkOrder)) !== JSON.stringify(expected_output),
    );
    expect(tests.length).toBeGreaterThan(100);
    expect(failed.map(({ input }) => input.versions.join(' '))).toEqual([]);
  });
});
