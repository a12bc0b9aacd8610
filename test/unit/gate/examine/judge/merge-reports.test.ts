import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeReports } from '../../../../../src/gate/examine/judge/merge-reports.ts';
import type { Report, ReportImage, Status } from '../../../../../src/model/index.ts';
import { digestOf, reportOn, signedImage, unsignedImage } from '../../../report/reports.ts';

const statuses: readonly Status[] = ['allow', 'warn', 'block', 'error'];

function merged(...images: readonly [ReportImage, ...ReportImage[]]): ReportImage | undefined {
  const [first, ...others] = images.map((image) => reportOn([image], image.status));
  return first === undefined ? undefined : mergeReports([first, ...others]).images[0];
}

describe('mergeReports', () => {
  it('shows an image once with all of its uses', () => {
    const [use] = signedImage.uses;
    const other = { ...signedImage, uses: use === undefined ? [] : [{ ...use, file: 'b/Dockerfile' }] };
    const report = mergeReports([reportOn([signedImage], 'allow'), reportOn([other, unsignedImage], 'block')]);
    expect(report.images.map(({ name }) => name)).toEqual([unsignedImage.name, signedImage.name]);
    expect(report.images[1]?.uses.map(({ file }) => file)).toEqual(['Dockerfile', 'b/Dockerfile']);
    expect(report.images[1]).toMatchObject({ status: 'allow', verified: true, basis: 'signature' });
    expect(report.verdict).toBe('block');
  });

  it('keeps apart what different digests stand for', () => {
    const moved = { ...signedImage, digest: digestOf('9') };
    const report = mergeReports([reportOn([signedImage], 'allow'), reportOn([moved], 'allow')]);
    expect(report.images).toHaveLength(2);
  });

  it('names no signer whom one of two policies does not trust', () => {
    const untrusted: ReportImage = {
      ...signedImage,
      status: 'allow',
      verified: false,
      basis: 'default',
      evidence: signedImage.evidence.map((piece) => ({ ...piece, trusted: false })),
    };
    for (const image of [merged(signedImage, untrusted), merged(untrusted, signedImage)]) {
      expect(image).toMatchObject({ verified: false, basis: 'default' });
      expect(image?.evidence).toHaveLength(1);
      expect(image?.evidence[0]?.trusted).toBe(false);
    }
    const unseen = merged(signedImage, { ...untrusted, evidence: [] });
    expect(unseen?.evidence[0]?.trusted).toBe(false);
  });

  it('is never milder, nor more sure, than any of the reports', () => {
    const image = fc.record({ status: fc.constantFrom(...statuses), verified: fc.boolean() });
    const rank = (status: Status): number => statuses.indexOf(status);
    fc.assert(
      fc.property(fc.array(image, { minLength: 1, maxLength: 4 }), (parts) => {
        const images = parts.map(({ status, verified }): ReportImage => {
          return { ...signedImage, status, verified, basis: verified ? 'signature' : 'none' };
        });
        const [first, ...others] = images.map((each): Report => reportOn([each], each.status));
        if (first === undefined) return;
        const report = mergeReports([first, ...others]);
        const worst = Math.max(...parts.map(({ status }) => rank(status)));
        expect(rank(report.verdict)).toBe(worst);
        expect(rank(report.images[0]?.status ?? 'allow')).toBe(worst);
        expect(report.images[0]?.verified).toBe(parts.every(({ verified }) => verified));
        expect(report.images[0]?.basis).toBe(report.images[0]?.verified ? 'signature' : 'none');
      }),
    );
  });

  it('enforces where one of them does, and lists each policy once', () => {
    const warning = reportOn([], 'allow', { mode: 'warn' });
    const report = mergeReports([warning, reportOn([], 'allow'), warning]);
    expect(report.mode).toBe('enforce');
    expect(report.policies).toEqual(warning.policies);
  });
});
