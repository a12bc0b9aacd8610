import { describe, expect, it } from 'vitest';
import type { ReportImage } from '../../../../src/model/index.ts';
import { renderReport } from '../../../../src/report/index.ts';
import { examples, finding, reportOn, signedImage, unsignedImage } from '../reports.ts';

const widths = [40, 80, 120] as const;
const looksAt = ['allowed', 'warned', 'blocked', 'refused', 'audited'] as const;

describe.each(widths)('the text of %s columns', (width) => {
  it.each(looksAt)('looks as it did: %s', async (name) => {
    const report = examples[name];
    if (report === undefined) throw new Error(`there is no example ${name}`);
    const golden = `../../../fixtures/report/widths/${name}.${width}.txt`;
    await expect(renderReport(report, 'text', { color: false, width })).toMatchFileSnapshot(golden);
  });
});

describe('the text on a terminal of 24 rows', () => {
  const screen = { color: false, width: 80, height: 24 };
  const named = (count: number, image: ReportImage, prefix = 'app'): readonly ReportImage[] =>
    Array.from({ length: count }, (_, at) => ({
      ...image,
      name: `registry.example.com/${prefix}:${at}` as ReportImage['name'],
    }));
  const locked: ReportImage = { ...unsignedImage, status: 'allow', basis: 'lock', findings: [], decisions: [] };
  const rowsOf = (text: string): readonly string[] => text.trimEnd().split('\n');

  it('leaves a row for the command and one for the prompt where 30 images are allowed', () => {
    const text = renderReport(reportOn([...named(20, signedImage), ...named(10, locked)], 'allow'), 'text', screen);
    expect(rowsOf(text).length).toBeLessThanOrEqual(22);
    expect(text).toMatch(/^ {2}✓ 20 images allowed: signed by/m);
    expect(text).toContain('  ✓ 10 images allowed: not verified, but this digest is in the lock\n');
    expect(text).toContain('each by its name: --format text=FILE');
    expect(text).toContain('allowed: 20 of 30 images verified, 10 allowed unverified by policy');
  });

  it('does so where each is signed by another', () => {
    const images = named(30, signedImage).map((image, at) => ({
      ...image,
      evidence: image.evidence.map((piece) => ({
        ...piece,
        signer: { kind: 'key', sha256: String(at), name: null } as const,
      })),
    }));
    const text = renderReport(reportOn(images, 'allow'), 'text', screen);
    expect(rowsOf(text).length).toBeLessThanOrEqual(22);
    expect(text).toContain('  ✓ 30 images allowed: verified\n');
  });

  it('says in a word what is only a warning beside what is refused', () => {
    const warned = { ...named(1, unsignedImage, 'warned')[0], status: 'warn' } as ReportImage;
    const text = (images: readonly ReportImage[], verdict: 'warn' | 'block'): string =>
      renderReport(reportOn(images, verdict), 'text', { color: false, width: null });
    expect(text([...named(1, unsignedImage), warned], 'block')).toMatch(/^ {2}! .*warned:0 .* warning: /m);
    expect(text([warned], 'warn')).not.toContain('warning: ');
  });

  it('names each where all of them fit', () => {
    const text = renderReport(reportOn(named(5, locked), 'allow'), 'text', screen);
    expect(rowsOf(text).filter((line) => line.startsWith('  ✓ registry.example.com/'))).toHaveLength(5);
  });

  it('never takes together what is refused, or has a note of its own', () => {
    const noted = { ...locked, findings: [finding('policy.exception', { level: 'note' })] } as const;
    const images = [...named(30, locked), ...named(3, unsignedImage, 'bad'), ...named(2, noted, 'noted')];
    const text = renderReport(reportOn(images, 'block'), 'text', screen);
    for (const name of ['bad:0', 'bad:1', 'bad:2', 'noted:0', 'noted:1'])
      expect(text).toContain(`registry.example.com/${name}`);
    expect(text).toContain('30 images allowed');
    expect(text).not.toContain('registry.example.com/app:');
  });

  it.each([
    ['a pipe', { color: false, width: null }],
    ['a terminal that does not say its rows', { color: false, width: 80 }],
  ])('is no shorter for %s', (_, layout) => {
    const text = renderReport(reportOn(named(30, locked), 'allow'), 'text', layout);
    expect(rowsOf(text).filter((line) => line.startsWith('  ✓ registry.example.com/'))).toHaveLength(30);
  });
});
