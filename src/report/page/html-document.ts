import { createHash } from 'node:crypto';
import { type Shown, visible, visibleDocument } from '../text/visible.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text inside an HTML document. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (mark) => entities[mark] ?? '');
}

/** What stands in a table's cell. */
export interface Cell {
  /** Escaped by who made it. */
  readonly html: string;
  /** What it is sorted by, where that is not its text. */
  readonly order?: string;
}

export interface Row {
  readonly cells: readonly Cell[];
  /** The id of the part of the page that is about this row, and is filtered with it. */
  readonly block?: string;
}

/** A column, and whether it is left out where the page is narrow: what it says must then stand elsewhere too. */
export interface Column {
  readonly title: string;
  readonly isWide?: boolean;
}

/** A cell that holds a text. */
export function textCell(text: string): Cell {
  return { html: escapeHtml(text) };
}

function cellOf({ html, order }: Cell, column: Column | undefined): string {
  const wide = column?.isWide === true ? ' class="wide"' : '';
  const label = column === undefined ? '' : ` data-label="${escapeHtml(column.title)}"`;
  return `<td${wide}${label}${order === undefined ? '' : ` data-order="${escapeHtml(order)}"`}>${html}</td>`;
}

/** A table that is read as it stands, and sorted and filtered where scripts run. Its first column tells rows apart. */
export function htmlTable(name: string, columns: readonly Column[], rows: readonly Row[]): string {
  const head = columns
    .map(({ title, isWide }) => `<th scope="col"${isWide === true ? ' class="wide"' : ''}>${escapeHtml(title)}</th>`)
    .join('');
  const body = rows.map(({ cells, block }) => {
    const about = block === undefined ? '' : ` data-block="${escapeHtml(block)}"`;
    return `<tr${about}>${cells.map((cell, at) => cellOf(cell, columns[at])).join('')}</tr>`;
  });
  const lines = [
    `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(name)}"><table class="sortable">`,
    `<thead><tr>${head}</tr></thead>`,
    '<tbody>',
    ...body,
    '</tbody></table></div>',
  ];
  return lines.join('\n');
}

/** A table of texts, none of whose columns is left out anywhere. */
export function textTable(name: string, titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = titles.map((title) => ({ title }));
  return htmlTable(
    name,
    columns,
    rows.map((cells) => ({ cells: cells.map(textCell) })),
  );
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/**
 * One file that asks for nothing from a network, in light and dark. Its policy lets run and apply only what it was made with: a text
 * that became markup all the same would be neither script nor style (Content Security Policy Level 3).
 * @param parts HTML, each value in it escaped
 * @param style what the parts need besides the style of every page
 */
export function htmlPage(title: string, parts: readonly string[], style = ''): Shown {
  const styles = `${pageStyle}\n${style}`;
  const policy = `default-src 'none'; style-src ${hashOf(styles)}; script-src ${hashOf(pageScript)}; base-uri 'none'; form-action 'none'`;
  const lines = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${styles}</style>`,
    '</head>',
    '<body>',
    '<main>',
    ...parts,
    '</main>',
    `<script>${pageScript}</script>`,
    '</body>',
    '</html>',
    '',
  ];
  return visibleDocument(lines.join('\n'));
}

/** A page with a heading, a few sentences beneath it, and `parts`, which are HTML. */
export function htmlDocument(title: string, summary: readonly string[], parts: readonly string[]): Shown {
  const paragraphs = summary.map((text) => `<p>${escapeHtml(text)}</p>`);
  return htmlPage(title, [`<h1>${escapeHtml(title)}</h1>`, ...paragraphs, ...parts]);
}
