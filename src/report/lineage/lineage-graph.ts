import type { Status } from '../../model/index.ts';
import { visible } from '../text/visible.ts';
import { chainFor, chainWords, type LineageTree, linkLabels, linkTitle } from './lineage-chains.ts';

/** A node of the drawing: one image, or an end of a chain. */
export interface GraphNode {
  readonly id: string;
  readonly title: string;
  readonly status: Status;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

export interface LineageGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Chains as a graph; a base that several chains share is one node. Readable without colour: the status stands in words. */
export function lineageGraph(trees: readonly LineageTree[]): LineageGraph {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const add = (key: string, title: string, status: Status): string => {
    const known = nodes.get(key);
    if (known !== undefined) return known.id;
    const node = {
      id: `n${nodes.size}`,
      title: `${visible(title).replace(/(^|@)(sha\d+:[0-9a-f]{12})[0-9a-f]+/, '$1$2')} (${chainWords[status]})`,
      status,
    };
    nodes.set(key, node);
    return node.id;
  };
  for (const tree of trees) {
    for (const platform of tree.platforms) {
      let above = add(`${tree.name} ${platform}`, `${tree.name} ${platform}`, tree.status);
      for (const link of chainFor(tree, platform)) {
        const key = link.kind === 'base' ? `${link.digest} ${platform}` : `end of ${above}`;
        const below = add(key, linkTitle(link), link.status);
        const label = linkLabels(link);
        edges.set(`${above} ${below} ${label}`, { from: above, to: below, label });
        above = below;
      }
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

function mermaidText(text: string): string {
  return `"${text.replace(/[&<>"#`]/g, (character) => `#${character.charCodeAt(0)};`)}"`;
}

/** The graph in Mermaid's language. */
export function renderMermaid({ nodes, edges }: LineageGraph): string {
  const lines = [
    'flowchart TD',
    ...nodes.map(({ id, title }) => `  ${id}[${mermaidText(title)}]`),
    ...edges.map(({ from, to, label }) => `  ${from} -->|${mermaidText(label)}| ${to}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Quoted, on several lines where it says several things: what a name holds is escaped before, and breaks no line. */
function dotText(text: string): string {
  return `"${text
    .replaceAll('&', '&amp;')
    .replace(/["\\]/g, '\\$&')
    .replace(/,? (?=layers \w+$|\([\w ]+\)$)/, '\\n')}"`;
}

/** The graph in Graphviz's language. */
export function renderDot({ nodes, edges }: LineageGraph): string {
  const lines = [
    'digraph lineage {',
    '  node [shape=box, fontname="Courier", fontsize=11];',
    '  edge [fontname="Courier", fontsize=10];',
    ...nodes.map(
      ({ id, title, status }) => `  ${id} [label=${dotText(title)}${status === 'allow' ? '' : ', style=bold'}];`,
    ),
    ...edges.map(({ from, to, label }) => `  ${from} -> ${to} [label=${dotText(label)}];`),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}
