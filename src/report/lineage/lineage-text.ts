import type { LineageLink, Status } from '../../model/index.ts';
import { page, type Shown } from '../text/visible.ts';
import { type Layout, type Piece, type Style, wrap } from '../text/wrap.ts';
import { chainFor, type LineageTree, linkLabels, linkTitle } from './lineage-chains.ts';

const marks: Readonly<Record<Status, readonly [string, Style]>> = {
  allow: ['✓', 'good'],
  warn: ['!', 'caution'],
  block: ['✗', 'bad'],
  error: ['?', 'bad'],
};

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
  return names.length === 0 ? '' : `, signed by ${[...new Set(names)].join(', ')}`;
}

function linkLines(link: LineageLink, layout: Layout): readonly Shown[] {
  const indent = '  '.repeat(link.depth);
  const [mark, style] = marks[link.status];
  const words: Piece[] = [
    { text: `${indent}└ `, style: 'dim' },
    { text: `${mark} `, style },
    { text: `${shortened(linkTitle(link))}  `, style: 'bold' },
    { text: `[${linkLabels(link)}]${link.kind === 'base' ? signers(link) : ''}`, style: 'plain' },
  ];
  const lines = [wrap(words, indent.length + 6, layout)];
  if (link.note !== null)
    lines.push(wrap([{ text: `${indent}    ${link.note}`, style: 'dim' }], indent.length + 4, layout));
  return lines;
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

/** One image's chains as an indented tree, one for each platform. */
export function lineageLines(tree: LineageTree, layout: Layout): readonly Shown[] {
  return tree.platforms.flatMap((platform) => {
    const [mark, style] = marks[tree.status];
    const head: Piece[] = [
      { text: `${mark} `, style },
      { text: `${tree.name}  `, style: 'bold' },
      { text: `${platform}${tree.digest === null ? '' : `  ${tree.digest.slice(0, 19)}`}`, style: 'dim' },
    ];
    const links = chainFor(tree, platform).flatMap((link) => linkLines(link, layout));
    return [wrap(head, 4, layout), ...links, ...inputLines(tree, platform, layout)];
  });
}

/** The same, ending in a newline. */
export function renderLineageText(tree: LineageTree, layout: Layout): Shown {
  return page(lineageLines(tree, layout));
}
