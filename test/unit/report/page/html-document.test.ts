import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, htmlDocument, textTable } from '../../../../src/report/page/html-document.ts';
import { pageStyle } from '../../../../src/report/page/page-style.ts';
import { hostileText } from '../hostile.ts';

const page = htmlDocument('A title', ['a sentence'], [textTable('Table', ['State', 'Name'], [['one', 'two']])]);

function inside(element: 'style' | 'script'): string {
  const text = page.split(`<${element}>`)[1]?.split(`</${element}>`)[0];
  if (text === undefined) throw new Error(`no ${element}`);
  return text;
}

describe('a page', () => {
  it.each(['style', 'script'] as const)('lets the browser apply its own %s, by its hash, and no other', (element) => {
    const hash = createHash('sha256').update(inside(element)).digest('base64');
    expect(page).toContain(`${element}-src 'sha256-${hash}'`);
    expect(page).not.toContain('unsafe-inline');
    expect(page).toContain("default-src 'none'");
  });

  it('has neither an attribute of style nor of script, which its policy would not apply', () => {
    expect(page).not.toMatch(/<[^>]*\s(?:style|on\w+)=/);
  });

  it('asks for nothing from anywhere', () => {
    expect(page).not.toMatch(/\b(?:src|href)=|url\(|@import|fetch\(|https?:/);
  });

  it('makes markup of no text, whatever it holds', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const escaped = escapeHtml(text);
        expect(escaped).not.toMatch(/[<>"']/);
        const shown = htmlDocument(text, [text], [textTable(text, [text], [[text]])]);
        expect(shown.split(escaped).length).toBeGreaterThanOrEqual(escaped === '' ? 0 : 6);
        expect(shown.match(/<script/g)).toHaveLength(1);
        expect(shown.match(/<style/g)).toHaveLength(1);
      }),
    );
  });
});

/** The colours of a scheme, by their names. */
function coloursOf(scheme: 'light' | 'dark'): Readonly<Record<string, string>> {
  const rule = pageStyle.split('\n').filter((line) => line.includes(':root'))[scheme === 'light' ? 0 : 1] ?? '';
  return Object.fromEntries([...rule.matchAll(/--(\w+): (#[0-9a-f]+)/g)].map(([, name, colour]) => [name, colour]));
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const digits = colour.length === 4 ? colour.slice(1).replace(/./g, '$&$&') : colour.slice(1);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4]
    .map((at) => Number.parseInt(digits.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((left, right) => right - left);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(['light', 'dark'] as const)('the colours of a page in %s', (scheme) => {
  const colours = coloursOf(scheme);
  const texts = ['text', 'faint', 'link', 'allow', 'warn', 'block', 'error'];
  const cases = texts.flatMap((text) => ['page', 'card'].map((ground) => [text, ground] as const));

  it.each(cases)('let %s be read on %s (WCAG 2.2, 1.4.3)', (text, ground) => {
    expect(contrast(colours[text] ?? '', colours[ground] ?? '')).toBeGreaterThanOrEqual(4.5);
  });

  it('let a box and a control be seen (WCAG 2.2, 1.4.11)', () => {
    for (const ground of ['page', 'card'])
      expect(contrast(colours['strong'] ?? '', colours[ground] ?? '')).toBeGreaterThanOrEqual(3);
  });
});

describe('the measure of contrast', () => {
  it('is that of the recommendation', () => {
    expect(contrast('#fff', '#000')).toBeCloseTo(21);
    expect(contrast('#777', '#fff')).toBeLessThan(4.5);
    expect(contrast('#767676', '#fff')).toBeGreaterThan(4.5);
  });
});
