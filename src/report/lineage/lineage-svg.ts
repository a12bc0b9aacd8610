import { instance } from '@viz-js/viz';
import { type LineageGraph, renderDot } from './lineage-graph.ts';

/** The graph as an SVG document, laid out by Graphviz. */
export async function renderSvg(graph: LineageGraph): Promise<string> {
  const graphviz = await instance();
  return graphviz.renderString(renderDot(graph), { format: 'svg', engine: 'dot' });
}
