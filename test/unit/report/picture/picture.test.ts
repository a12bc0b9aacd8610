import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../../src/model/index.ts';
import { type BuildPicture, buildPictures, type PictureBox } from '../../../../src/report/picture/build-picture.ts';
import { brokenText } from '../../../../src/report/picture/picture-layout.ts';
import { renderPicture } from '../../../../src/report/picture/picture-svg.ts';
import { hostileText } from '../hostile.ts';
import { digestOf, examples, reportOn, signedImage, unsignedImage } from '../reports.ts';
import { link, picturedReport } from './pictured.ts';

function pictureOf(report: Report): BuildPicture {
  const [picture, ...others] = buildPictures(report);
  if (picture === undefined || others.length > 0) throw new Error('not one picture');
  return picture;
}

const boxNamed = ({ boxes }: BuildPicture, title: string): readonly PictureBox[] =>
  boxes.filter((box) => box.title === title);

describe('the picture of a build', () => {
  const picture = pictureOf(picturedReport);

  it('leads from each stage to what it uses, and on to the bases down to scratch', () => {
    expect(picture.boxes.map(({ column, title, from }) => [column, title, from.map((box) => box.title)])).toEqual([
      [0, 'stage build', []],
      [1, 'ghcr.io/acme/golang:1.22', ['stage build']],
      [2, 'docker.io/library/base:1', ['ghcr.io/acme/golang:1.22', 'ghcr.io/acme/node:22']],
      [3, 'docker.io/library/base:2', ['docker.io/library/base:1']],
      [4, 'scratch', ['docker.io/library/base:2']],
      [2, 'docker.io/library/base:1', ['ghcr.io/acme/golang:1.22']],
      [3, 'docker.io/library/base:2', ['docker.io/library/base:1']],
      [0, 'stage 1', []],
      [1, 'ghcr.io/acme/node:22', ['stage 1']],
      [1, 'docker.io/library/alpine:3.20', ['stage build', 'stage 1']],
      [2, 'unknown (said to be docker.io/library/base:1)', ['docker.io/library/alpine:3.20']],
      [1, 'github.com/acme/lib.git#main', ['stage build']],
    ]);
  });

  it('says who signed each, and where it broke', () => {
    const [golang] = boxNamed(picture, 'ghcr.io/acme/golang:1.22');
    expect(golang?.verdict).toMatch(/^✓ allowed: signed by https:\/\/github\.com\/acme/);
    const [, broken] = boxNamed(picture, 'docker.io/library/base:2');
    expect(broken?.verdict).toBe('✗ blocked: no trusted signature');
    expect(broken?.lines).toEqual([
      'claimed by signed-provenance, layers contradicted',
      'layer 2 of this image is not in it',
      'linux/arm64',
    ]);
    expect(boxNamed(picture, 'github.com/acme/lib.git#main')[0]?.verdict).toBe('✗ blocked: not held to a commit');
  });

  it('says where bases were not looked at', () => {
    const box = boxNamed(pictureOf(examples['refused'] as Report), 'ghcr.io/acme/golang:1.22')[0];
    expect(box?.lines).toContain('bases not looked at');
    expect(boxNamed(picture, 'ghcr.io/acme/golang:1.22')[0]?.lines).not.toContain('bases not looked at');
  });

  it.each([
    ['another digest', { digest: digestOf('9') }],
    ['another verdict', { status: 'block' }],
    ['no signer', { evidence: [] }],
    ['other layers', { content: 'contradicted' }],
  ] as const)('shares no base that differs in %s', (_, changes) => {
    const other = { ...signedImage, name: unsignedImage.name };
    const shared = { ...other, lineage: [link(1)] };
    const apart = { ...other, lineage: [link(1, changes)] };
    const count = (image: typeof other): number =>
      boxNamed(
        pictureOf(reportOn([{ ...signedImage, lineage: [link(1)] }, image], 'allow')),
        'docker.io/library/base:1',
      ).length;
    expect([count(shared), count(apart)]).toEqual([1, 2]);
  });

  it('names no signer whom no rule trusts', () => {
    const evidence = link(1).evidence.map((piece) => ({ ...piece, trusted: false }));
    const report = reportOn([{ ...signedImage, lineage: [link(1, { evidence })] }], 'allow');
    expect(boxNamed(pictureOf(report), 'docker.io/library/base:1')[0]?.verdict).toBe('✓ allowed: no trusted signature');
  });

  it('is one for each target of a bake, and for each file of a survey', () => {
    const uses = ['web', 'db'].map((target) => ({ ...signedImage.uses[0], target, kind: 'from' as const }));
    const image = { ...signedImage, uses: uses as unknown as typeof signedImage.uses };
    const targets = ['web', 'db'].map((name) => ({ name, dockerfile: 'Dockerfile', platforms: [] }));
    expect(buildPictures(reportOn([image], 'allow', { targets })).map(({ title }) => title)).toEqual([
      'target web',
      'target db',
    ]);
    const files = ['a/Dockerfile', 'b/Dockerfile'];
    const surveyed = {
      ...signedImage,
      uses: files.flatMap((file) => signedImage.uses.map((use) => ({ ...use, file }))),
    };
    expect(buildPictures(reportOn([surveyed], 'allow', { files: [] })).map(({ title }) => title)).toEqual(files);
  });

  it('shows images that no build uses on their own', () => {
    const picture2 = pictureOf(reportOn([{ ...signedImage, uses: [] }], 'allow'));
    expect(picture2.boxes.map(({ title, from }) => [title, from])).toEqual([[signedImage.name, []]]);
  });
});

describe('the layout of a picture', () => {
  it('breaks a text behind what parts it, and says where it goes on elsewhere', () => {
    expect(brokenText('ghcr.io/acme/golang:1.22', 14)).toEqual(['ghcr.io/acme/', 'golang:1.22']);
    expect(brokenText('a'.repeat(100), 10)).toEqual([
      'a'.repeat(10),
      'a'.repeat(10),
      'a'.repeat(10),
      `${'a'.repeat(9)}…`,
    ]);
  });
});

describe('a picture as SVG', () => {
  it('looks as it did', async () => {
    const golden = '../../../fixtures/report/picture.svg';
    await expect(`${renderPicture(pictureOf(picturedReport))}\n`).toMatchFileSnapshot(golden);
  });

  it('says of every box in words what it is, what became of it, and what it hangs on', () => {
    const titles = [...renderPicture(pictureOf(picturedReport)).matchAll(/<title>(.*?)<\/title>/g)].map(
      ([, title]) => title,
    );
    expect(titles).toHaveLength(12);
    expect(titles[6]).toBe(
      'base docker.io/library/base:2: ✗ blocked: no trusted signature; claimed by signed-provenance, layers contradicted; layer 2 of this image is not in it; linux/arm64; below docker.io/library/base:1',
    );
  });

  it('makes markup of no text, whatever it holds', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const box = {
          kind: text,
          title: text,
          status: 'block',
          verdict: text,
          lines: [text],
          column: 0,
          from: [],
        } as const;
        const svg = renderPicture({ title: text, boxes: [box, { ...box, column: 1, from: [box] }] });
        const own = svg.replace(/(?<=[>"])[^<>"]*(?=[<"])/g, '');
        expect(own.match(/<\w+/g)?.filter((name) => !/^<(?:svg|g|path|rect|text|title)$/.test(name))).toEqual([]);
        expect(svg.match(/<svg/g)).toHaveLength(3);
        expect(svg).not.toMatch(/<script|\son\w+=|href=/);
      }),
    );
  });
});
