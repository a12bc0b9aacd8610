import { describe, expect, it } from 'vitest';
import type { LineageLink } from '../../../../src/model/index.ts';
import { renderLineage } from '../../../../src/report/index.ts';
import { digestOf, keylessEvidence } from '../reports.ts';

type Tree = Parameters<typeof renderLineage>[0][number];

const endings = { text: 'txt', mermaid: 'mmd', dot: 'dot', svg: 'svg' } as const;
const formats = Object.keys(endings) as readonly (keyof typeof endings)[]; // the record names every format
const layout = { color: false, width: 100 };

function link(depth: number, changes: Partial<LineageLink> = {}): LineageLink {
  return {
    depth,
    platform: 'linux/amd64',
    name: `ghcr.io/acme/level:${depth}@${digestOf(String(depth))}`,
    digest: digestOf(String(depth)),
    kind: 'base',
    claim: 'signed-provenance',
    content: 'proven',
    status: 'allow',
    decisions: [],
    evidence: [],
    note: null,
    ...changes,
  };
}

const end = { name: null, digest: null, content: 'unprovable', claim: 'none' } as const;

/** Two images that share a base, and between them every kind of link. */
const trees: readonly Tree[] = [
  {
    name: 'ghcr.io/acme/app:1',
    digest: digestOf('a'),
    status: 'allow',
    platforms: ['linux/amd64', 'linux/arm64'],
    lineage: [
      link(1, { evidence: [keylessEvidence] }),
      link(2, { claim: 'annotation', status: 'warn' }),
      link(3, { ...end, kind: 'root-declared', claim: 'signed-provenance', name: 'scratch', content: 'proven' }),
      link(1, {
        platform: 'linux/arm64',
        kind: 'unknown',
        claim: 'annotation',
        content: 'contradicted',
        status: 'error',
        note: 'annotation names ghcr.io/acme/level:1 as the base, but layer 2 of this image is not in it',
      }),
    ],
    inputs: [
      { depth: 1, platform: 'linux/amd64', role: 'frontend', name: 'docker.io/docker/dockerfile:1', digest: null },
      { depth: 2, platform: 'linux/amd64', role: 'builder-stage', name: null, digest: digestOf('b') },
    ],
  },
  {
    name: 'ghcr.io/acme/other:1',
    digest: digestOf('c'),
    status: 'block',
    platforms: ['linux/amd64'],
    lineage: [
      link(1, { name: null, digest: digestOf('9'), status: 'block', claim: 'label' }),
      link(2, { claim: 'unsigned-provenance', status: 'warn' }),
      link(3, { ...end, kind: 'root-declared', claim: 'signed-provenance', name: 'scratch', content: 'proven' }),
    ],
    inputs: [],
  },
  {
    name: 'ghcr.io/acme/silent:1',
    digest: null,
    status: 'error',
    platforms: ['linux/amd64'],
    lineage: [
      link(1, { ...end, kind: 'root-assumed', claim: 'history', name: 'scratch', status: 'warn', note: 'not known' }),
    ],
    inputs: [],
  },
];

describe('chains of bases', () => {
  it.each(formats)('look as they did, as %s', async (format) => {
    const golden = `../../../fixtures/report/lineage.${endings[format]}`;
    await expect(await renderLineage(trees, format, layout)).toMatchFileSnapshot(golden);
  });

  it.each(formats)(
    'say without colour who claims, what the layers say, and what became of it, as %s',
    async (format) => {
      const text = (await renderLineage(trees, format, layout)).replaceAll('&#45;', '-').replaceAll(/\s+/g, ' ');
      for (const words of ['signed-provenance', 'layers proven', 'layers contradicted', 'assumed from history'])
        expect(text).toContain(words);
      const marks = format === 'text' ? ['✓', '!', '✗'] : ['(allowed)', '(warned)', '(refused)'];
      for (const mark of marks) expect(text).toContain(mark);
    },
  );

  it.each([40, 80, 120])('look as they did in a terminal of %i columns', async (width) => {
    const text = await renderLineage(trees, 'text', { color: false, width });
    const golden = `../../../fixtures/report/lineage-${width}.txt`;
    await expect(text).toMatchFileSnapshot(golden);
    const long = text.split('\n').filter((line) => line.length > width);
    // a digest or an address stands whole on a line of its own
    expect(long.filter((line) => line.replace(/^[│├└─ ]+/, '').includes(' '))).toEqual([]);
  });

  it('grow no wider with their depth', async () => {
    const chain = (depth: number): readonly LineageLink[] => Array.from({ length: depth }, (_, at) => link(at + 1));
    const widest = async (depth: number): Promise<number> => {
      const tree = { ...(trees[0] as Tree), lineage: chain(depth).map((each) => ({ ...each, name: 'base' })) };
      const text = await renderLineage([tree], 'text', { color: false, width: null });
      return Math.max(...text.split('\n').map((line) => line.length));
    };
    expect(await widest(9)).toBe(await widest(2));
  });

  it('say every mark in a word too, for those who hear it', async () => {
    const lines = (await renderLineage(trees, 'text', layout)).split('\n').filter((line) => /[✓!✗?] /.test(line));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(line).toMatch(/(?:✓ allowed|! warned|✗ refused|\? not verified) /);
  });

  it('draw a base that two images share once', async () => {
    const dot = await renderLineage(trees, 'dot', layout);
    expect(dot.match(/label="ghcr\.io\/acme\/level:2@/g)).toHaveLength(1);
    expect(dot.match(/label="scratch\\n\(allowed\)"/g)).toHaveLength(1);
  });

  it.each(formats)(
    'hold nothing of a hostile name that could rule a terminal, a browser or a drawing, as %s',
    async (format) => {
      const hostile = '\u001b[2J\u202e"];\n evil [label="x"]\r<script>x</script>`|--> n9\\';
      const lineage = [link(1, { name: hostile, kind: 'unknown', note: hostile })];
      const text = await renderLineage([{ ...(trees[0] as Tree), name: hostile, lineage }], format, layout);
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029]/);
      expect(text).not.toMatch(/^\s*evil/m);
      const escapesMarkup = format === 'mermaid' || format === 'svg';
      expect(text.includes('<script>')).toBe(!escapesMarkup);
    },
  );
});
