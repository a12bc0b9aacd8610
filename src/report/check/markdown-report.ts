import type { Report, ReportImage, Status } from '../../model/index.ts';
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
import { curedDetails, type Detail, imageDetails, shortDigest } from '../describe/image-details.ts';
import { statusMarks, statusWords } from '../text/status-marks.ts';
import { type Shown, visible, visibleDocument } from '../text/visible.ts';

/** A mark, and the word that says the same where it is read aloud. */
function verdict(status: Status): string {
  return statusWords[status].join(' ');
}

/** The text as code, whatever backticks it holds (CommonMark, section 6.1). */
export function code(text: string): string {
  const shown = visible(text);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const padding = shown.startsWith('`') || shown.endsWith('`') || longest > 0 ? ' ' : '';
  return shown === '' ? '' : `${fence}${padding}${shown}${padding}${fence}`;
}

/** A link, a mention, a formula, a picture in words (`:name:`), or a number of an issue or a change, to GitHub or GitLab. */
const meansMore = /[@#$]|:\/\/|www\.|:[a-z+-][\w+-]*:|\bGH-\d|!\d/i;

/**
 * Text that stands for itself. What a forge would turn into something else than its words becomes code, since no escape prevents
 * that (GitHub Docs, "Autolinked references and URLs"; GitHub Flavored Markdown, section 6.9).
 */
export function prose(text: string): string {
  if (meansMore.test(text)) return code(text);
  const inline = visible(text).replace(/[\\`*_[\]<>|~&]/g, (mark) => `\\${mark}`);
  return inline.replace(/^([-+=]|\d+[.)])/, (mark) => `\\${mark}`);
}

/**
 * A cell of a table, which a stroke ends even inside code (GitHub Flavored Markdown, section 4.10). What `prose` wrote as no code
 * has its backslashes already.
 */
export function cell(markdown: string): string {
  return markdown.startsWith('`') ? markdown.replaceAll('|', '\\|') : markdown;
}

function row(image: ReportImage): string {
  const cells = [verdict(image.status), code(image.name), code(shortDigest(image)), prose(headline(image))];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function detailItem({ label, value, code: finding }: Detail): string {
  if (label === null) return `- ${prose(value)}${finding === null ? '' : ` (${code(finding)})`}`;
  const shown = label === 'expected' || label === 'found' || label === 'source' ? code(value) : prose(value);
  return `  - ${label}: ${shown}`;
}

/** A finding's labelled values hang beneath its sentence; what has no sentence before it becomes one. */
function details(items: readonly Detail[]): readonly string[] {
  return items[0]?.label === null ? items.map(detailItem) : items.map((item) => detailItem(item).trimStart());
}

function section(title: string, items: readonly Detail[]): readonly string[] {
  return items.length === 0 ? [] : ['', `**${title}**`, '', ...details(items)];
}

/** The report for a comment on a change: a table of the images, then what is wrong with those that are refused. */
export function renderMarkdown(report: Report): Shown {
  const table = ['| Verdict | Image | Digest | Remark |', '|---|---|---|---|', ...report.images.map(row)];
  const others = [
    ...report.cacheImports.map((cache) => `- ${statusMarks[cache.status][0]} ${prose(describeCacheImport(cache))}`),
    ...refusedSources(report).map((source) => `- ${statusMarks[source.status][0]} ${prose(describeSource(source))}`),
    ...report.unknown.map((each) => `- ? not known: ${prose(describeUnknown(each))}`),
  ];
  const lines = [
    `### ${statusMarks[report.verdict][0]} ${prose(describeVerdict(report))}`,
    '',
    prose(describeTask(report)),
    ...(report.images.length === 0 ? [] : ['', ...table]),
    ...(others.length === 0 ? [] : ['', ...others]),
    ...report.images
      .filter(({ status }) => status !== 'allow')
      .flatMap((image) => section(`${verdict(image.status)}: ${code(image.name)}`, imageDetails(image))),
    ...section('Not about a single image', curedDetails(report.findings)),
    ...(report.build === null ? [] : section('After the build', describeBuild(report.build))),
  ];
  return visibleDocument(`${lines.join('\n')}\n`);
}
