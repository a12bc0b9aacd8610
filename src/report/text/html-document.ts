import { type Shown, visible, visibleDocument } from './visible.ts';

const style = `
:root { color-scheme: light dark; --text: #1c1c1c; --page: #fff; --line: #d0d0d0; --faint: #595959; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e6e6; --page: #16181a; --line: #3a3d40; --faint: #a3a3a3; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 90rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; } .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.75rem 0.35rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--faint); font-weight: 600; }
`.trim();

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

/** A table whose cells are text. */
export function htmlTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = titles.map((title) => `<th scope="col">${escapeHtml(title)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((text) => `<td>${escapeHtml(text)}</td>`).join('')}</tr>`).join('\n');
  return `<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody></table></div>`;
}

/** One file that asks for nothing from a network, in light and dark. `parts` are HTML. */
export function htmlDocument(title: string, summary: readonly string[], parts: readonly string[]): Shown {
  const shown = escapeHtml(title);
  const paragraphs = summary.map((text) => `<p>${escapeHtml(text)}</p>`);
  return visibleDocument(
    [
      '<!doctype html>',
      '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
      `<title>${shown}</title>`,
      `<style>${style}</style></head><body><main>`,
      `<h1>${shown}</h1>`,
      ...paragraphs,
      ...parts,
      '</main></body></html>',
      '',
    ].join('\n'),
  );
}
