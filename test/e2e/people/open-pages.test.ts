import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/model/index.ts';
import { renderExposure, renderPackages, renderReport } from '../../../src/report/index.ts';
import { imageWithout, listedImage } from '../../unit/report/contents/listed-images.ts';
import {
  brokenReport,
  crowdedReport,
  exceptedReport,
  filledExposure,
  longReport,
} from '../../unit/report/page/full-reports.ts';
import { picturedReport } from '../../unit/report/picture/pictured.ts';
import { examples } from '../../unit/report/reports.ts';
import { browserProgram, useBrowser } from '../support/browser.ts';

const plain = { color: false, width: null };
const widths = [320, 768, 1600] as const;
const schemes = ['light', 'dark'] as const;

const pages: Readonly<Record<string, () => string>> = {
  'a build that is refused': () => renderReport(picturedReport, 'html', plain),
  'a survey': () => renderReport(examples['surveyed'] as Report, 'html', plain),
  'a build that is allowed': () => renderReport(examples['allowed'] as Report, 'html', plain),
  'a chain of bases that is broken in its middle': () => renderReport(brokenReport, 'html', plain),
  'a build with exceptions': () => renderReport(exceptedReport, 'html', plain),
  'a build of a hundred images': () => renderReport(crowdedReport(), 'html', plain),
  'a build of very long names': () => renderReport(longReport, 'html', plain),
  'an empty exposure': () => renderExposure({ rows: [], unlisted: [], builds: 2, remarks: [] }, 'html', plain),
  'an exposure of every state': () => renderExposure(filledExposure, 'html', plain),
  'what is inside': () => renderPackages([listedImage, imageWithout], 'html', plain),
};

const { browser, put } = useBrowser();

describe.skipIf(browserProgram === null)('a page, to axe (needs chromium or google-chrome on PATH)', () => {
  const cases = Object.keys(pages).flatMap((page) => schemes.map((scheme) => [page, scheme] as const));

  it.each(cases)('is open to everybody (axe): %s in %s, at every width', async (page, scheme) => {
    const url = await put((pages[page] as () => string)());
    await browser().open(url, { bypassesPolicy: true });
    await browser().evaluate(axe.source);
    for (const width of widths) {
      await browser().resize(width, scheme);
      const found = await browser().evaluate(
        'axe.run().then(({ violations, passes }) => [violations.map(({ id, nodes }) => [id, nodes[0].html]), passes.length])',
      );
      expect(found).toEqual([[], expect.any(Number)]);
      expect((found as readonly [unknown, number])[1]).toBeGreaterThan(10);
      expect(await browser().evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    }
  });

  it('would be found out if it were not: axe finds a picture without a name', async () => {
    const page = renderReport(picturedReport, 'html', plain).replace(/<title>stage 1[^<]*<\/title>/, '');
    await browser().open(await put(page), { bypassesPolicy: true });
    await browser().evaluate(axe.source);
    expect(await browser().evaluate('axe.run().then(({ violations }) => violations.map(({ id }) => id))')).toEqual([
      'svg-img-alt',
    ]);
  });
});
