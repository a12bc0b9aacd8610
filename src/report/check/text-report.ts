import type { Report, ReportImage } from '../../model/index.ts';
import { headline } from '../describe/describe-image.ts';
import {
  describeBuild,
  describeCacheImport,
  describeSource,
  describeTask,
  describeUnknown,
  refusedSources,
} from '../describe/describe-report.ts';
import { describeVerdict } from '../describe/describe-verdict.ts';
import { curedDetails, type Detail, imageDetails, labelled, shortDigest } from '../describe/image-details.ts';
import { statusMarks, statusWords } from '../text/status-marks.ts';
import { page, type Shown, visible } from '../text/visible.ts';
import { type Layout, type Piece, wrap } from '../text/wrap.ts';
import { type Closeness, groupAllowed, type ImageGroup } from './fitted-images.ts';
import { brokenFiles, countBroken, countUses, describeBroken } from './survey.ts';

const detailIndent = 6;
const valueIndent = 16;

function plain(text: string): Piece {
  return { text, style: 'plain' };
}

/** Beside what is refused the mark alone would tell that this is not. */
function wordFor({ status }: ReportImage, { verdict }: Report): string {
  return status === 'warn' && verdict !== 'warn' ? 'warning: ' : '';
}

function imageLine(image: ReportImage, report: Report, layout: Layout): Shown {
  const [mark, style] = statusMarks[image.status];
  const digest = shortDigest(image);
  const nameWidth = Math.min(48, Math.max(0, ...report.images.map(({ name }) => visible(name).length)));
  const words: Piece[] = [
    { text: `  ${mark} `, style },
    { text: `${visible(image.name).padEnd(nameWidth)}  `, style: 'bold' },
    { text: digest === '' ? '' : `${digest}  `, style: 'dim' },
    { text: `${wordFor(image, report)}${headline(image)}`, style: image.status === 'allow' ? 'plain' : style },
  ];
  return wrap(words, detailIndent, layout);
}

function detailLine({ label, value, code, level }: Detail, layout: Layout): Shown {
  const indent = ' '.repeat(detailIndent);
  if (label !== null) {
    const start = `${indent}${label}`.padEnd(valueIndent);
    return wrap([{ text: start, style: 'dim' }, plain(value)], valueIndent, layout);
  }
  const opening = plain(`${indent}${level === 'note' ? 'note: ' : ''}${value}${code === null ? '' : ' '}`);
  return wrap(code === null ? [opening] : [opening, { text: `[${code}]`, style: 'dim' }], detailIndent, layout);
}

function otherLines(report: Report, layout: Layout): readonly Shown[] {
  const caches = report.cacheImports.map((cache) => {
    const [mark, style] = statusMarks[cache.status];
    return wrap([{ text: `  ${mark} `, style }, plain(describeCacheImport(cache))], detailIndent, layout);
  });
  const sources = refusedSources(report).map((source) => {
    const [mark, style] = statusMarks[source.status];
    return wrap([{ text: `  ${mark} `, style }, plain(describeSource(source))], detailIndent, layout);
  });
  const unknown = report.unknown.map((each) =>
    wrap([{ text: '  ? not known: ', style: 'caution' }, plain(describeUnknown(each))], detailIndent, layout),
  );
  const findings = curedDetails(report.findings);
  return [...caches, ...sources, ...unknown, ...findings.map((each) => detailLine(each, layout))];
}

function buildLines({ build }: Report, layout: Layout): readonly Shown[] {
  if (build === null) return [];
  const [opening, ...details] = describeBuild(build);
  return opening === undefined ? [] : [visible(opening.value), ...details.map((each) => detailLine(each, layout))];
}

/** What would break: the files of a survey whose builds would be refused, each with the images that are the reason. */
function surveyLines(report: Report, layout: Layout): readonly Shown[] {
  const title = countBroken(report);
  if (title === null) return [];
  const lines = brokenFiles(report).map((file) => {
    const [mark, word] = statusWords[file.status];
    const [, style] = statusMarks[file.status];
    const words: Piece[] = [
      { text: `  ${mark} ${word}  `, style },
      { text: `${visible(file.file)}  `, style: 'bold' },
    ];
    return wrap([...words, plain(describeBroken(file))], detailIndent, layout);
  });
  return [wrap([plain(`${title.charAt(0).toUpperCase()}${title.slice(1)}`)], 2, layout), ...lines];
}

/** Of a survey also where an image is used that is let through. */
function detailsOf(image: ReportImage, { files }: Report): readonly Detail[] {
  const details = imageDetails(image);
  const isAllowed = files !== undefined && image.status === 'allow' && image.uses.length > 0;
  return isAllowed ? [...details, labelled('used', countUses(image))] : details;
}

/** Whether something that is no image fails or warns: it then stands before the images that are allowed. */
function hasOtherFailures(report: Report): boolean {
  const { cacheImports, unknown, findings } = report;
  const isOpen =
    unknown.length > 0 || refusedSources(report).length > 0 || findings.some(({ level }) => level !== 'note');
  return isOpen || cacheImports.some(({ status }) => status !== 'allow');
}

/** `✓ 28 images allowed: signed by acme (key sha256:…)`. */
function groupLine({ images, reason }: ImageGroup, layout: Layout): Shown {
  const [mark, style] = statusMarks.allow;
  const count: Piece = { text: `${images.length} images allowed: `, style: 'bold' };
  return wrap([{ text: `  ${mark} `, style }, count, plain(reason)], detailIndent, layout);
}

function imageLines(report: Report, images: readonly ReportImage[], layout: Layout): readonly Shown[] {
  return images.flatMap((image) => [
    imageLine(image, report, layout),
    ...detailsOf(image, report).map((each) => detailLine(each, layout)),
  ]);
}

/** Images in lines of their own, those that are allowed alike in one, and how to see each. */
function groupedLines(closeness: Closeness): typeof imageLines {
  return (report, images, layout) => {
    const { alone, groups } = groupAllowed(images, closeness);
    const hint = plain(`${' '.repeat(detailIndent)}each by its name: --format text=FILE, or through a pipe`);
    return [
      ...imageLines(report, alone, layout),
      ...groups.map((group) => groupLine(group, layout)),
      ...(groups.length === 0 ? [] : [wrap([hint], detailIndent, layout)]),
    ];
  };
}

function sectionsOf(report: Report, layout: Layout, linesOf: typeof imageLines): readonly Shown[] {
  const [concerned, rest] = hasOtherFailures(report)
    ? [
        report.images.filter(({ status }) => status !== 'allow'),
        report.images.filter(({ status }) => status === 'allow'),
      ]
    : [report.images, []];
  const sections = [
    [wrap([plain(describeTask(report))], 2, layout)],
    linesOf(report, concerned, layout),
    otherLines(report, layout),
    linesOf(report, rest, layout),
    buildLines(report, layout),
    surveyLines(report, layout),
    [wrap([{ text: describeVerdict(report), style: statusMarks[report.verdict][1] }], 2, layout)],
  ];
  const shown = sections.filter((lines) => lines.length > 0);
  return shown.flatMap((lines, index) => (index === 0 ? lines : [visible(''), ...lines]));
}

/** What a person has typed and types next stands on the screen as well. */
const rowsOfShell = 2;

function fits(text: Shown, { height }: Layout): boolean {
  return height === undefined || text.split('\n').length - 1 <= height - rowsOfShell;
}

/**
 * The report for people: what is checked, one line for each image with what is wrong beneath it, the verdict. Where a terminal has not so
 * many rows, images that are allowed for the same reason share a line, so that what matters does not leave the screen.
 */
export function renderText(report: Report, layout: Layout): Shown {
  const shown = (linesOf: typeof imageLines): Shown => page(sectionsOf(report, layout, linesOf));
  const whole = shown(imageLines);
  if (fits(whole, layout)) return whole;
  const byReason = shown(groupedLines('reason'));
  return fits(byReason, layout) ? byReason : shown(groupedLines('verified'));
}
