import { describe, expect, it } from 'vitest';
import type { Exposure, ExposureRow } from '../../../../src/model/index.ts';
import { renderExposure } from '../../../../src/report/index.ts';

const plain = { color: false, width: null };
const build = {
  id: '01KE0000000000000000000000',
  time: '2026-01-02T03:04:05.000Z',
  target: 'default',
  digest: null,
  imageId: null,
  tags: ['acme/app:1'],
  pushed: ['registry.example.com/acme/app:1'],
};
const affected: ExposureRow = {
  question: 'xz-utils@5.6.0 - 5.6.1',
  state: 'affected',
  build,
  package: { name: 'liblzma5', version: '5.6.1-1', purl: 'pkg:deb/debian/liblzma5@5.6.1-1' },
  via: { role: 'runtime-base', name: 'docker.io/library/debian:testing', digest: null },
  inRuntime: true,
  trust: 'signed',
  signer: { kind: 'key', sha256: 'a'.repeat(64), name: 'acme' },
  vex: null,
  reason: null,
};
const unknown: ExposureRow = {
  ...affected,
  state: 'unknown',
  build: { ...build, tags: ['acme/bare:1'], pushed: [] },
  package: null,
  via: null,
  inRuntime: null,
  trust: 'none',
  signer: null,
  reason: 'no complete SBOM of what was built',
};

function exposureOf(...rows: readonly ExposureRow[]): Exposure {
  return { rows, unlisted: [], builds: 2, remarks: [] };
}

describe('an exposure as text', () => {
  it('says what to do about what is not known, and nothing of it where all is known', () => {
    expect(renderExposure(exposureOf(unknown), 'text', plain)).toContain('next: build with --sbom=true');
    expect(renderExposure(exposureOf(affected), 'text', plain)).not.toContain('next:');
  });

  it('names the build, where it went, the package, what brings it, and how far that can be trusted', () => {
    expect(renderExposure(exposureOf(affected, unknown), 'text', plain)).toBe(
      [
        'xz-utils@5.6.0 - 5.6.1',
        '  ✗ affected  acme/app:1  2026-01-02 03:04  01KE0000000000000000000000  pushed to registry.example.com/acme/app:1',
        '      liblzma5 5.6.1-1, through docker.io/library/debian:testing (base of the image), in the image, SBOM signed by acme (key sha256:aaaaaaaaaaaa)',
        '  ? not known  acme/bare:1  2026-01-02 03:04  01KE0000000000000000000000',
        '      no complete SBOM of what was built',
        '  1 affected, 1 not known',
        '  next: build with --sbom=true where the builder can, on images that carry an SBOM (docker verify packages IMAGE shows it)',
        '',
        '1 affected, 1 not known; 2 recorded builds',
        '',
      ].join('\n'),
    );
  });

  it('lists all that is affected, and of the rest no more than fits', () => {
    const text = renderExposure(exposureOf(...Array(30).fill(affected), ...Array(30).fill(unknown)), 'text', plain);
    expect(text.match(/✗ affected/g)).toHaveLength(30);
    expect(text.match(/\? not known/g)).toHaveLength(20);
    expect(text).toContain('and 10 more: see --format json or csv');
  });

  it('says that nothing is recorded', () => {
    expect(renderExposure({ rows: [], unlisted: [], builds: 0, remarks: [] }, 'text', plain)).toBe(
      'no build is recorded here\n',
    );
  });

  it('shows what VEX says', () => {
    const reported = { ...affected, state: 'not-affected', vex: 'CVE-2024-3094: not_affected, not run' } as const;
    expect(renderExposure(exposureOf(reported), 'text', plain)).toContain(
      '      VEX: CVE-2024-3094: not_affected, not run\n',
    );
  });
});

it('an exposure as JSON counts each state', () => {
  expect(JSON.parse(renderExposure(exposureOf(affected, unknown), 'json', plain))).toMatchObject({
    schemaVersion: 1,
    builds: 2,
    summary: { affected: 1, unknown: 1, fixed: 0, 'not-affected': 0, 'not-found': 0, 'under-investigation': 0 },
    rows: [{ state: 'affected', inRuntime: true }, { state: 'unknown' }],
  });
});

it('an exposure as CSV has a line for each row, and no cell that is a formula', () => {
  const hostile = { ...affected, package: { name: '=cmd()', version: '1,2"3', purl: null } };
  const [titles, row, end] = renderExposure(exposureOf(hostile), 'csv', plain).split('\n');
  expect(titles).toMatch(/^question,state,build,/);
  expect(row).toContain(`'=cmd(),"1,2""3",`);
  expect(end).toBe('');
});

it('an exposure as HTML is one page in which text of others stays text', () => {
  const hostile = { ...affected, package: { name: '<script>alert(1)</script>', version: '1', purl: null } };
  const html = renderExposure(exposureOf(hostile), 'html', plain);
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; 1');
  expect(html.match(/<script/g)).toHaveLength(1); // the page's own, which sorts its tables
  expect(html).toContain('<title>Exposure: xz-utils@5.6.0 - 5.6.1</title>');
});

it('an exposure as HTML says of each question what it found, where it went, and what is only counted', () => {
  const other = { ...unknown, question: 'openssl@3' };
  const unlisted = [{ question: 'openssl@3', state: 'not-found', count: 12 }] as const;
  const remarks = ['1 record cannot be read'];
  const html = renderExposure({ rows: [affected, other], unlisted, builds: 14, remarks }, 'html', plain);
  const [, first = '', second = ''] = html.split('<h2>');
  expect(first).toMatch(/^xz-utils@5\.6\.0 - 5\.6\.1</);
  expect(first).toContain('<span class="block">✗ affected</span>');
  expect(first).toContain('pushed to registry.example.com/acme/app:1');
  expect(first).toContain('docker.io/library/debian:testing (base of the image), in the image');
  expect(second).toMatch(/^openssl@3<\/h2>\n<p>1 not known, 12 not found<\/p>/);
  expect(second).toContain('no complete SBOM of what was built');
  expect(second).toContain('and 12 more: see --format json or csv');
  expect(html).toContain('1 record cannot be read');
});

it('an exposure as HTML names no more questions in its title than fit there', () => {
  const rows = [1, 2, 3, 4].map((at) => ({ ...affected, question: `p@${at}` }));
  expect(renderExposure(exposureOf(...rows), 'html', plain)).toContain('<title>Exposure: 4 questions</title>');
  expect(renderExposure(exposureOf(), 'html', plain)).toContain('<title>Exposure</title>');
});
