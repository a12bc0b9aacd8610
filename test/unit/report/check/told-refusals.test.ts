import { describe, expect, it } from 'vitest';
import { isRefusal, type Report, type Status } from '../../../../src/model/index.ts';
import { renderReport } from '../../../../src/report/index.ts';
import { brokenReport, exceptedReport } from '../page/full-reports.ts';
import { picturedReport } from '../picture/pictured.ts';
import { examples, finding, reportOn, signedImage } from '../reports.ts';

const plain = { color: false, width: null };
const build = { ref: null, digest: null, status: 0, pushed: [], materials: [], unverified: [] };
const use = { kind: 'add', target: 'default', stage: '0', file: 'Dockerfile', line: 4, column: 5 } as const;

/** All is well with the image: the refusal is for something beside it. */
const beside = (verdict: Status, rest: Partial<Report> = {}): Report => reportOn([signedImage], verdict, rest);

const reports: Readonly<Record<string, Report>> = {
  ...examples,
  pictured: picturedReport,
  broken: brokenReport,
  excepted: exceptedReport,
  'a source that nothing holds to its content': beside('block', {
    sources: [{ kind: 'git', name: 'example.com/a.git', pin: null, status: 'block', uses: [use] }],
    findings: [finding('source.unpinned', { found: 'example.com/a.git (Dockerfile:4)' })],
  }),
  'a cache': beside('block', { cacheImports: [{ type: 'registry', ref: 'a', status: 'block' }] }),
  'what the build used unverified': beside('block', { build: { ...build, unverified: ['pkg:docker/evil@1'] } }),
  'what only the builder knows': beside('error', {
    unknown: [{ reason: 'custom-frontend', line: 1 }],
    findings: [finding('scan.unknown')],
  }),
  'what is not known': beside('error', { findings: [finding('image.unverifiable')] }),
  'a source that is warned of': beside('warn', {
    sources: [{ kind: 'git', name: 'example.com/a.git', pin: null, status: 'warn', uses: [use] }],
  }),
};

/** Whether a pipeline that reads it is red. */
const isRed: Readonly<
  Record<'junit' | 'sarif' | 'codequality' | 'csv' | 'markdown' | 'html', (text: string) => boolean>
> = {
  junit: (text) => /<(?:failure|error) /.test(text),
  sarif: (text) =>
    (JSON.parse(text) as { runs: readonly { results: readonly { level: string; suppressions?: unknown }[] }[] }).runs
      .flatMap(({ results }) => results)
      .some(({ level, suppressions }) => level === 'error' && suppressions === undefined),
  codequality: (text) =>
    (JSON.parse(text) as readonly { severity: string }[]).some(({ severity }) => severity === 'critical'),
  csv: (text) => text.split('\n').some((row) => /,(?:block|error),(?:yes|no),/.test(row)),
  markdown: (text) => /^### [✗?] /.test(text),
  html: (text) => /<h1 class="(?:block|error)">[✗?] /.test(text),
};

describe.each(Object.entries(reports))('a report on %s', (_, report) => {
  it.each(Object.entries(isRed))('is red as %s where it is refused, and nowhere else', (format, read) => {
    const text = renderReport(report, format as keyof typeof isRed, plain); // its own key
    expect(read(text)).toBe(isRefusal(report.verdict));
  });
});

describe('a test report', () => {
  it('names what the build used without its being verified', () => {
    const text = renderReport(reports['what the build used unverified'] as Report, 'junit', plain);
    expect(text).toContain('<testcase classname="docker verify" name="the build as a whole">\n      <failure');
    expect(text).toContain('pkg:docker/evil@1');
  });

  it('counts a refusal that nothing else is said of', () => {
    expect(renderReport(beside('block'), 'junit', plain)).toContain('tests="2" failures="1" errors="0"');
    expect(renderReport(beside('allow'), 'junit', plain)).toContain('tests="1" failures="0" errors="0"');
  });
});
