import type { LineageLink, Report, ReportImage, ReportSource, SourceUse, Status, Use } from '../../model/index.ts';
import { headline, verbs } from '../describe/describe-image.ts';
import { refusedSources, sourceHeadline } from '../describe/describe-report.ts';
import { describeSigner } from '../describe/describe-signer.ts';
import { shortDigest } from '../describe/image-details.ts';
import { linkLabels, linkTitle } from '../lineage/lineage-chains.ts';
import { statusWords } from '../text/status-marks.ts';

/** A box of a picture: a stage, an image, a base, or the end of a chain. Not yet made visible. */
export interface PictureBox {
  /** `stage`, `image`, `source` or `base`, as texts call it. */
  readonly kind: string;
  readonly title: string;
  /** Null where nothing is judged. */
  readonly status: Status | null;
  /** The status in words, and who signed or what is wrong. */
  readonly verdict: string | null;
  /** What else is known. */
  readonly lines: readonly string[];
  /** From 0 on the left: stages, images, their bases. */
  readonly column: number;
  /** The boxes to its left that an arrow leads from. */
  readonly from: readonly PictureBox[];
}

/** What one build, or one file of a survey, is made of: each arrow leads from a column to the next. */
export interface BuildPicture {
  readonly title: string;
  readonly boxes: readonly PictureBox[];
}

/** A box that still gathers what leads to it. */
interface OpenBox extends PictureBox {
  readonly lines: string[];
  readonly from: OpenBox[];
}

/** Boxes in the order in which they came, each once. */
class Drawing {
  readonly boxes = new Map<string, OpenBox>();
  /** Whether the name of a base needs its platform. */
  readonly namesPlatforms: boolean;

  constructor(namesPlatforms: boolean) {
    this.namesPlatforms = namesPlatforms;
  }

  /** The box of that key, made where there is none, with an arrow from `from`. */
  add(key: string, box: Omit<PictureBox, 'from'>, from: OpenBox | null): OpenBox {
    const known = this.boxes.get(key) ?? { ...box, lines: [...box.lines], from: [] };
    this.boxes.set(key, known);
    if (from !== null && !known.from.includes(from)) known.from.push(from);
    return known;
  }
}

function judged(status: Status, words: string): string {
  const [mark, word] = statusWords[status];
  return `${mark} ${word}${words === '' ? '' : `: ${words}`}`;
}

function addStage(drawing: Drawing, use: Use | SourceUse): OpenBox {
  const title = use.stage === null ? verbs[use.kind] : `stage ${use.stage}`;
  const stage = drawing.add(
    `stage ${title}`,
    { kind: 'stage', title, status: null, verdict: null, lines: [], column: 0 },
    null,
  );
  const verb = verbs[use.kind];
  const line = use.line === null ? verb : `line ${use.line} ${verb}`;
  if (line !== title && !stage.lines.includes(line)) stage.lines.push(line);
  stage.lines.sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
  return stage;
}

/** Who signed a base, as far as a rule trusts them; empty for what is none. */
function baseSigners({ kind, evidence }: LineageLink): string {
  if (kind !== 'base') return '';
  const counted = evidence.filter(({ verified, trusted }) => verified && trusted);
  const names = counted.flatMap(({ signer }) => (signer === null ? [] : [describeSigner(signer)]));
  return names.length === 0 ? 'no trusted signature' : `signed by ${[...new Set(names)].join(' and ')}`;
}

function baseLines(link: LineageLink, namesPlatform: boolean): readonly string[] {
  return [linkLabels(link), ...(link.note === null ? [] : [link.note]), ...(namesPlatform ? [link.platform] : [])];
}

function platformsOf(links: readonly LineageLink[]): readonly string[] {
  return [...new Set(links.map(({ platform }) => platform))];
}

/** The chains below an image, one for each platform; a base that two images of one depth share is one box. */
function addBases(drawing: Drawing, { lineage }: ReportImage, image: OpenBox): void {
  for (const platform of platformsOf(lineage)) {
    let above = image;
    const chain = lineage.filter((link) => link.platform === platform).toSorted((one, two) => one.depth - two.depth);
    for (const link of chain) {
      const box = {
        kind: 'base',
        title: linkTitle(link),
        status: link.status,
        verdict: judged(link.status, baseSigners(link)),
        lines: baseLines(link, drawing.namesPlatforms),
        column: above.column + 1,
      };
      const parts = [
        box.column,
        box.title,
        box.verdict,
        ...box.lines,
        link.digest,
        link.kind === 'base' ? '' : above.title,
      ];
      above = drawing.add(JSON.stringify(parts), box, above);
    }
  }
}

function addImage(drawing: Drawing, image: ReportImage, stage: OpenBox | null): void {
  const { name, status, lineage } = image;
  const digest = shortDigest(image);
  const lines = [...(digest === '' ? [] : [digest]), ...(lineage.length === 0 ? ['bases not looked at'] : [])];
  const verdict = judged(status, headline(image));
  const box = drawing.add(`image ${name}`, { kind: 'image', title: name, status, verdict, lines, column: 1 }, stage);
  addBases(drawing, image, box);
}

function addSource(drawing: Drawing, source: ReportSource, stage: OpenBox): void {
  const { kind, name, status } = source;
  const verdict = judged(status, sourceHeadline(source));
  drawing.add(`source ${name}`, { kind: `${kind} source`, title: name, status, verdict, lines: [], column: 1 }, stage);
}

/** The builds of a report, each with what tells it from the others. */
function pictureTitle({ files, targets }: Report, use: Use | SourceUse): string {
  if (files !== undefined)
    return `${use.file ?? 'the command line'}${use.target === 'default' ? '' : `, target ${use.target}`}`;
  if (targets.length > 1) return `target ${use.target}`;
  return targets[0]?.dockerfile ?? 'the build';
}

/**
 * What the builds of a report are made of: stages, the images that they use, the bases below those, who signed each, and what is
 * refused. One picture for each target, of a survey for each file; images that no build uses stand in one of their own.
 */
export function buildPictures(report: Report): readonly BuildPicture[] {
  const drawings = new Map<string, Drawing>();
  const namesPlatforms = platformsOf(report.images.flatMap(({ lineage }) => lineage)).length > 1;
  const drawingOf = (title: string): Drawing => {
    const drawing = drawings.get(title) ?? new Drawing(namesPlatforms);
    drawings.set(title, drawing);
    return drawing;
  };
  for (const image of report.images) {
    for (const use of image.uses) {
      const drawing = drawingOf(pictureTitle(report, use));
      addImage(drawing, image, addStage(drawing, use));
    }
    if (image.uses.length === 0) addImage(drawingOf('images'), image, null);
  }
  for (const source of refusedSources(report)) {
    for (const use of source.uses) {
      const drawing = drawingOf(pictureTitle(report, use));
      addSource(drawing, source, addStage(drawing, use));
    }
  }
  return [...drawings].map(([title, { boxes }]) => ({ title, boxes: [...boxes.values()] }));
}
