import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Report, ReportFormat } from '../../../../src/model/index.ts';
import {
  type InspectedImage,
  joinedPages,
  page,
  plainPage,
  renderInspection,
  renderJsonDocument,
  renderLineage,
  renderReport,
  renderScan,
  visible,
  visibleDocument,
} from '../../../../src/report/index.ts';
import { harmIn, hostileText, poisoned } from '../hostile.ts';
import { examples, keylessEvidence, signedImage } from '../reports.ts';

/** Fields with a closed set of values, which are this program's own words, and numbers of places. */
const ownWords = new Set(
  'kind status verdict mode layer basis level code reason form claim content timeSource'.split(' '),
);

const layouts = [
  { color: false, width: null },
  { color: false, width: 30 },
] as const;

describe('what is made visible', () => {
  it('does no harm, is one line, and stays as it is when made visible again', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const shown = visible(text);
        expect(harmIn(shown)).toBeNull();
        expect(shown).not.toContain('\n');
        expect(visible(shown)).toBe(shown);
      }),
      { seed: 7, numRuns: 3_000 },
    );
  });

  it('would do harm as it is: what the properties here throw is dangerous', () => {
    const samples = fc.sample(hostileText, { seed: 7, numRuns: 1_000 });
    expect(samples.filter((text) => harmIn(text) !== null).length).toBeGreaterThan(600);
  });

  it('does no harm on pages and in documents of several lines either', () => {
    const lists = fc.array(hostileText, { maxLength: 4 });
    fc.assert(
      fc.property(lists, (lines) => {
        expect(harmIn(plainPage(lines))).toBeNull();
        expect(plainPage(lines).split('\n')).toHaveLength(Math.max(lines.length, 1) + 1);
        expect(harmIn(joinedPages([page(lines.map(visible)), plainPage(lines)]))).toBeNull();
        expect(harmIn(visibleDocument(lines.join('\n')).replaceAll('\t', ''))).toBeNull();
      }),
      { seed: 11, numRuns: 1_000 },
    );
  });

  it('is what it was to a program that parses the JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(hostileText, hostileText), (document) => {
        const text = renderJsonDocument(document);
        expect(harmIn(text)).toBeNull();
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(document)));
      }),
      { seed: 13, numRuns: 1_000 },
    );
  });
});

/** One text after another out of a seeded list. */
function texts(seed: number): () => string {
  const samples = fc.sample(hostileText, { seed, numRuns: 400 });
  let index = 0;
  return () => samples[index++ % samples.length] ?? '';
}

const reports = Object.values(examples);
const formats: readonly ReportFormat[] = ['text', 'json', 'sarif', 'markdown', 'html'];

describe('every text of a report may be hostile:', () => {
  it.each(formats)('as %s it does no harm', (format) => {
    for (const report of reports) {
      for (let seed = 1; seed <= 12; seed += 1) {
        const bad = poisoned(report, texts(seed), ownWords) as Report; // its own words are kept, the rest is text
        for (const layout of layouts) expect(harmIn(renderReport(bad, format, layout))).toBeNull();
      }
    }
  });

  it('in an inspection, a scan and every drawing of a lineage it does none either', async () => {
    const link = {
      depth: 1,
      platform: 'linux/amd64',
      name: 'x',
      digest: 'x',
      kind: 'base',
      claim: 'annotation',
      content: 'proven',
      status: 'allow',
      decisions: [],
      evidence: [keylessEvidence],
      note: 'x',
    };
    const piece = { ...keylessEvidence, timeSource: 'log', claims: { ref: 'x' }, location: 'x', problem: 'x' };
    const inspected = {
      image: signedImage,
      evidence: [piece],
      problems: ['x'],
      ignored: ['x'],
      lineage: [link],
      unsigned: [{ predicateType: 'x', subject: 'x' }],
      inputs: [{ depth: 1, platform: 'linux/amd64', role: 'x', name: 'x', digest: 'x' }],
    };
    const tree = { ...inspected, name: 'x', digest: 'x', status: 'warn', platforms: ['linux/amd64'] };
    const uses = signedImage.uses;
    const scan = {
      images: [{ name: 'x', written: 'x', platforms: ['x'], uses }],
      cacheImports: [{ type: 'x', ref: 'x' }],
    };
    // chains are found by their platform, which is the same everywhere
    const kept = new Set([...ownWords, 'platform', 'platforms']);
    for (let seed = 1; seed <= 12; seed += 1) {
      const bad = poisoned({ inspected, tree, scan: { ...scan, unknown: [] } }, texts(seed), kept) as {
        readonly inspected: InspectedImage;
        readonly tree: Parameters<typeof renderLineage>[0][number];
        readonly scan: Parameters<typeof renderScan>[0]['scan'];
      }; // likewise
      for (const layout of layouts) {
        expect(harmIn(renderInspection(bad.inspected, layout))).toBeNull();
        for (const format of ['text', 'mermaid', 'dot', 'svg'] as const) {
          // oxlint-disable-next-line no-await-in-loop -- Graphviz draws one after another
          expect(harmIn(await renderLineage([bad.tree], format, layout))).toBeNull();
        }
      }
      for (const format of ['text', 'json'] as const)
        expect(
          harmIn(renderScan({ dockerfile: texts(seed)(), scan: bad.scan }, format, { color: false, width: null })),
        ).toBeNull();
    }
  });
});
