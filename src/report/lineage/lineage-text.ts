import type { LineageLink } from '../../model/index.ts';
import { statusMarks } from '../text/status-marks.ts';
import { page, type Shown } from '../text/visible.ts';
import { type Layout, type Piece, wrap } from '../text/wrap.ts';
import { chainFor, chainWords, type LineageTree, linkLabels, linkTitle } from './lineage-chains.ts';

/** Where what is known of a link begins. */
const detailIndent = 6;

function shortened(title: string): string {
  return title.replace(/@(sha\d+:[0-9a-f]{12})[0-9a-f]+/, '@$1');
}

function signers(link: LineageLink): string {
  const trusted = link.evidence.filter((piece) => piece.verified && piece.trusted && piece.signer !== null);
  const names = trusted.map(({ signer }) => {
    if (signer === null) return '';
    if (signer.kind === 'keyless') return signer.identity;
    return signer.kind === 'key' ? (signer.name ?? `key sha256:${signer.sha256.slice(0, 12)}`) : signer.subject;
  });
  return names.length === 0 ? '' : `signed by ${[...new Set(names)].join(', ')}`;
}

/** A link as a branch of the trunk that leads down from the image; the last ends it. */
function linkLines(link: LineageLink, isLast: boolean, layout: Layout): readonly Shown[] {
  const [mark, style] = statusMarks[link.status];
  const rail = isLast ? '' : '│';
  const head: Piece[] = [
    { text: isLast ? '└─ ' : '├─ ', style: 'dim' },
    { text: `${mark} ${chainWords[link.status]}  `, style },
    { text: shortened(linkTitle(link)), style: 'bold' },
  ];
  const details = [link.kind === 'base' ? signers(link) : '', linkLabels(link), link.note ?? ''];
  const lines = details
    .filter((text) => text !== '')
    .map((text) =>
      wrap([{ text: `${rail.padEnd(detailIndent)}${text}`, style: 'dim' }], detailIndent + 2, layout, rail),
    );
  return [wrap([{ text: '│', style: 'dim' }], 0, layout), wrap(head, detailIndent, layout, rail), ...lines];
}

function inputLines(tree: LineageTree, platform: string, layout: Layout): readonly Shown[] {
  const inputs = tree.inputs.filter((input) => input.platform === platform);
  if (inputs.length === 0) return [];
  const lines = inputs.map(({ role, name, digest, depth }) => {
    const of = depth === 1 ? '' : ` of base ${depth - 1}`;
    return wrap([{ text: `    ${role}${of}: ${name ?? digest ?? 'unnamed'}`, style: 'dim' }], 6, layout);
  });
  return [wrap([{ text: '  built with, but not built upon:', style: 'dim' }], 4, layout), ...lines];
}

/** One image's chains, one for each platform: a trunk that leads down to scratch, as wide as its longest word however many bases there are. */
export function lineageLines(tree: LineageTree, layout: Layout): readonly Shown[] {
  return tree.platforms.flatMap((platform) => {
    const [mark, style] = statusMarks[tree.status];
    const head: Piece[] = [
      { text: `${mark} ${chainWords[tree.status]}  `, style },
      { text: `${tree.name}  `, style: 'bold' },
      { text: `${platform}${tree.digest === null ? '' : `  ${tree.digest.slice(0, 19)}`}`, style: 'dim' },
    ];
    const chain = chainFor(tree, platform);
    const links = chain.flatMap((link, at) => linkLines(link, at === chain.length - 1, layout));
    return [wrap(head, 4, layout), ...links, ...inputLines(tree, platform, layout)];
  });
}

/** The same, ending in a newline. */
export function renderLineageText(tree: LineageTree, layout: Layout): Shown {
  return page(lineageLines(tree, layout));
}
