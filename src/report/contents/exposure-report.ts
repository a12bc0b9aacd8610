import type { Exposure, ExposureRow, ExposureState, UnlistedRows } from '../../model/index.ts';
import { describeSigner } from '../describe/describe-signer.ts';
import { type Cell, escapeHtml, htmlDocument, htmlTable, textCell } from '../page/html-document.ts';
import { csvDocument } from '../text/csv.ts';
import { renderJsonDocument } from '../text/json-report.ts';
import { page, type Shown } from '../text/visible.ts';
import { type Layout, type Style, wrap } from '../text/wrap.ts';

/** The formats of `exposure`. */
export const exposureFormats = ['text', 'json', 'csv', 'html'] as const;

type ExposureFormat = (typeof exposureFormats)[number];

const marks: Readonly<Record<ExposureState, readonly [mark: string, style: Style, word: string]>> = {
  affected: ['✗', 'bad', 'affected'],
  'under-investigation': ['?', 'caution', 'under investigation'],
  unknown: ['?', 'caution', 'not known'],
  fixed: ['✓', 'good', 'fixed'],
  'not-affected': ['✓', 'good', 'not affected'],
  'not-found': ['✓', 'good', 'not found'],
};
const states = Object.keys(marks) as ExposureState[]; // the record's own keys

/** At most so many rows of what needs no action are listed in text. */
export const mostQuiet = 20;

function buildName({ build }: ExposureRow): string {
  return build.tags[0] ?? build.digest?.slice(0, 19) ?? build.imageId?.slice(0, 19) ?? build.id;
}

const roles = {
  'runtime-base': 'base of the image',
  'build-stage': 'used by a build stage',
  frontend: 'frontend',
  'sbom-generator': 'SBOM generator',
  'own-layer': "the build's own layers",
} as const;

function throughText({ via }: ExposureRow): string {
  if (via === null) return '';
  return via.name === null ? roles[via.role] : `${via.name} (${roles[via.role]})`;
}

function runtimeText({ inRuntime }: ExposureRow): string {
  if (inRuntime === null) return 'not known whether it is in the image';
  return inRuntime ? 'in the image' : 'not in the image';
}

function trustText({ trust, signer }: ExposureRow): string {
  if (trust === 'none') return '';
  if (trust === 'unsigned') return 'unsigned SBOM';
  return signer === null ? 'signed SBOM' : `SBOM signed by ${describeSigner(signer)}`;
}

function detailsOf(row: ExposureRow): readonly string[] {
  if (row.package === null) return [row.reason ?? trustText(row)].filter((text) => text !== '');
  const name = `${row.package.name} ${row.package.version === '' ? 'of unknown version' : row.package.version}`;
  const facts = [name, `through ${throughText(row)}`, runtimeText(row), trustText(row)].filter((fact) => fact !== '');
  return [facts.join(', '), ...(row.vex === null ? [] : [`VEX: ${row.vex}`])];
}

function rowLines(row: ExposureRow, layout: Layout): readonly Shown[] {
  const [mark, style, word] = marks[row.state];
  const pushed = row.build.pushed.length === 0 ? '' : `  pushed to ${row.build.pushed.join(', ')}`;
  const head = wrap(
    [
      { text: `  ${mark} ${word}  `, style },
      { text: `${buildName(row)}  `, style: 'bold' },
      { text: `${row.build.time.slice(0, 16).replace('T', ' ')}  ${row.build.id}${pushed}`, style: 'dim' },
    ],
    6,
    layout,
  );
  return [head, ...detailsOf(row).map((text) => wrap([{ text: `      ${text}`, style: 'plain' }], 8, layout))];
}

function totalOf(unlisted: readonly UnlistedRows[]): number {
  return unlisted.reduce((sum, { count }) => sum + count, 0);
}

function countOf(state: ExposureState, rows: readonly ExposureRow[], unlisted: readonly UnlistedRows[]): number {
  return rows.filter((row) => row.state === state).length + totalOf(unlisted.filter((some) => some.state === state));
}

/** How many rows there are of each state, worst first: `2 affected, 1 not known`. */
function countStates(rows: readonly ExposureRow[], unlisted: readonly UnlistedRows[]): string {
  const counts = states
    .map((state) => ({ state, count: countOf(state, rows, unlisted) }))
    .filter(({ count }) => count > 0);
  return counts.map(({ state, count }) => `${count} ${marks[state][2]}`).join(', ');
}

function builds(count: number): string {
  return `${count} recorded ${count === 1 ? 'build' : 'builds'}`;
}

/** What makes known what is not. */
const unknownCure =
  'next: build with --sbom=true where the builder can, on images that carry an SBOM (docker verify packages IMAGE shows it)';

function renderText({ rows, unlisted, builds: count }: Exposure, layout: Layout): Shown {
  if (count === 0) return page([wrap([{ text: 'no build is recorded here', style: 'plain' }], 0, layout)]);
  const questions = [...new Set(rows.map(({ question }) => question))];
  const blocks = questions.flatMap((question) => {
    const own = rows.filter((row) => row.question === question);
    const loud = own.filter(({ state }) => state === 'affected' || state === 'under-investigation');
    const quiet = own.filter(({ state }) => state !== 'affected' && state !== 'under-investigation');
    const counted = unlisted.filter((some) => some.question === question);
    const hidden = Math.max(quiet.length - mostQuiet, 0) + totalOf(counted);
    const more =
      hidden > 0 ? [wrap([{ text: `  and ${hidden} more: see --format json or csv`, style: 'dim' }], 2, layout)] : [];
    return [
      wrap([{ text: question, style: 'bold' }], 2, layout),
      ...[...loud, ...quiet.slice(0, mostQuiet)].flatMap((row) => rowLines(row, layout)),
      ...more,
      wrap([{ text: `  ${countStates(own, counted)}`, style: 'plain' }], 2, layout),
      ...(countOf('unknown', own, counted) > 0
        ? [wrap([{ text: `  ${unknownCure}`, style: 'plain' }], 4, layout)]
        : []),
      wrap([{ text: '', style: 'plain' }], 0, layout),
    ];
  });
  const summary = `${rows.length === 0 ? 'nothing found' : countStates(rows, unlisted)}; ${builds(count)}`;
  return page([...blocks, wrap([{ text: summary, style: 'bold' }], 0, layout)]);
}

const columns = [
  'question',
  'state',
  'build',
  'time',
  'target',
  'image',
  'tags',
  'pushed',
  'package',
  'version',
  'purl',
  'via',
  'role',
  'in_image',
  'sbom',
  'signer',
  'vex',
  'reason',
];

function cells(row: ExposureRow): readonly string[] {
  const { build, package: found, via } = row;
  return [
    row.question,
    row.state,
    build.id,
    build.time,
    build.target,
    build.digest ?? build.imageId ?? '',
    build.tags.join(' '),
    build.pushed.join(' '),
    found?.name ?? '',
    found?.version ?? '',
    found?.purl ?? '',
    via?.name ?? '',
    via?.role ?? '',
    row.inRuntime === null ? '' : row.inRuntime ? 'yes' : 'no',
    row.trust,
    row.signer === null ? '' : describeSigner(row.signer),
    row.vex ?? '',
    row.reason ?? '',
  ];
}

const statusClasses: Readonly<Partial<Record<Style, string>>> = { bad: 'block', caution: 'warn', good: 'allow' };

function htmlCells(row: ExposureRow): readonly Cell[] {
  const [mark, style, word] = marks[row.state];
  const { build, package: found, via } = row;
  const told = [`${build.time.slice(0, 16).replace('T', ' ')}, ${build.id}`];
  if (build.pushed.length > 0) told.push(`pushed to ${build.pushed.join(', ')}`);
  const through = [...(via === null ? [] : [throughText(row)]), ...(found === null ? [] : [runtimeText(row)])];
  const grounds = [trustText(row), row.vex === null ? '' : `VEX: ${row.vex}`, row.reason ?? ''];
  return [
    {
      html: `<span class="${statusClasses[style] ?? ''}">${mark} ${word}</span>`,
      order: `${states.indexOf(row.state)}`,
    },
    { html: `${escapeHtml(buildName(row))} <span class="faint">${escapeHtml(told.join('; '))}</span>` },
    textCell(found === null ? '' : `${found.name} ${found.version}`),
    textCell(through.join(', ')),
    textCell(grounds.filter((text) => text !== '').join('; ')),
  ];
}

/** A title that names more questions is no title. */
const mostNamed = 3;

const htmlColumns = ['State', 'Build', 'Package', 'Through', 'Known by'].map((title) => ({ title }));

function renderHtml({ rows, unlisted, builds: count, remarks }: Exposure): Shown {
  const questions = [...new Set(rows.map(({ question }) => question))];
  const summary = `${rows.length === 0 ? 'nothing found' : countStates(rows, unlisted)}; ${builds(count)}`;
  const parts = questions.flatMap((question) => {
    const own = rows.filter((row) => row.question === question);
    const counted = unlisted.filter((some) => some.question === question);
    const hidden = totalOf(counted);
    return [
      `<h2>${escapeHtml(question)}</h2>`,
      `<p>${escapeHtml(countStates(own, counted))}</p>`,
      htmlTable(
        `Recorded builds, ${question}`,
        htmlColumns,
        own.map((row) => ({ cells: htmlCells(row) })),
      ),
      ...(hidden === 0 ? [] : [`<p>and ${hidden} more: see --format json or csv</p>`]),
    ];
  });
  const named = questions.length > mostNamed ? `${questions.length} questions` : questions.join(', ');
  const title = named === '' ? 'Exposure' : `Exposure: ${named}`;
  return htmlDocument(title, [summary, ...remarks], parts);
}

/** Which builds contain what was asked about, ending in a newline. */
export function renderExposure(exposure: Exposure, format: ExposureFormat, layout: Layout): Shown {
  switch (format) {
    case 'text':
      return renderText(exposure, layout);
    case 'json': {
      const summary = Object.fromEntries(
        states.map((state) => [state, countOf(state, exposure.rows, exposure.unlisted)]),
      );
      return renderJsonDocument({
        schemaVersion: 1,
        builds: exposure.builds,
        summary,
        rows: exposure.rows,
        remarks: exposure.remarks,
      });
    }
    case 'csv':
      return csvDocument(columns, exposure.rows.map(cells));
    case 'html':
      return renderHtml(exposure);
  }
}
