import { escapeHtml } from '../page/html-document.ts';
import type { BuildPicture, PictureBox } from './build-picture.ts';
import { layOut, measures, type PlacedBox } from './picture-layout.ts';

/** How each status is drawn, so that colour says nothing alone: a broken line warns, a thick one refuses. */
export const pictureStyle = `
.picture { display: block; font: 12px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; max-width: none; }
.picture text { fill: var(--text); white-space: pre; unicode-bidi: isolate; }
.picture .box { fill: var(--card); stroke: var(--strong); stroke-width: 1.5; }
.picture .title { font-weight: 700; } .picture .more { fill: var(--faint); }
.picture .allow { stroke: var(--allow); } .picture text.allow { fill: var(--allow); stroke: none; }
.picture .warn { stroke: var(--warn); stroke-dasharray: 6 3; stroke-width: 2; } .picture text.warn { fill: var(--warn); stroke: none; }
.picture .block, .picture .error { stroke: var(--block); stroke-width: 4; } .picture text.block, .picture text.error { fill: var(--block); stroke: none; font-weight: 700; }
.picture .arrow { fill: none; stroke: var(--strong); stroke-width: 1.5; } .picture .tip { fill: var(--strong); }
@media print { @page wide { size: landscape; } .picture { max-width: 100%; max-height: 90vh; width: auto; height: auto; break-inside: avoid; } .pictures:has(.across) { page: wide; } }
`.trim();

/** Everything that a box says and what it hangs on, as one sentence for those who hear it, or point at it. */
function spoken({ kind, title, verdict, lines, from }: PictureBox): string {
  const above = from.map((box) => box.title).join(', ');
  const link = kind === 'base' ? 'below' : 'used by';
  const facts = [...(verdict === null ? [] : [verdict]), ...lines, ...(above === '' ? [] : [`${link} ${above}`])];
  return `${kind === 'stage' ? '' : `${kind} `}${title}${facts.length === 0 ? '' : `: ${facts.join('; ')}`}`;
}

function writtenLines(placed: PlacedBox): string {
  const { title, verdict, lines, box } = placed;
  const all = [
    ...title.map((text) => ({ text, style: 'title' })),
    ...verdict.map((text) => ({ text, style: box.status ?? '' })),
    ...lines.map((text) => ({ text, style: 'more' })),
  ];
  const baseline = (row: number): number => measures.padding + row * measures.line + 13;
  return all
    .map(
      ({ text, style }, row) =>
        `<text class="${style}" x="${measures.padding}" y="${baseline(row)}">${escapeHtml(text)}</text>`,
    )
    .join('');
}

const rounded = (length: number): number => Math.round(length);

/** An own picture in the picture, which cuts off what a text of strange characters would write over its neighbours. */
function boxOf(placed: PlacedBox): string {
  const { box, x, y, width, height } = placed;
  const frame = `<rect class="box ${box.status ?? ''}" x="2" y="2" width="${rounded(width) - 4}" height="${height - 4}" rx="6"/>`;
  const place = `x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${height}"`;
  return `<svg role="img" ${place}><title>${escapeHtml(spoken(box))}</title>${frame}${writtenLines(placed)}</svg>`;
}

function arrowsTo(placed: PlacedBox, places: ReadonlyMap<PictureBox, PlacedBox>): readonly string[] {
  return placed.box.from.flatMap((box) => {
    const start = places.get(box);
    if (start === undefined) return [];
    const [x, y] = [rounded(start.x + start.width), rounded(start.y + Math.min(start.height / 2, 24))];
    const [toX, toY] = [rounded(placed.x), rounded(placed.y + Math.min(placed.height / 2, 24))];
    const bend = rounded((toX - x) / 2);
    const line = `<path class="arrow" d="M${x} ${y}C${x + bend} ${y} ${toX - bend} ${toY} ${toX - 6} ${toY}"/>`;
    return [line, `<path class="tip" d="M${toX} ${toY}l-8 -4v8z"/>`];
  });
}

/** A picture as SVG for a page that holds `pictureStyle`. */
export function renderPicture({ title, boxes }: BuildPicture): string {
  const { width, height, boxes: placed } = layOut(boxes);
  const places = new Map(placed.map((each) => [each.box, each]));
  const [wide, high] = [Math.ceil(width), Math.ceil(height)];
  const arrows = placed.flatMap((each) => arrowsTo(each, places));
  const name = escapeHtml(`${title}: stages, the images that they use, and the bases of those`);
  return [
    `<svg class="picture${wide > 700 && wide > 1.6 * high ? ' across' : ''}" xmlns="http://www.w3.org/2000/svg" role="group" aria-label="${name}" width="${wide}" height="${high}" viewBox="0 0 ${wide} ${high}">`,
    `<g aria-hidden="true">${arrows.join('')}</g>`,
    ...placed.map(boxOf),
    '</svg>',
  ].join('\n');
}
