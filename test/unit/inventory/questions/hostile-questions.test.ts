// What must not let something affected pass for not affected: ways in which package URLs, versions, advisories and VEX are written.
import { describe, expect, it } from 'vitest';
import { parseQuestion, questionOfOsv, readVex, vexOf } from '../../../../src/inventory/index.ts';
import { parsePackagePattern } from '../../../../src/inventory/package-pattern.ts';
import { backdoored, listed } from './packages.ts';

describe('a package URL as an SBOM writes it', () => {
  const rpm = listed('pkg:rpm/fedora/x@2.2-1?epoch=1&arch=x86_64');

  it.each([
    ['with qualifiers', 'pkg:deb/debian/liblzma5@5.6.1-1?arch=amd64&upstream=xz-utils&distro=debian-13', backdoored],
    ['with a subpath', 'pkg:deb/debian/xz-utils@5.6.1-1#usr/lib', backdoored],
    ['with an @ in a qualifier', 'pkg:deb/debian/liblzma5@5.6.1-1?upstream=xz-utils@5.6.1-1', backdoored],
    ['with a slash in a qualifier', 'pkg:deb/debian/liblzma5@5.6.1-1?repository_url=https://a.example/b', backdoored],
    ['with an encoded epoch and plus', 'pkg:deb/ubuntu/x@1%3A2.0%2Bdfsg-1', listed('pkg:deb/ubuntu/x@1:2.0+dfsg-1')],
    ['unencoded', 'pkg:deb/ubuntu/x@1:2.0+dfsg-1', listed('pkg:deb/ubuntu/x@1%3A2.0%2Bdfsg-1')],
    ['with an encoded name', 'pkg:deb/debian/xz%2Dutils@5.6.1-1', backdoored],
    ['in upper case', 'PKG:DEB/Debian/XZ-Utils@5.6.1-1', backdoored],
    ['with an encoded scope', 'pkg:npm/%40acme/a@1.2.9', listed('pkg:npm/@acme/a@1.2.9')],
    ['with its epoch in a qualifier', 'pkg:rpm/fedora/x@2.2-1?epoch=1', rpm],
  ])('finds the package itself: %s', (_, text, found) => {
    expect(parseQuestion(text)?.match(found)).toBe('affected');
    expect(parsePackagePattern(text)).not.toBeNull();
  });

  it.each([
    ['another version', 'pkg:deb/debian/liblzma5@5.6.0-1?arch=amd64&distro=debian-13', backdoored],
    ['another version behind an encoded epoch', 'pkg:deb/ubuntu/x@1%3A2.0-1', listed('pkg:deb/ubuntu/x@2%3A2.0-1')],
  ])('does not find %s', (_, text, found) => {
    expect(parseQuestion(text)?.match(found)).toBe('not-affected');
  });

  it('is as new as its epoch says, wherever that stands', () => {
    const events = [{ introduced: '1:2.0-1' }, { fixed: '1:2.3-1' }];
    const affected = [{ package: { ecosystem: 'Red Hat', name: 'x' }, ranges: [{ type: 'ECOSYSTEM', events }] }];
    const question = questionOfOsv({ id: 'RHSA-2026:1', affected });
    expect(question?.match(listed('pkg:rpm/redhat/x@2.2-1?epoch=1'))).toBe('affected');
    expect(question?.match(listed('pkg:rpm/redhat/x@1:2.2-1?epoch=1'))).toBe('affected');
    expect(question?.match(listed('pkg:rpm/redhat/x@2.2-1'))).toBe('not-affected');
  });
});

describe('a version that its ecosystem does not order', () => {
  const events = [{ introduced: '1.0.0' }, { fixed: '2.0.0' }];
  const ecosystems = { npm: 'npm', pypi: 'PyPI', golang: 'Go', composer: 'Packagist', cargo: 'crates.io' };

  it.each([
    ['npm', 'latest'],
    ['npm', 'git%2Bhttps%3A%2F%2Fexample.com%2Fa.git'],
    ['npm', '%3D1.5.0'],
    ['pypi', 'not-a-version'],
    ['golang', '(devel)'],
    ['composer', 'dev-main'],
    ['cargo', 'zzz'],
  ] as const)('may be one that is asked about (%s, %s)', (type, version) => {
    const found = listed(`pkg:${type}/a@${version}`);
    expect(parseQuestion('a@>=1 <2')?.match(found)).toBe('affected');
    expect(parseQuestion(`a@vers:${type}/>=1.0.0|<2.0.0`)?.match(found)).toBe('affected');
    const affected = [{ package: { ecosystem: ecosystems[type], name: 'a' }, ranges: [{ type: 'SEMVER', events }] }];
    expect(questionOfOsv({ id: 'X-1', affected })?.match(found)).toBe('affected');
  });

  it('is compared by its letters where one is asked for by name', () => {
    expect(parseQuestion('a@latest')?.match(listed('pkg:npm/a@latest'))).toBe('affected');
    expect(parseQuestion('a@next')?.match(listed('pkg:npm/a@latest'))).toBe('not-affected');
  });

  it('does not keep an ordinary one from being judged', () => {
    expect(parseQuestion('a@>=1 <2')?.match(listed('pkg:npm/a@v2.0.0'))).toBe('not-affected');
    expect(parseQuestion('a@>=Finchley <Greenwich')?.match(listed('pkg:maven/g/a@Hoxton.SR1'))).toBe('not-affected');
  });
});

describe('an advisory that does not say which versions', () => {
  const named = { ecosystem: 'npm', name: 'a' };
  const found = listed('pkg:npm/a@1.0.0');

  it.each([
    ['names no range', {}],
    ['names ranges of commits alone', { ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }] }],
    ['names an empty range', { ranges: [{ type: 'SEMVER', events: [] }] }],
    ['says only where it was corrected', { ranges: [{ type: 'SEMVER', events: [{ fixed: '2.0.0' }] }] }],
  ])('is about all where it %s', (_, more) => {
    expect(questionOfOsv({ id: 'X-1', affected: [{ package: named, ...more }] })?.match(found)).toBe('affected');
  });

  it('is about those alone that it lists', () => {
    const affected = [{ package: named, versions: ['1.0.1'] }];
    expect(questionOfOsv({ id: 'X-1', affected })?.match(found)).toBe('not-affected');
  });
});

describe('VEX', () => {
  const digest = `sha256:${'b'.repeat(64)}`;
  const question = questionOfOsv({ id: 'CVE-1', affected: [{ package: { ecosystem: 'Debian', name: 'xz-utils' } }] });
  const image = { digests: [digest], names: ['registry.example.com/acme/app:1'] };

  function wordOf(products: readonly unknown[]): string | null {
    if (question === null) throw new Error('no question');
    const statement = { vulnerability: { name: 'CVE-1' }, products, status: 'not_affected' };
    const statements = readVex({ '@context': 'https://openvex.dev/ns/v0.2.0', statements: [statement] }) ?? [];
    return vexOf(statements, question, backdoored, image)?.state ?? null;
  }

  it.each<[string, readonly unknown[]]>([
    ['a product that cannot be read', [{ '@id': '' }]],
    ['a product of another kind', [42]],
    ['subcomponents that cannot be read', [{ '@id': digest, subcomponents: [{ name: 'xz' }] }]],
    ["another distribution's package", ['pkg:deb/ubuntu/xz-utils']],
    ['another release', ['pkg:deb/debian/xz-utils?distro=debian-12']],
    ['another architecture', ['pkg:deb/debian/xz-utils?arch=arm64']],
    ['another tag', ['pkg:oci/app?repository_url=registry.example.com/acme/app&tag=2']],
    ['another tag, as Docker writes it', ['pkg:docker/acme/app@2']],
    ['an image of the same name elsewhere', ['pkg:oci/app?repository_url=evil.example/acme/app']],
    [
      "another product's subcomponent",
      [
        { '@id': digest, subcomponents: [{ '@id': 'pkg:deb/debian/zlib' }] },
        { '@id': `sha256:${'c'.repeat(64)}`, subcomponents: [{ '@id': 'pkg:deb/debian/xz-utils' }] },
      ],
    ],
  ])('takes nothing out by %s', (_, products) => {
    expect(wordOf(products)).toBeNull();
  });

  it.each<[string, readonly unknown[]]>([
    ['the same release and architecture', ['pkg:deb/debian/xz-utils?distro=debian-13&arch=amd64']],
    ['the source of any architecture', ['pkg:deb/debian/xz-utils?arch=source']],
    ['the image where it lies', ['pkg:oci/app?repository_url=registry.example.com/acme/app']],
    ['the image by its tag', ['pkg:oci/app?repository_url=registry.example.com/acme/app&tag=1']],
    ['the image by its tag, as Docker writes it', ['pkg:docker/acme/app@1']],
    ['its own subcomponent', [{ '@id': digest, subcomponents: [{ '@id': 'pkg:deb/debian/xz-utils' }] }]],
  ])('is heard about %s', (_, products) => {
    expect(wordOf(products)).toBe('not-affected');
  });

  it('of CycloneDX takes nothing out by references that cannot be read', () => {
    if (question === null) throw new Error('no question');
    const about = (affects: unknown): unknown => ({
      bomFormat: 'CycloneDX',
      vulnerabilities: [{ id: 'CVE-1', analysis: { state: 'not_affected' }, affects }],
    });
    expect(vexOf(readVex(about([{}])) ?? [], question, backdoored, image)).toBeNull();
    expect(vexOf(readVex(about([{ ref: digest }])) ?? [], question, backdoored, image)?.state).toBe('not-affected');
  });
});
