import { describe, expect, it } from 'vitest';
import { questionOfOsv } from '../../../../src/inventory/index.ts';
import { backdoored, listed, reverted } from './packages.ts';

const introduced = (version: string): unknown => ({ introduced: version });
const fixed = (version: string): unknown => ({ fixed: version });

function advisory(ecosystem: string, name: string, events: readonly unknown[], more: object = {}): unknown {
  return {
    id: 'DEBIAN-CVE-2024-3094',
    aliases: ['CVE-2024-3094'],
    affected: [{ package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events }], ...more }],
  };
}

const xz = advisory('Debian:13', 'xz-utils', [introduced('5.5.1alpha-0.1'), fixed('5.6.1+really5.4.5-1')]);

describe('an advisory about an ecosystem that is not known, beside one that is', () => {
  const affected = [
    { package: { ecosystem: 'Debian', name: 'a' }, ranges: [] },
    { package: { ecosystem: 'Photon OS:3.0', name: 'a' }, ranges: [{ events: [introduced('0'), fixed('2')] }] },
  ];

  it.each([
    ['pkg:rpm/photon/a@1.0-1', 'affected'],
    ['pkg:rpm/photon/a@2.0-1', 'fixed'],
    ['pkg:rpm/redhat/a@1.0-1', null],
    ['pkg:npm/a@1.0.0', null],
  ])('is asked of packages of none that is known: %s', (purl, match) => {
    expect(questionOfOsv({ id: 'CVE-1', affected })?.match(listed(purl))).toBe(match);
  });
});

describe('an advisory in the form of OSV', () => {
  it('is known by its id and aliases', () => {
    expect(questionOfOsv(xz)).toMatchObject({
      label: 'DEBIAN-CVE-2024-3094',
      ids: ['DEBIAN-CVE-2024-3094', 'CVE-2024-3094'],
      names: ['xz-utils'],
    });
  });

  it.each([
    ['what was built from the source it names', xz, backdoored, 'affected'],
    ['a version behind the correction', xz, listed('pkg:deb/debian/xz-utils@5.6.2-1?distro=debian-13'), 'fixed'],
    ['a version before it came in', xz, listed('pkg:deb/debian/xz-utils@5.4.1-0.2?distro=debian-13'), 'not-affected'],
    ['another distribution', xz, reverted, null],
    ['another release', xz, listed('pkg:deb/debian/xz-utils@5.6.1-1?distro=debian-12'), null],
    ['another package', xz, listed('pkg:deb/debian/zlib1g@1.3?distro=debian-13'), null],
    ['a package of no known version', xz, listed('pkg:deb/debian/xz-utils?distro=debian-13'), 'affected'],
    [
      'a version that is listed',
      advisory('npm', 'a', [], { versions: ['1.2.3'] }),
      listed('pkg:npm/a@1.2.3'),
      'affected',
    ],
    [
      'a version that is listed without its v',
      advisory('Go', 'golang.org/x/net', [], { versions: ['0.17.0'] }),
      listed('pkg:golang/golang.org/x/net@v0.17.0'),
      'affected',
    ],
    [
      'a version that is listed in another spelling',
      advisory('PyPI', 'a', [], { versions: ['1.0.0', '1.1-RC1'] }),
      listed('pkg:pypi/a@1.1rc1'),
      'affected',
    ],
    [
      'a version that is not listed',
      advisory('PyPI', 'a', [], { versions: ['1.0.0', '1.1-RC1'] }),
      listed('pkg:pypi/a@1.1'),
      'not-affected',
    ],
    [
      'a limit that is none',
      advisory('npm', 'a', [introduced('0'), { limit: '*' }]),
      listed('pkg:npm/a@1'),
      'affected',
    ],
    [
      'a limit that is one',
      advisory('npm', 'a', [introduced('0'), { limit: '1.0.0' }]),
      listed('pkg:npm/a@1.0.0'),
      'not-affected',
    ],
    ['a package in a scope', advisory('npm', 'a', [introduced('0')]), listed('pkg:npm/%40acme/a@1.0.0'), null],
    ['an ecosystem in other letters', advisory('NPM', 'a', [introduced('0')]), listed('pkg:npm/a@1.0.0'), 'affected'],
    [
      "Wolfi's word in its events alone that nothing was wrong",
      advisory('Wolfi', 'a', [introduced('0'), fixed('0')]),
      listed('pkg:apk/wolfi/a@1.0-r0'),
      'not-affected',
    ],
    [
      'the last version that is affected',
      advisory('npm', 'a', [introduced('0'), { last_affected: '1.2.3' }]),
      listed('pkg:npm/a@1.2.3'),
      'affected',
    ],
    [
      'a version behind the last that is affected',
      advisory('npm', 'a', [introduced('0'), { last_affected: '1.2.3' }]),
      listed('pkg:npm/a@1.2.4'),
      'not-affected',
    ],
    [
      'a version between two ranges',
      advisory('PyPI', 'a-b', [introduced('0'), fixed('1.1'), introduced('2.0'), fixed('2.1')]),
      listed('pkg:pypi/a_b@1.5'),
      'fixed',
    ],
    [
      'a version in the second range, whatever the order of events',
      advisory('PyPI', 'a-b', [fixed('2.1'), introduced('2.0'), introduced('0'), fixed('1.1')]),
      listed('pkg:pypi/a-b@2.0.1'),
      'affected',
    ],
    [
      'a release of Alpine by its origin',
      advisory('Alpine:v3.20', 'xz', [introduced('0'), fixed('5.6.1-r3')]),
      listed('pkg:apk/alpine/xz-libs@5.6.1-r2?upstream=xz&distro=alpine-3.20.3'),
      'affected',
    ],
    [
      'Go with its v',
      advisory('Go', 'golang.org/x/net', [introduced('0'), fixed('0.17.0')]),
      listed('pkg:golang/golang.org/x/net@v0.16.0'),
      'affected',
    ],
    [
      'Maven by group and artifact',
      advisory('Maven', 'org.l:core', [introduced('2.0-beta9'), fixed('2.15.0')]),
      listed('pkg:maven/org.l/core@2.14.1'),
      'affected',
    ],
    [
      "Wolfi's word that nothing was wrong",
      advisory('Wolfi', 'a', [introduced('0'), fixed('0')], {
        ecosystem_specific: { components: [{ latest_event_status: 'false_positive_determination' }] },
      }),
      listed('pkg:apk/wolfi/a@1.0-r0'),
      'not-affected',
    ],
  ] as const)('says of %s', (_, document, found, match) => {
    expect(questionOfOsv(document)?.match(found)).toBe(match);
  });

  it.each<[string, unknown]>([
    ['no object', []],
    ['without an id', { affected: [{ package: { ecosystem: 'npm', name: 'a' } }] }],
    ['about no package', { id: 'CVE-2024-1', affected: [] }],
    ['about an unknown ecosystem', advisory('Nowhere', 'a', [introduced('0')])],
    ['withdrawn', { ...(xz as object), withdrawn: '2024-05-01T00:00:00Z' }],
  ])('asks nothing where it is %s', (_, document) => {
    expect(questionOfOsv(document)).toBeNull();
  });
});
