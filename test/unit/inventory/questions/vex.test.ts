import { describe, expect, it } from 'vitest';
import { parseQuestion, questionOfOsv, readVex, type VexProduct, vexOf } from '../../../../src/inventory/index.ts';
import { backdoored, listed } from './packages.ts';

const digest = `sha256:${'b'.repeat(64)}`;
const image: VexProduct = { digests: [digest], repositories: ['registry.example.com/acme/app'] };
const question = questionOfOsv({
  id: 'CVE-2024-3094',
  affected: [{ package: { ecosystem: 'Debian', name: 'xz-utils' }, ranges: [] }],
});
if (question === null) throw new Error('no question');

function openVex(...statements: readonly object[]): unknown {
  return { '@context': 'https://openvex.dev/ns/v0.2.0', statements };
}

const statement = {
  vulnerability: { name: 'CVE-2024-3094', aliases: ['GHSA-rxwq-x6h5-x525'] },
  products: [{ '@id': `pkg:oci/app@${digest}`, subcomponents: [{ '@id': 'pkg:deb/debian/xz-utils@5.6.1-1' }] }],
  status: 'not_affected',
  justification: 'vulnerable_code_not_in_execute_path',
};

describe('OpenVEX', () => {
  it('says of a package in a product what the statement says, and why', () => {
    const found = vexOf(readVex(openVex(statement)) ?? [], question, backdoored, image);
    expect(found).toMatchObject({
      state: 'not-affected',
      word: 'CVE-2024-3094: not_affected, vulnerable_code_not_in_execute_path',
    });
  });

  it('counts the newest of several statements', () => {
    const later = { ...statement, status: 'under_investigation', timestamp: '2026-02-01T00:00:00Z' };
    const earlier = { ...statement, timestamp: '2026-01-01T00:00:00Z' };
    expect(vexOf(readVex(openVex(later, earlier)) ?? [], question, backdoored, image)?.state).toBe(
      'under-investigation',
    );
  });

  it.each([
    ['another vulnerability', { ...statement, vulnerability: { name: 'CVE-2023-1' } }],
    ['another image', { ...statement, products: [{ '@id': `pkg:oci/app@sha256:${'c'.repeat(64)}` }] }],
    [
      'another package inside',
      { ...statement, products: [{ '@id': digest, subcomponents: [{ '@id': 'pkg:deb/debian/zlib' }] }] },
    ],
    [
      'another version of the package',
      { ...statement, products: [{ '@id': digest, subcomponents: [{ '@id': 'pkg:deb/debian/xz-utils@5.6.0-1' }] }] },
    ],
    ['an unknown status', { ...statement, status: 'fine' }],
  ])('says nothing where it is about %s', (_, other) => {
    expect(vexOf(readVex(openVex(other)) ?? [], question, backdoored, image)).toBeNull();
  });

  it.each([
    ['the digest', [digest]],
    ['the repository', ['pkg:oci/acme/app']],
    ['the package itself', ['pkg:deb/debian/xz-utils@5.6.1-1']],
    ['no product', []],
  ])('knows its product by %s', (_, products) => {
    const found = vexOf(readVex(openVex({ ...statement, products })) ?? [], question, backdoored, image);
    expect(found?.state).toBe('not-affected');
  });

  it('counts for a question about no advisory only where it names the package itself', () => {
    const plain = parseQuestion('xz-utils@5.6.0 - 5.6.1');
    if (plain === null) throw new Error('no question');
    const general = { ...statement, products: [digest] };
    expect(vexOf(readVex(openVex(statement)) ?? [], plain, backdoored, image)?.state).toBe('not-affected');
    expect(vexOf(readVex(openVex(general)) ?? [], plain, backdoored, image)).toBeNull();
  });
});

describe("CycloneDX's VEX", () => {
  it('is read by package URL, by reference and by BOM-Link', () => {
    const about = (ref: string): unknown => ({
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      components: [{ 'bom-ref': 'xz', purl: 'pkg:deb/debian/xz-utils@5.6.1-1' }],
      vulnerabilities: [
        { id: 'CVE-2024-3094', analysis: { state: 'false_positive', detail: 'not run' }, affects: [{ ref }] },
      ],
    });
    for (const ref of ['xz', 'pkg:deb/debian/xz-utils@5.6.1-1', 'urn:cdx:1/1#pkg%3Adeb%2Fdebian%2Fxz-utils']) {
      expect(vexOf(readVex(about(ref)) ?? [], question, backdoored, image)?.state).toBe('not-affected');
    }
    expect(vexOf(readVex(about('other')) ?? [], question, listed('pkg:deb/debian/xz-utils@1'), image)).toBeNull();
  });
});

it.each<[string, unknown]>([
  ['a list', []],
  ['another document', { statements: [] }],
])('%s is no VEX', (_, document) => {
  expect(readVex(document)).toBeNull();
});
