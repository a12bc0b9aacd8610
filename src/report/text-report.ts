import type { Report, ReportImage, Status } from '../model/index.ts';
import { headline } from './describe-image.ts';
import { describeBuild, describeCacheImport, describeTask, describeUnknown } from './describe-report.ts';
import { describeVerdict } from './describe-verdict.ts';
import { cureDetails, type Detail, findingDetails, imageDetails, shortDigest } from './image-details.ts';
import { visible } from './visible.ts';
import { type Layout, type Piece, type Style, wrap } from './wrap.ts';

const marks: Readonly<Record<Status, readonly [string, Style]>> = {
  allow: ['✓', 'good'],
  warn: ['!', 'caution'],
  block: ['✗', 'bad'],
  error: ['?', 'bad'],
};

const detailIndent = 6;
const valueIndent = 16;

function plain(text: string): Piece {
  return { text: visible(text), style: 'plain' };
}

function imageLine(image: ReportImage, nameWidth: number, layout: Layout): string {
  const [mark, style] = marks[image.status];
  const digest = shortDigest(image);
  const words: Piece[] = [
    { text: `  ${mark} `, style },
    { text: `${visible(image.name).padEnd(nameWidth)}  `, style: 'bold' },
    { text: digest === '' ? '' : `${digest}  `, style: 'dim' },
    { text: visible(headline(image)), style: image.status === 'allow' ? 'plain' : style },
  ];
  return wrap(words, detailIndent, layout);
}

function detailLine({ label, value, code, level }: Detail, layout: Layout): string {
  const indent = ' '.repeat(detailIndent);
  if (label !== null) {
    const start = `${indent}${label}`.padEnd(valueIndent);
    return wrap([{ text: start, style: 'dim' }, plain(value)], valueIndent, layout);
  }
  const opening = plain(`${indent}${level === 'note' ? 'note: ' : ''}${value}${code === null ? '' : ' '}`);
  return wrap(code === null ? [opening] : [opening, { text: `[${code}]`, style: 'dim' }], detailIndent, layout);
}

function otherLines(report: Report, layout: Layout): readonly string[] {
  const caches = report.cacheImports.map((cache) => {
    const [mark, style] = marks[cache.status];
    return wrap([{ text: `  ${mark} `, style }, plain(describeCacheImport(cache))], detailIndent, layout);
  });
  const unknown = report.unknown.map((each) =>
    wrap([{ text: '  ? ', style: 'caution' }, plain(describeUnknown(each))], detailIndent, layout),
  );
  const findings = [...findingDetails(report.findings), ...cureDetails(report.findings)];
  return [...caches, ...unknown, ...findings.map((each) => detailLine(each, layout))];
}

function buildLines({ build }: Report, layout: Layout): readonly string[] {
  if (build === null) return [];
  const [opening, ...details] = describeBuild(build);
  return opening === undefined ? [] : [opening.value, ...details.map((each) => detailLine(each, layout))];
}

/** The report for people: what is checked, one line for each image with what is wrong beneath it, the verdict. */
export function renderText(report: Report, layout: Layout): string {
  const nameWidth = Math.min(48, Math.max(0, ...report.images.map(({ name }) => visible(name).length)));
  const sections = [
    [wrap([plain(describeTask(report))], 2, layout)],
    report.images.flatMap((image) => [
      imageLine(image, nameWidth, layout),
      ...imageDetails(image).map((each) => detailLine(each, layout)),
    ]),
    otherLines(report, layout),
    buildLines(report, layout),
    [wrap([{ text: visible(describeVerdict(report)), style: marks[report.verdict][1] }], 2, layout)],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}
