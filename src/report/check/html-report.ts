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
import { cureDetails, type Detail, findingDetails, imageDetails } from '../describe/image-details.ts';
import { escapeHtml } from '../text/html-document.ts';
import { type Shown, visibleDocument } from '../text/visible.ts';
import { brokenFiles, countBroken, describeBroken, signersOf, usesOf } from './survey.ts';

const marks: Readonly<Record<Status, readonly [string, string]>> = {
  allow: ['✓', 'allowed'],
  warn: ['!', 'warning'],
  block: ['✗', 'blocked'],
  error: ['?', 'not verified'],
};

const style = `
:root { color-scheme: light dark; --text: #1c1c1c; --page: #fff; --line: #d0d0d0; --faint: #595959; --allow: #176b2c; --warn: #7a4b00; --block: #a8071a; --error: #a8071a; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e6e6; --page: #16181a; --line: #3a3d40; --faint: #a3a3a3; --allow: #6fd08c; --warn: #f0b95b; --block: #ff8a8a; --error: #ff8a8a; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
code { font-family: ui-monospace, monospace; font-size: 0.9em; overflow-wrap: anywhere; }
section { border-top: 1px solid var(--line); padding: 0.75rem 0; }
h1 { font-size: 1.3rem; } h2 { font-size: 1rem; margin: 0; font-weight: 600; }
p { margin: 0.25rem 0; } dl { display: grid; grid-template-columns: 7rem 1fr; gap: 0.15rem 1rem; margin: 0.5rem 0 0; }
dt, .faint { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; } dd.sentence { grid-column: 1 / -1; }
.allow { color: var(--allow); } .warn { color: var(--warn); } .block { color: var(--block); } .error { color: var(--error); }
`.trim();

function status(value: Status): string {
  const [mark, word] = marks[value];
  return `<span class="${value}">${mark} ${word}</span>`;
}

function detailRow({ label, value, code }: Detail): string {
  if (label !== null) return `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`;
  return `<dd class="sentence">${escapeHtml(value)}${code === null ? '' : ` <code class="faint">${escapeHtml(code)}</code>`}</dd>`;
}

function details(items: readonly Detail[]): string {
  return items.length === 0 ? '' : `<dl>\n${items.map(detailRow).join('\n')}\n</dl>\n`;
}

function imageSection(image: ReportImage): string {
  const digest = image.digest === null ? '' : `<p class="faint"><code>${escapeHtml(image.digest)}</code></p>\n`;
  const title = `<h2>${status(image.status)} <code>${escapeHtml(image.name)}</code></h2>`;
  return `<section>\n${title}\n<p>${escapeHtml(headline(image))}</p>\n${digest}${details(imageDetails(image))}</section>`;
}

function otherSection(report: Report): string {
  const lines = [
    ...report.cacheImports.map((cache) => `<p>${status(cache.status)} ${escapeHtml(describeCacheImport(cache))}</p>`),
    ...refusedSources(report).map((source) => `<p>${status(source.status)} ${escapeHtml(describeSource(source))}</p>`),
    ...report.unknown.map((each) => `<p>? ${escapeHtml(describeUnknown(each))}</p>`),
  ];
  const built = report.build === null ? [] : describeBuild(report.build);
  const items = details([...findingDetails(report.findings), ...cureDetails(report.findings), ...built]);
  return lines.length === 0 && items === '' ? '' : `<section>\n${lines.join('\n')}\n${items}</section>\n`;
}

/** Of a survey: what would break, and every image with its uses, signer and verdict. */
function surveySection(report: Report): string {
  const title = countBroken(report);
  if (title === null) return '';
  const files = brokenFiles(report).map(
    (file) => `<p>${status(file.status)} <code>${escapeHtml(file.file)}</code> ${escapeHtml(describeBroken(file))}</p>`,
  );
  const rows = report.images.map((image) => {
    const cells = [`<code>${escapeHtml(image.name)}</code>`, usesOf(image), signersOf(image)];
    const [name = '', ...others] = cells;
    return `<tr><td>${name}</td>${others.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}<td>${status(image.status)}</td></tr>`;
  });
  const head = '<tr><th>Image</th><th>Used</th><th>Signed by</th><th>Verdict</th></tr>';
  return `<section>\n<h2>${escapeHtml(title)}</h2>\n${files.join('\n')}\n<table>\n${[head, ...rows].join('\n')}\n</table>\n</section>\n`;
}

/** The report as one page that needs nothing else: no script, no font, no picture; readable without colour. */
export function renderHtml(report: Report): Shown {
  const verdict = escapeHtml(describeVerdict(report));
  return visibleDocument(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>docker verify: ${verdict}</title>
<style>
${style}
</style>
</head>
<body>
<h1 class="${report.verdict}">${marks[report.verdict][0]} ${verdict}</h1>
<p>${escapeHtml(describeTask(report))}</p>
${surveySection(report)}${report.images.map(imageSection).join('\n')}
${otherSection(report)}<p class="faint">${escapeHtml(report.tool.name)} ${escapeHtml(report.tool.version)}, ${escapeHtml(report.time)}</p>
</body>
</html>
`);
}
