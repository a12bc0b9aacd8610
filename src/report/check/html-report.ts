import type { Report, ReportImage, Status } from '../../model/index.ts';
import { headline } from '../describe/describe-image.ts';
import {
  describeBuild,
  describeCacheImport,
  describeSource,
  describeUnknown,
  refusedSources,
} from '../describe/describe-report.ts';
import { describeVerdict } from '../describe/describe-verdict.ts';
import { curedDetails, type Detail, imageDetails, shortDigest } from '../describe/image-details.ts';
import { escapeHtml, htmlPage, htmlTable, type Row, textCell } from '../page/html-document.ts';
import { statusSpan } from '../page/status-span.ts';
import { buildPictures } from '../picture/build-picture.ts';
import { pictureStyle, renderPicture } from '../picture/picture-svg.ts';
import { statusMarks } from '../text/status-marks.ts';
import type { Shown } from '../text/visible.ts';
import { reportSummary } from './html-summary.ts';
import { brokenFiles, countBroken, describeBroken, signersOf, usesOf } from './survey.ts';

/** Pictures that stand open: a page of hundreds is read from its table, and each picture is opened when it is asked for. */
const mostOpenPictures = 4;
const mostOpenBoxes = 120;
/** Images whose blocks all stand open. */
const mostOpenBlocks = 40;

function detailRow({ label, value, code }: Detail): string {
  if (label !== null) return `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`;
  return `<dd class="sentence">${escapeHtml(value)}${code === null ? '' : ` <code class="faint">${escapeHtml(code)}</code>`}</dd>`;
}

function details(items: readonly Detail[]): string {
  return items.length === 0 ? '' : `<dl>\n${items.map(detailRow).join('\n')}\n</dl>\n`;
}

/** Of the page's own making, so that no name can be taken for another's place. */
function blockId(index: number): string {
  return `image-${index + 1}`;
}

function imageSection(image: ReportImage, index: number): string {
  const digest = image.digest === null ? '' : `<p class="faint"><code>${escapeHtml(image.digest)}</code></p>\n`;
  const title = `<h3>${statusSpan(image.status)} <code>${escapeHtml(image.name)}</code></h3>`;
  return `<section id="${blockId(index)}">\n${title}\n<p>${escapeHtml(headline(image))}</p>\n${digest}${details(imageDetails(image))}</section>`;
}

function otherSection(report: Report): readonly string[] {
  const lines = [
    ...report.cacheImports.map(
      (cache) => `<p>${statusSpan(cache.status)} ${escapeHtml(describeCacheImport(cache))}</p>`,
    ),
    ...refusedSources(report).map(
      (source) => `<p>${statusSpan(source.status)} ${escapeHtml(describeSource(source))}</p>`,
    ),
    ...report.unknown.map((each) => `<p>? not known: ${escapeHtml(describeUnknown(each))}</p>`),
  ];
  const built = report.build === null ? [] : describeBuild(report.build);
  const items = details([...curedDetails(report.findings), ...built]);
  if (lines.length === 0 && items === '') return [];
  return ['<h2>Beside the images</h2>', '<section>', ...lines, `${items}</section>`];
}

/** Of a survey: what would break. */
function surveySection(report: Report): readonly string[] {
  const title = countBroken(report);
  if (title === null) return [];
  const files = brokenFiles(report).map(
    (file) =>
      `<p>${statusSpan(file.status)} <code>${escapeHtml(file.file)}</code> ${escapeHtml(describeBroken(file))}</p>`,
  );
  return [`<h2>${escapeHtml(title)}</h2>`, ...files];
}

const ranks: Readonly<Record<Status, string>> = { error: '0', block: '1', warn: '2', allow: '3' };

function imageRow(image: ReportImage, index: number): Row {
  const signers = signersOf(image);
  return {
    block: blockId(index),
    cells: [
      { html: statusSpan(image.status), order: ranks[image.status] },
      {
        html: `<a href="#${blockId(index)}"><code>${escapeHtml(image.name)}</code></a>`,
        order: image.name,
      },
      { html: `<code>${escapeHtml(shortDigest(image))}</code>` },
      textCell(signers === '' ? 'none' : signers),
      textCell(image.status === 'allow' && image.verified ? '' : headline(image)),
      textCell(usesOf(image)),
    ],
  };
}

const columns = [
  { title: 'Verdict' },
  { title: 'Image' },
  { title: 'Digest', isWide: true },
  { title: 'Signed by' },
  { title: 'Remark' },
  { title: 'Used', isWide: true },
];

function imagesTable({ images }: Report): readonly string[] {
  if (images.length === 0) return [];
  return ['<h2>Images</h2>', htmlTable('Images', columns, images.map(imageRow))];
}

/** The build as a picture: those with something refused stand open, the others where there are few. */
function pictureSection(report: Report): readonly string[] {
  const pictures = buildPictures(report);
  if (pictures.length === 0) return [];
  let open = 0;
  const parts = pictures.map((picture) => {
    const refused = picture.boxes.filter(({ status }) => status === 'block' || status === 'error').length;
    const isOpen = open < mostOpenPictures && picture.boxes.length <= mostOpenBoxes;
    if (isOpen) open += 1;
    const count = refused === 0 ? 'nothing is refused' : `${refused} refused`;
    const title = escapeHtml(picture.title);
    const name = `aria-label="Picture of ${title}"`;
    return [
      `<details${isOpen ? ' open' : ''}><summary><code>${title}</code>, ${count}</summary>`,
      `<div class="scroll" tabindex="0" role="region" ${name}>`,
      renderPicture(picture),
      '</div></details>',
    ].join('\n');
  });
  return ['<div class="pictures"><h2>The build as a picture</h2>', ...parts, '</div>'];
}

/** Each image with all that is known of it. Where there are many, those that are allowed wait folded up, to which the table's links open. */
function imageSections({ images }: Report): readonly string[] {
  if (images.length === 0) return [];
  const blocks = images.map((image, index) => ({ html: imageSection(image, index), status: image.status }));
  const isFolded = (status: Status): boolean => images.length > mostOpenBlocks && status === 'allow';
  const folded = blocks.filter(({ status }) => isFolded(status));
  return [
    '<h2>Each image</h2>',
    ...blocks.filter(({ status }) => !isFolded(status)).map(({ html }) => html),
    ...(folded.length === 0 ? [] : [`<details><summary>${folded.length} images that are allowed</summary>`]),
    ...folded.map(({ html }) => html),
    ...(folded.length === 0 ? [] : ['</details>']),
  ];
}

/** The report as one page that needs nothing else: no network, no script to be read; readable without colour. */
export function renderHtml(report: Report): Shown {
  const verdict = describeVerdict(report);
  const parts = [
    `<h1 class="${report.verdict}">${statusMarks[report.verdict][0]} ${escapeHtml(verdict)}</h1>`,
    ...reportSummary(report),
    ...surveySection(report),
    ...imagesTable(report),
    ...pictureSection(report),
    ...imageSections(report),
    ...otherSection(report),
  ];
  return htmlPage(`docker verify: ${verdict}`, parts, pictureStyle);
}
