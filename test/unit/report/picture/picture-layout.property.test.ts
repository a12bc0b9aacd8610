import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPictures } from '../../../../src/report/picture/build-picture.ts';
import { brokenText, layOut } from '../../../../src/report/picture/picture-layout.ts';
import { digestOf, reportOn, signedImage } from '../reports.ts';
import { link, scratch } from './pictured.ts';

/** Reports of a few images with chains that share bases, by chance. */
const reports = fc
  .array(
    fc.record({
      stages: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }),
      chain: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 }),
      platforms: fc.subarray(['linux/amd64', 'linux/arm64'], { minLength: 1 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((images) =>
    reportOn(
      images.map(({ stages, chain, platforms }, at) => ({
        ...signedImage,
        name: `${signedImage.name}-${at}` as typeof signedImage.name,
        uses: stages.flatMap((stage) => signedImage.uses.map((use) => ({ ...use, stage: String(stage) }))),
        lineage: platforms.flatMap((platform) => [
          ...chain.map((base, depth) =>
            link(depth + 1, { platform, digest: digestOf(String(base)), name: `b:${base}` }),
          ),
          scratch(chain.length + 1, { platform }),
        ]),
      })),
      'allow',
    ),
  );

describe('the layout of any picture', () => {
  it('puts no box over another, and lets every arrow lead to the next column', () => {
    fc.assert(
      fc.property(reports, (report) => {
        for (const { boxes } of buildPictures(report)) {
          const { boxes: placed, width, height } = layOut(boxes);
          for (const one of placed) {
            expect(one.box.from.every(({ column }) => column === one.box.column - 1)).toBe(true);
            expect(one.x + one.width).toBeLessThanOrEqual(width);
            expect(one.y + one.height).toBeLessThanOrEqual(height);
            const over = placed.filter(
              (two) =>
                two !== one &&
                two.x < one.x + one.width &&
                one.x < two.x + two.width &&
                two.y < one.y + one.height &&
                one.y < two.y + two.height,
            );
            expect(over).toEqual([]);
          }
        }
      }),
    );
  });

  it('loses nothing of a text that has room', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '-'), maxLength: 24 }), (text) => {
        expect(brokenText(text, 12).join('')).toBe(text);
      }),
    );
  });
});
