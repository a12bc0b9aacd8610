import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderExposure, renderPackages, renderReport } from '../../../src/report/index.ts';
import { imageWithout, listedImage } from '../../unit/report/contents/listed-images.ts';
import { brokenReport, crowdedReport, filledExposure, longReport } from '../../unit/report/page/full-reports.ts';
import { picturedReport } from '../../unit/report/picture/pictured.ts';
import { browserProgram, useBrowser } from '../support/browser.ts';
import { temporaryFolder } from '../support/lab.ts';

const plain = { color: false, width: null };
/** A4 in CSS pixels, less a centimetre on each side. */
const paper = { width: 718, height: 1047 } as const;
const hasPdfTools = spawnSync('pdftotext', ['-v']).status === 0;

const pages: Readonly<Record<string, () => string>> = {
  'a build that is refused': () => renderReport(picturedReport, 'html', plain),
  'a chain of bases that is broken in its middle': () => renderReport(brokenReport, 'html', plain),
  'a build of a hundred images, whose picture is folded': () => renderReport(crowdedReport(), 'html', plain),
  'a build of very long names': () => renderReport(longReport, 'html', plain),
  'an exposure': () => renderExposure(filledExposure, 'html', plain),
  'what is inside': () => renderPackages([listedImage, imageWithout], 'html', plain),
};

const { browser, put } = useBrowser();

/** What each sheet of paper says, and how wide and high it is, by the programs of poppler. */
async function printed(html: string): Promise<readonly { readonly text: string; readonly isAcross: boolean }[]> {
  await browser().open(await put(html));
  const { data } = await browser().send('Page.printToPDF', {
    paperWidth: 8.27,
    paperHeight: 11.69,
    preferCSSPageSize: true,
  });
  const path = join(await temporaryFolder(), 'page.pdf');
  await writeFile(path, Buffer.from(data as string, 'base64'));
  const texts = spawnSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' }).stdout.split('\f').slice(0, -1);
  const sizes = spawnSync('pdfinfo', ['-l', '-1', path], { encoding: 'utf8' }).stdout.matchAll(
    /size: +([\d.]+) x ([\d.]+)/g,
  );
  const across = [...sizes].map(([, width, height]) => Number(width) > Number(height));
  return texts.map((text, at) => ({ text, isAcross: across[at] ?? false }));
}

describe.skipIf(browserProgram === null)('on paper (needs chromium or google-chrome on PATH)', () => {
  it.each(Object.entries(pages))(
    'nothing is wider than the sheet, and no picture higher or over others: %s',
    async (_, page) => {
      await browser().open(await put(page()));
      await browser().send('Emulation.setDeviceMetricsOverride', { ...paper, deviceScaleFactor: 1, mobile: false });
      await browser().send('Emulation.setEmulatedMedia', { media: 'print' });
      const outside = `[...document.body.querySelectorAll('*:not(svg *)')].filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > ${paper.width} + 1).map((each) => each.outerHTML.slice(0, 80))`;
      expect(await browser().evaluate(outside)).toEqual([]);
      expect(await browser().evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(paper.width);
      const pictures = `[...document.querySelectorAll('.picture')].filter((each) => !each.checkVisibility() || each.getBoundingClientRect().height > ${paper.height} || each.closest('.pictures').getBoundingClientRect().bottom < each.getBoundingClientRect().bottom).length`;
      expect(await browser().evaluate(pictures)).toBe(0);
      await browser().send('Emulation.setEmulatedMedia', { media: '' });
    },
  );

  it('prints in black on white, with every picture unfolded', async () => {
    await browser().resize(720, 'dark');
    await browser().open(
      await put(renderReport(picturedReport, 'html', plain).replaceAll('<details open', '<details')),
    );
    const isShown = 'document.querySelector(".picture").checkVisibility()';
    expect(await browser().evaluate(isShown)).toBe(false);
    await browser().send('Emulation.setEmulatedMedia', { media: 'print' });
    expect(await browser().evaluate(isShown)).toBe(true);
    const width = await browser().evaluate('document.querySelector(".picture").getBoundingClientRect().width');
    expect(width).toBeGreaterThan(600);
    expect(width).toBeLessThanOrEqual(720);
    expect(await browser().evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await browser().evaluate('getComputedStyle(document.querySelector(".tools")).display')).toBe('none');
    await browser().send('Emulation.setEmulatedMedia', { media: '' });
  });

  it.skipIf(!hasPdfTools)(
    'each sheet of a long table has its heads, and links and folded parts are there',
    async () => {
      const sheets = await printed(renderReport(crowdedReport(), 'html', plain));
      const picture = sheets.findIndex(({ text }) => text.includes('The build as a picture'));
      const table = sheets.slice(1, picture).map(({ text }) => text);
      expect(table.length).toBeGreaterThan(5);
      for (const text of table) expect(text).toMatch(/Verdict +Image +Signed by +Remark/);
      const names = sheets.map(({ text }) => text).join('');
      for (let at = 0; at < 100; at += 1) expect(names).toContain(`service-${at}:`);
    },
  );

  it.skipIf(!hasPdfTools)('a wide picture lies across a sheet of its own, with what it is called', async () => {
    const sheets = await printed(renderReport(picturedReport, 'html', plain));
    expect(sheets.map(({ isAcross }) => isAcross)).toEqual([false, true, false]);
    for (const text of ['The build as a picture', 'stage build', 'docker.io/library/base:2', 'scratch'])
      expect(sheets[1]?.text).toContain(text);
  });
});
