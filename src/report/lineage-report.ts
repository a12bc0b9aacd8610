import type { LineageTree } from './lineage-chains.ts';
import { lineageGraph, renderDot, renderMermaid } from './lineage-graph.ts';
import { renderLineageText } from './lineage-text.ts';
import type { Layout } from './wrap.ts';

/** Chains of bases as a tree for people, or as a drawing. */
export async function renderLineage(
  trees: readonly LineageTree[],
  format: 'text' | 'mermaid' | 'dot' | 'svg',
  layout: Layout,
): Promise<string> {
  switch (format) {
    case 'text':
      return trees.map((tree) => renderLineageText(tree, layout)).join('\n');
    case 'mermaid':
      return renderMermaid(lineageGraph(trees));
    case 'dot':
      return renderDot(lineageGraph(trees));
    case 'svg': {
      const { renderSvg } = await import('./lineage-svg.ts');
      return renderSvg(lineageGraph(trees));
    }
  }
}
