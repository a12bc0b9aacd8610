import { describe, expect, it } from 'vitest';
import type { Report, ReportImage, Status } from '../../../../src/model/index.ts';
import { renderReport } from '../../../../src/report/index.ts';
import { countsInWords, inReadingOrder, summaryOf } from '../../../../src/report/text/summary.ts';
import { finding, reportOn, signedImage, unsignedImage } from '../reports.ts';

const layout = { color: false, width: null };

function image(name: string, status: Status): ReportImage {
  const base = status === 'allow' ? signedImage : unsignedImage;
  return { ...base, name: `docker.io/acme/${name}:1` as ReportImage['name'], status };
}

/** Four images, the one that matters last. */
function mixed(): Report {
  const images = [image('good', 'allow'), image('odd', 'warn'), image('open', 'error'), image('bad', 'block')];
  return reportOn(images, 'error');
}

describe('the counts', () => {
  it('stand in the JSON', () => {
    const { summary } = JSON.parse(renderReport(mixed(), 'json', layout)) as { readonly summary: unknown };
    expect(summary).toEqual({ images: 4, allow: 1, warn: 1, block: 1, error: 1 });
    expect(summaryOf(reportOn([], 'allow'))).toEqual({ images: 0, allow: 0, warn: 0, block: 0, error: 0 });
  });

  it('stand in the summary line where there are several', () => {
    const text = renderReport(mixed(), 'text', layout).trimEnd().split('\n').at(-1);
    expect(text).toMatch(/^stopped: .*\(4 images: 1 blocked, 1 not verified, 1 with warnings, 1 allowed\)$/);
    expect(countsInWords(reportOn([image('a', 'allow'), image('b', 'allow')], 'allow'))).toBeNull();
  });
});

describe('failures come first, then warnings, then the rest', () => {
  const order = ['open', 'bad', 'odd', 'good'];

  it.each(['text', 'markdown', 'html', 'junit'] as const)('in %s', (format) => {
    const rendered = renderReport(mixed(), format, layout);
    const places = order.map((name) => rendered.indexOf(`docker.io/acme/${name}:1`));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((one, two) => one - two));
  });

  it('in SARIF', () => {
    const report = { ...mixed(), findings: [finding('scan.unknown', { level: 'note' })] };
    const { runs } = JSON.parse(renderReport(report, 'sarif', layout)) as {
      readonly runs: readonly [{ readonly results: readonly { readonly level: string }[] }];
    };
    const ranks = runs[0].results.map(({ level }) => ['error', 'warning', 'note'].indexOf(level));
    expect(ranks).toEqual(ranks.toSorted((one, two) => one - two));
    expect(new Set(ranks).size).toBeGreaterThan(1);
  });

  it('also what is no image: before the images that are allowed', () => {
    const caches = [
      { type: 'registry', ref: 'good', status: 'allow' },
      { type: 'registry', ref: 'bad', status: 'block' },
    ] as const;
    const text = renderReport({ ...mixed(), cacheImports: caches }, 'text', layout);
    expect(text.indexOf('registry bad')).toBeLessThan(text.indexOf('registry good'));
    expect(text.indexOf('registry bad')).toBeLessThan(text.indexOf('acme/good'));
    expect(text.indexOf('registry bad')).toBeGreaterThan(text.indexOf('acme/odd'));
  });

  it('and in JSON the order of use stays', () => {
    const parsed = JSON.parse(renderReport(mixed(), 'json', layout)) as Report;
    expect(parsed.images.map(({ status }) => status)).toEqual(['allow', 'warn', 'error', 'block']);
    expect(inReadingOrder(mixed()).images.map(({ status }) => status)).toEqual(['error', 'block', 'warn', 'allow']);
  });
});
