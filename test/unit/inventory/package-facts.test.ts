import { describe, expect, it } from 'vitest';
import { packageFacts } from '../../../src/inventory/index.ts';

interface Listed {
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly sourceInfo?: string;
}

function spdx(...packages: readonly Listed[]): unknown {
  return {
    spdxVersion: 'SPDX-2.3',
    packages: packages.map(({ name, version, purl, sourceInfo }) => ({
      name,
      ...(version === undefined ? {} : { versionInfo: version }),
      ...(sourceInfo === undefined ? {} : { sourceInfo }),
      externalRefs: purl === undefined ? [] : [{ referenceType: 'purl', referenceLocator: purl }],
    })),
  };
}

function cyclonedx(...components: readonly unknown[]): unknown {
  return { bomFormat: 'CycloneDX', specVersion: '1.5', components };
}

const deb = (name: string, version: string, upstream = ''): Listed => ({
  name,
  version,
  purl: `pkg:deb/debian/${name}@${version.replaceAll('+', '%2B')}?arch=amd64${upstream === '' ? '' : `&upstream=${upstream}`}`,
});
const backdoored = 'xz-utils@5.6.0 - 5.6.1';

function isDenied(sbom: unknown, pattern: string): boolean {
  return Object.keys(packageFacts([sbom], [pattern])?.denied ?? {}).length > 0;
}

describe('packages that a pattern denies', () => {
  it.each<[string, Listed, string]>([
    ['the version at the end of a range, with its revision', deb('xz-utils', '5.6.1-1'), backdoored],
    ['the version at the beginning', deb('xz-utils', '5.6.0-0.2'), backdoored],
    ['one with an epoch', deb('xz-utils', '1:5.6.1-1'), backdoored],
    ['one that was repacked', deb('xz-utils', '5.6.1+dfsg-1'), 'xz-utils@5.6.1'],
    ['what is built from it', deb('liblzma5', '5.6.1-1', 'xz-utils'), backdoored],
    ['what is built from that version of it', deb('liblzma5', '9-1', 'xz-utils%405.6.1-1'), backdoored],
    [
      'what SPDX says is built from it',
      { name: 'liblzma5', version: '5.6.1-1', sourceInfo: 'built package from: xz-utils 5.6.1-1' },
      backdoored,
    ],
    ['one without a package URL', { name: 'xz-utils', version: '5.6.1-1' }, backdoored],
    ['one without a version', { name: 'xz-utils', version: 'NOASSERTION' }, backdoored],
    ['any version where the pattern has none', deb('xz-utils', '1'), 'xz-utils'],
    ['by package URL', deb('xz-utils', '5.6.1-1'), 'pkg:deb/debian/xz-utils@5.6.1'],
    ['of a scope', { name: '@acme/a', version: '1.2.9', purl: 'pkg:npm/%40acme/a@1.2.9' }, '@acme/a@~1.2.3'],
    ['by caret', { name: 'a', version: '1.9.0', purl: 'pkg:npm/a@1.9.0' }, 'a@^1.2.3'],
    ['by several bounds', { name: 'a', version: '1.9.0', purl: 'pkg:npm/a@1.9.0' }, 'a@>=1.2,<2'],
    ['with a v', { name: 'x/y', version: 'v1.2.0', purl: 'pkg:golang/x/y@v1.2.0' }, 'x/y@1.2'],
    ['of Maven by its coordinates', { name: 'c', version: '2.1', purl: 'pkg:maven/org.l/c@2.1' }, 'org.l:c@<2.15'],
    [
      'of Alpine with its revision',
      { name: 'xz', version: '5.6.1-r1', purl: 'pkg:apk/alpine/xz@5.6.1-r1' },
      'xz@5.6.1',
    ],
    [
      'of Fedora with its release',
      {
        name: 'xz-libs',
        version: '5.6.1-1.fc41',
        purl: 'pkg:rpm/fedora/xz-libs@5.6.1-1.fc41?upstream=xz-5.6.1-1.fc41.src.rpm',
      },
      'xz@5.6.0 - 5.6.1',
    ],
  ])('%s', (_, listed, pattern) => {
    expect(isDenied(spdx(listed), pattern)).toBe(true);
  });
});

describe('packages that a pattern leaves alone', () => {
  it.each<[string, Listed, string]>([
    ["Ubuntu's 5.6.1 that is really 5.4.5", deb('xz-utils', '5.6.1+really5.4.5-1ubuntu0.3'), backdoored],
    ['a newer version', deb('xz-utils', '5.6.2-1'), backdoored],
    ['an older version', deb('xz-utils', '5.4.5-0.3'), backdoored],
    ['a version before the first of the range', deb('xz-utils', '5.6.0~rc1-1'), backdoored],
    ['another package', deb('xz', '5.6.1-1'), backdoored],
    ['another type', deb('a', '1'), 'pkg:npm/a'],
    ['another distribution', { name: 'a', version: '1', purl: 'pkg:deb/ubuntu/a@1' }, 'pkg:deb/debian/a'],
    ['another revision than the named one', deb('xz-utils', '5.6.1-2'), 'xz-utils@5.6.1-1'],
    ['beyond a caret', { name: 'a', version: '2.0.0', purl: 'pkg:npm/a@2.0.0' }, 'a@^1.2.3'],
    ['beyond a caret of zero', { name: 'a', version: '0.3.0', purl: 'pkg:npm/a@0.3.0' }, 'a@^0.2.3'],
    ['beyond a tilde', { name: 'a', version: '1.3.0', purl: 'pkg:npm/a@1.3.0' }, 'a@~1.2.3'],
    ['outside one of several bounds', { name: 'a', version: '2.0.0', purl: 'pkg:npm/a@2.0.0' }, 'a@>=1.2,<2'],
    ['a name that every object inherits', deb('a', '1'), 'constructor'],
  ])('%s', (_, listed, pattern) => {
    expect(isDenied(spdx(listed), pattern)).toBe(false);
  });
});

describe('what an SBOM lists', () => {
  it('counts software, and neither the image itself nor files', () => {
    const image = { name: 'image', type: 'container' };
    const file = { name: '/etc/passwd', type: 'file' };
    const nested = { name: 'a', type: 'library', components: [{ name: 'b', type: 'library' }] };
    expect(packageFacts([cyclonedx(image, file, nested)], [])).toEqual({ count: 2, denied: {} });
  });

  it('finds what is denied inside another component', () => {
    const nested = { name: 'a', components: [{ name: 'b', components: [{ name: 'xz-utils', version: '5.6.1' }] }] };
    expect(packageFacts([cyclonedx(nested)], [backdoored])).toEqual({
      count: 3,
      denied: { [backdoored]: ['xz-utils 5.6.1'] },
    });
  });

  it('takes the longest of several lists, and what any of them denies', () => {
    const lists = [spdx(deb('a', '1'), deb('b', '1')), cyclonedx({ name: 'xz-utils', version: '5.6.1' })];
    expect(packageFacts(lists, [backdoored])).toEqual({ count: 2, denied: { [backdoored]: ['xz-utils 5.6.1'] } });
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a text', 'SPDXVersion: SPDX-2.3'],
    ['no list', { spdxVersion: 'SPDX-2.3' }],
    ['another version', { spdxVersion: 'SPDX-3.0', packages: [] }],
    ['a package without a name', spdx({ name: '' })],
    ['a package that is no object', { spdxVersion: 'SPDX-2.3', packages: [1] }],
    ['components that are no list', cyclonedx({ name: 'a', components: {} })],
    ['more packages than anybody ships', { spdxVersion: 'SPDX-2.3', packages: Array(200_001).fill({ name: 'a' }) }],
    [
      'components without end',
      Array(40)
        .fill(0)
        .reduce((inner) => cyclonedx({ name: 'a', ...inner }), {}),
    ],
  ])('is not known where it is %s', (_, predicate) => {
    expect(packageFacts([predicate], [])).toBeNull();
    expect(packageFacts([spdx(deb('a', '1')), predicate], [])).toBeNull();
  });

  it('is not known without any SBOM', () => {
    expect(packageFacts([], [])).toBeNull();
  });

  it('holds a pattern that cannot be read to be one that matches', () => {
    expect(isDenied(spdx(deb('a', '1')), 'b@^x')).toBe(true);
  });
});
