import { describe, expect, it } from 'vitest';
import { renderInspection } from '../../../../src/report/index.ts';
import { digestOf, keylessEvidence, signedImage, unsignedImage } from '../reports.ts';

type Inspected = Parameters<typeof renderInspection>[0];

const layout = { color: false, width: 100 };
const piece: Inspected['evidence'][number] = {
  ...keylessEvidence,
  timeSource: 'log',
  claims: {},
  location: 'the referrers of it',
  problem: null,
};
const signed: Inspected = {
  image: signedImage,
  evidence: [piece, { ...piece, verified: false, trusted: false, problem: 'the signature is not by this key' }],
  unsigned: [
    {
      predicateType: 'https://slsa.dev/provenance/v1',
      subject: digestOf('a'),
    },
  ],
  problems: ['ghcr.io/acme/golang:sha256-1.att: the registry answered 500'],
  ignored: [],
  lineage: [],
  inputs: [],
};

describe('an inspection', () => {
  it('looks as it did', async () => {
    await expect(renderInspection(signed, layout)).toMatchFileSnapshot('../../../fixtures/report/inspection.txt');
  });

  it('says that nothing is attached only where everything could be read', () => {
    const bare = { ...signed, image: unsignedImage, evidence: [], unsigned: [] };
    expect(renderInspection({ ...bare, problems: [] }, layout)).toContain('nothing is attached');
    expect(renderInspection(bare, layout)).not.toContain('nothing is attached');
  });

  it('holds nothing of a hostile registry that could rule a terminal', () => {
    const hostile = '\u001b[2J\u202e\r✓';
    const text = renderInspection(
      { ...signed, problems: [hostile], evidence: [{ ...piece, problem: hostile, location: hostile }] },
      layout,
    );
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});
