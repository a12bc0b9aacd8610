import { describe, expect, it } from 'vitest';
import type { Report, ReportImage } from '../../../../src/model/index.ts';
import { renderAnnotations, renderReport } from '../../../../src/report/index.ts';
import { examples, finding, reportOn, signedImage, unsignedImage } from '../reports.ts';

const layout = { color: false, width: null };
const checkout = { root: '/work/app', workingDirectory: '/work/app/services/web' };

interface Result {
  readonly ruleId: string;
  readonly message: { readonly text: string };
  readonly locations: readonly {
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
      readonly region?: { readonly startLine: number };
    };
  }[];
  readonly partialFingerprints: { readonly primaryLocationLineHash: string };
}

interface Run {
  readonly automationDetails: { readonly id: string };
  readonly originalUriBaseIds?: Readonly<Record<string, { readonly uri: string }>>;
  readonly results: readonly Result[];
  readonly tool: { readonly driver: { readonly rules: readonly Readonly<Record<string, unknown>>[] } };
}

function sarifOf(report: Report, at: typeof checkout | null = checkout): Run {
  const { runs } = JSON.parse(renderReport(report, 'sarif', layout, at)) as { runs: [Run] };
  return runs[0];
}

const usedAt = (image: ReportImage, file: string | null, line: number | null): ReportImage => ({
  ...image,
  uses: image.uses.slice(0, 1).map((use) => ({ ...use, file, line })),
});
const urisOf = (report: Report, at: typeof checkout | null = checkout) =>
  sarifOf(report, at).results.map(({ locations }) => locations[0]?.physicalLocation.artifactLocation);

describe('a file that SARIF shows', () => {
  it.each([
    ['a name', 'Dockerfile', { uri: 'services/web/Dockerfile', uriBaseId: '%SRCROOT%' }],
    ['a name above', '../api/Dockerfile', { uri: 'services/api/Dockerfile', uriBaseId: '%SRCROOT%' }],
    ['an absolute name', '/work/app/Dockerfile', { uri: 'Dockerfile', uriBaseId: '%SRCROOT%' }],
    ['a name with blanks', 'my files/a#b', { uri: 'services/web/my%20files/a%23b', uriBaseId: '%SRCROOT%' }],
    ['a name outside', '/etc/Dockerfile', { uri: 'file:///etc/Dockerfile' }],
    ['a name beside that begins alike', '/work/app2/Dockerfile', { uri: 'file:///work/app2/Dockerfile' }],
    [
      'a name that only looks like outside',
      '..Dockerfile',
      { uri: 'services/web/..Dockerfile', uriBaseId: '%SRCROOT%' },
    ],
  ])('is named from the root of the repository on: %s', (_, file, expected) => {
    expect(urisOf(reportOn([usedAt(unsignedImage, file, 3)], 'block'))).toEqual([expected]);
  });

  it('lies below a root that is said', () => {
    expect(sarifOf(examples['blocked'] ?? reportOn([], 'allow')).originalUriBaseIds).toEqual({
      '%SRCROOT%': { uri: 'file:///work/app/' },
    });
    expect(sarifOf(reportOn([], 'allow'), null).originalUriBaseIds).toBeUndefined();
  });
});

describe('every result', () => {
  const nowhere = { ...unsignedImage, uses: [] };
  const rule = {
    layer: 'project',
    policy: '/work/app/docker-verify.yaml',
    rule: 'all',
    line: 12,
    status: 'block',
  } as const;
  it.each<[string, Report, string, number | undefined]>([
    ['the Dockerfile', reportOn([{ ...nowhere, decisions: [] }], 'block'), 'services/web/Dockerfile', 1],
    ['the rule that decided', reportOn([{ ...nowhere, decisions: [rule] }], 'block'), 'docker-verify.yaml', 12],
    [
      "the project's policy",
      reportOn([{ ...nowhere, decisions: [] }], 'block', { targets: [] }),
      'services/web/docker-verify.yaml',
      1,
    ],
    [
      'where a policy would be',
      reportOn([{ ...nowhere, decisions: [] }], 'block', { targets: [], policies: [] }),
      'services/web/docker-verify.yaml',
      1,
    ],
  ])('has a place: %s', (_, report, uri, line) => {
    const { results } = sarifOf(report);
    expect(results.length).toBeGreaterThan(0);
    for (const { locations } of results) {
      expect(locations[0]?.physicalLocation.artifactLocation.uri).toBe(uri);
      expect(locations[0]?.physicalLocation.region?.startLine).toBe(line);
    }
  });

  it.each(Object.entries(examples))('has what GitHub asks of it, in the report "%s"', (_, report) => {
    const { results, tool, automationDetails } = sarifOf(report);
    expect(automationDetails.id).toMatch(/^docker-verify\/[\w.+-]+\/$/);
    for (const { id, name, helpUri, properties, defaultConfiguration } of tool.driver.rules) {
      expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(helpUri).toMatch(/^https:\/\/.*#[a-z-]+$/);
      expect(defaultConfiguration).toMatchObject({
        level: expect.stringMatching(/^(?:error|warning|note)$/) as unknown,
      });
      const { 'security-severity': severity } = properties as Record<string, string>;
      expect([id, Number(severity) > 0 && Number(severity) <= 10]).toEqual([id, true]);
    }
    for (const { locations } of results) {
      const [{ physicalLocation } = { physicalLocation: null }] = locations;
      expect(physicalLocation?.artifactLocation.uri).toMatch(/^[^/]/);
      expect(physicalLocation?.region?.startLine).toBeGreaterThan(0);
    }
    const prints = results.map(({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash);
    expect(new Set(prints).size).toBe(prints.length);
    for (const print of prints) expect(print).toMatch(/^[\da-f]{16}:1$/);
  });
});

describe('the fingerprint of a result', () => {
  const printsOf = (image: ReportImage) =>
    sarifOf(reportOn([image], 'block')).results.map((result) => result.partialFingerprints.primaryLocationLineHash);
  const moved = usedAt(unsignedImage, 'Dockerfile', 3);
  const first = printsOf(moved);

  it('stays where lines move and words change', () => {
    expect(printsOf(usedAt(unsignedImage, 'Dockerfile', 300))).toEqual(first);
    const reworded = moved.findings.map((each) => ({ ...each, message: 'other words', hint: 'another hint' }));
    expect(printsOf({ ...moved, findings: reworded })).toEqual(first);
  });

  it('is another for another image, file, use or finding', () => {
    const others = [
      { ...moved, name: signedImage.name },
      usedAt(unsignedImage, 'other/Dockerfile', 3),
      { ...moved, uses: moved.uses.map((use) => ({ ...use, stage: 'other' })) },
      { ...moved, findings: [finding('image.too-old')] },
    ];
    for (const other of others) expect(printsOf(other)).not.toEqual(first);
  });
});

describe('the findings for GitLab', () => {
  const of = (report: Report) =>
    JSON.parse(renderReport(report, 'codequality', layout, checkout)) as {
      severity: string;
      fingerprint: string;
      location: { path: string; lines: { begin: number } };
    }[];

  it('have a severity, a path from the root on, and a fingerprint that is theirs alone', () => {
    const found = of(reportOn([unsignedImage, usedAt(signedImage, 'my files/Dockerfile', 2)], 'block'));
    expect(found.map(({ severity, location }) => [severity, location.path, location.lines.begin])).toEqual([
      ['critical', 'services/web/Dockerfile', 9],
      ['critical', 'services/web/Dockerfile', 11],
    ]);
    expect(new Set(found.map(({ fingerprint }) => fingerprint)).size).toBe(2);
    const warned = of(reportOn([{ ...usedAt(unsignedImage, 'my files/Dockerfile', null), status: 'warn' }], 'warn'));
    expect(warned.map(({ severity, location }) => [severity, location])).toEqual([
      ['minor', { path: 'services/web/my files/Dockerfile', lines: { begin: 1 } }],
    ]);
  });

  it('leave out what an exception lets through', () => {
    const waiver = { codes: ['signature.missing'], reason: 'SEC-1' } as const;
    const findings = [finding('signature.missing'), finding('policy.exception', { level: 'warning', waiver })];
    const image = { ...unsignedImage, uses: [], status: 'warn', findings } as const;
    expect(of(reportOn([image], 'warn'))).toHaveLength(1);
    expect(of(reportOn([{ ...image, status: 'block' }], 'block'))).toHaveLength(2);
  });
});

describe('annotations for GitHub Actions', () => {
  const lines = (report: Report) => renderAnnotations(report, checkout).split('\n').slice(0, -1);

  it('stand at the lines, the errors first', () => {
    const warned = { ...usedAt(unsignedImage, 'Dockerfile', 2), name: signedImage.name, status: 'warn' } as const;
    const found = lines(reportOn([warned, usedAt(unsignedImage, 'Dockerfile', 7)], 'block'));
    expect(found.map((line) => line.split(',title=')[0])).toEqual([
      '::error file=services/web/Dockerfile,line=7,col=6',
      '::warning file=services/web/Dockerfile,line=2,col=6',
    ]);
    expect(found[0]).toContain('title=docker verify%3A unsigned [signature.missing]::docker.io/library/alpine');
    expect(found[0]).toContain('%0ANext: ');
  });

  it('are none where all is well, and at most ten of a kind', () => {
    expect(renderAnnotations(reportOn([signedImage], 'allow'), checkout)).toBe('');
    const many = Array.from({ length: 30 }, () => usedAt(unsignedImage, 'Dockerfile', 7));
    expect(lines(reportOn(many, 'block'))).toHaveLength(10);
  });

  it.each(['a\n::add-mask::x', 'a\r\n::set-output name=x::y', '\u001b[2J', 'a,line=1::b', '\u2028::error::x'])(
    'are one line each, whatever registries and files say: %j',
    (text) => {
      const findings = [finding('signature.invalid', { message: text, expected: text, found: text, hint: text })];
      const found = lines(reportOn([{ ...usedAt(unsignedImage, text, 7), findings }], 'block'));
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(/^::error [^:]*::docker\.io/);
      // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
      expect(found[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/);
    },
  );
});
