import { describe, expect, it } from 'vitest';
import type { Finding, ReportImage, Status } from '../../../../src/model/index.ts';
import { describeVerdict } from '../../../../src/report/describe/describe-verdict.ts';
import { curedDetails } from '../../../../src/report/describe/image-details.ts';
import { reportOn, signedImage } from '../reports.ts';

function finding(code: Finding['code'], hint: string | null = null, level: Finding['level'] = 'error'): Finding {
  return { code, level, message: `${code} it is`, expected: null, found: null, hint };
}

function image(status: Status, code: Finding['code'], digest: ReportImage['digest'] = signedImage.digest): ReportImage {
  const rule = { layer: 'project', policy: 'p.yaml', rule: 'r', line: 1, status } as const;
  const decisions = digest === null ? [] : [rule];
  return { ...signedImage, status, digest, basis: 'none', verified: false, decisions, findings: [finding(code)] };
}

function sentence(verdict: Status, images: readonly ReportImage[]): string {
  return describeVerdict(reportOn(images, verdict));
}

describe('the sentence of a verdict', () => {
  const unsigned = image('block', 'signature.missing');

  it.each<readonly [string, Status, readonly ReportImage[]]>([
    ['blocked: the image does not satisfy "r", p.yaml:1 (project)', 'block', [unsigned]],
    ['blocked: none of the 2 images satisfies "r", p.yaml:1 (project)', 'block', [unsigned, unsigned]],
    [
      'blocked: 2 of 3 images do not satisfy "r", p.yaml:1 (project) (3 images: 2 blocked, 1 allowed)',
      'block',
      [unsigned, unsigned, signedImage],
    ],
  ])('is plain English: %s', (words, verdict, images) => {
    expect(sentence(verdict, images)).toBe(words);
  });

  it.each<readonly [string, Status, readonly ReportImage[]]>([
    ['allowed with warnings: the image could not be looked up', 'warn', [image('warn', 'image.unresolved', null)]],
    ['allowed with warnings: the image could not be looked up', 'warn', [image('warn', 'image.offline', null)]],
    ['allowed with warnings: the image could not be verified', 'warn', [image('warn', 'image.unverifiable')]],
    ['stopped: the image could not be looked up', 'error', [image('error', 'image.not-found', null)]],
    ['stopped: none of the 2 images could be looked up', 'error', Array(2).fill(image('error', 'image.offline', null))],
    ['stopped: the image could not be verified', 'error', [image('error', 'policy.unsupported')]],
    [
      'allowed with warnings: 1 of 2 images does not satisfy "r", p.yaml:1 (project); 1 of 2 images could not be looked up',
      'warn',
      [image('warn', 'signature.missing'), image('warn', 'image.unresolved', null)],
    ],
  ])('blames no policy where the image could not be seen: %s', (words, verdict, images) => {
    expect(sentence(verdict, images)).toBe(words);
  });
});

describe('findings that belong to no image', () => {
  it('have their cures beneath them, one that several share once', () => {
    const found = [
      finding('scan.unreadable', 'mend a'),
      finding('scan.unreadable', 'mend b'),
      finding('source.unpinned', 'mend a', 'warning'),
      finding('image.latest', 'never asked for', 'note'),
    ];
    expect(curedDetails(found).map(({ label, value }) => `${label ?? ''} ${value}`.trim())).toEqual([
      'scan.unreadable it is',
      'source.unpinned it is',
      'next mend a',
      'scan.unreadable it is',
      'next mend b',
      'image.latest it is',
    ]);
  });
});
