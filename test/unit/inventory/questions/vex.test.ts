import { describe, expect, it } from 'vitest';
import { parseQuestion, questionOfOsv, readVex, type VexProduct, vexOf } from '../../../../src/inventory/index.ts';
import { backdoored, listed } from './packages.ts';

const digest = `sha256:${'b'.repeat(64)}`;
const image: VexProduct = { digests: [digest], names: ['registry.example.com/acme/app:1'] };
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

  const affects = (time: string | undefined, status = 'affected'): object => ({
    ...statement,
    status,
    timestamp: time,
  });

  it.each<[string, readonly unknown[], string]>([
    [
      'where it has the time of its document, which is newer',
      [openVex(affects(undefined), affects('2026-01-01T00:00:00Z', 'not_affected'))],
      'affected',
    ],
    [
      'in whatever order documents are named',
      [openVex(affects('2026-03-01T00:00:00Z')), openVex(affects('2026-01-01T00:00:00Z', 'not_affected'))],
      'affected',
    ],
    [
      'across zones',
      [openVex(affects('2026-01-01T00:30:00+02:00', 'not_affected'), affects('2025-12-31T23:00:00Z'))],
      'affected',
    ],
    [
      'and the later one where a zone makes it so',
      [openVex(affects('2025-12-31T23:00:00Z', 'not_affected'), affects('2026-01-01T00:30:00+02:00'))],
      'not-affected',
    ],
  ])('counts the newest %s', (_, documents, state) => {
    const dated = documents.map((document) => ({ ...(document as object), timestamp: '2026-02-01T00:00:00Z' }));
    const statements = dated.flatMap((document) => readVex(document) ?? []);
    expect(vexOf(statements, question, backdoored, image)?.state).toBe(state);
  });

  it('is heard where it has no time and another has one, unless that would take something out', () => {
    const timed = affects('2026-01-01T00:00:00Z');
    const states = ['affected', 'not_affected'].map((status) => {
      const statements = readVex(openVex(affects(undefined, status), { ...timed, status: 'fixed' })) ?? [];
      return vexOf(statements, question, backdoored, image)?.state;
    });
    expect(states).toEqual(['affected', 'fixed']);
  });

  it('takes no package out for one in a scope, or the other way round', () => {
    const scoped = listed('pkg:npm/%40acme/lib@1.0.0');
    const advisory = questionOfOsv({ id: 'CVE-1', affected: [{ package: { ecosystem: 'npm', name: '@acme/lib' } }] });
    const stateBy = (product: string): string | undefined => {
      const cleared = { ...statement, vulnerability: { name: 'CVE-1' }, products: [product] };
      return advisory === null ? 'none' : vexOf(readVex(openVex(cleared)) ?? [], advisory, scoped, image)?.state;
    };
    expect(stateBy('pkg:npm/lib@1.0.0')).toBeUndefined();
    expect(stateBy('pkg:npm/%40acme/lib@1.0.0')).toBe('not-affected');
  });

  it('does not clear an update for several vulnerabilities by a word on one of them', () => {
    const update = (upstream: readonly string[]): ReturnType<typeof questionOfOsv> =>
      questionOfOsv({ id: 'DSA-1-1', upstream, affected: [{ package: { ecosystem: 'Debian', name: 'xz-utils' } }] });
    const [one, several] = [update(['CVE-2024-3094']), update(['CVE-2024-3094', 'CVE-2024-3095'])];
    if (one === null || several === null) throw new Error('no question');
    const statements = readVex(openVex(statement)) ?? [];
    expect(vexOf(statements, one, backdoored, image)?.state).toBe('not-affected');
    expect(vexOf(statements, several, backdoored, image)).toBeNull();
    expect(several.foundBy).toContain('CVE-2024-3095');
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

  it('says the worst of several vulnerabilities where the question is about no advisory', () => {
    const plain = parseQuestion('xz-utils');
    if (plain === null) throw new Error('no question');
    const dated = { ...statement, timestamp: '2026-02-01T00:00:00Z' };
    const older = { ...dated, vulnerability: { name: 'CVE-1' }, status: 'affected', timestamp: '2026-01-01T00:00:00Z' };
    expect(vexOf(readVex(openVex(dated, older)) ?? [], plain, backdoored, image)?.state).toBe('affected');
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

  const cleared = (component: object | undefined, affects: readonly object[]): unknown => ({
    bomFormat: 'CycloneDX',
    metadata: { component },
    vulnerabilities: [{ id: 'CVE-2024-3094', analysis: { state: 'not_affected' }, affects }],
  });
  const ref = 'pkg:deb/debian/xz-utils@5.6.1-1';

  it.each<[string, object | undefined, string | undefined]>([
    ['that is about no image', undefined, 'not-affected'],
    ['about this image', { type: 'container', name: 'app', purl: `pkg:oci/app@${digest}` }, 'not-affected'],
    ['about this image by name', { type: 'container', name: 'registry.example.com/acme/app:1' }, 'not-affected'],
    ['about another image', { type: 'container', purl: `pkg:oci/app@sha256:${'c'.repeat(64)}` }, undefined],
    ['about another image by reference', { type: 'container', 'bom-ref': 'pkg:oci/other' }, undefined],
    ['about another image by name', { type: 'container', name: 'registry.example.com/acme/other:1' }, undefined],
    ['of a program', { type: 'application', name: 'other', purl: 'pkg:npm/other@1' }, 'not-affected'],
  ])('counts as far as its image goes: of a document %s', (_, component, state) => {
    expect(vexOf(readVex(cleared(component, [{ ref }])) ?? [], question, backdoored, image)?.state).toBe(state);
    expect(vexOf(readVex(cleared(component, [])) ?? [], question, backdoored, image)?.state).toBe(state);
  });

  it.each<[readonly object[], string | undefined]>([
    [[], 'not-affected'],
    [[{ version: '5.6.1-1' }], 'not-affected'],
    [[{ range: 'vers:deb/>=5.6.0|<5.6.2' }], 'not-affected'],
    [[{ version: '5.6.0-1', status: 'unaffected' }], undefined],
    [[{ range: 'vers:deb/<5.6.1' }], undefined],
  ])('is confined to the versions that it names: %j', (versions, state) => {
    const statements = readVex(cleared(undefined, [{ ref: 'pkg:deb/debian/xz-utils', versions }])) ?? [];
    expect(vexOf(statements, question, backdoored, image)?.state).toBe(state);
  });
});

it.each<[string, unknown]>([
  ['a list', []],
  ['another document', { statements: [] }],
])('%s is no VEX', (_, document) => {
  expect(readVex(document)).toBeNull();
});
