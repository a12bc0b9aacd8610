import type { LineageTree } from './lineage-chains.ts';
import { lineageGraph, renderDot, renderMermaid } from './lineage-graph.ts';
import { renderLineageText } from './lineage-text.ts';
import { joinedPages, type Shown, visibleDocument } from './visible.ts';
import type { Layout } from './wrap.ts';

/** Chains of bases as a tree for people, or as a drawing. */
export async function renderLineage(
  trees: readonly LineageTree[],
  format: 'text' | 'mermaid' | 'dot' | 'svg',
  layout: Layout,
): Promise<Shown> {
  switch (format) {
    case 'text':
      return joinedPages(trees.map((tree) => renderLineageText(tree, layout)));
    case 'mermaid':
      return visibleDocument(renderMermaid(lineageGraph(trees)));
    case 'dot':
      return visibleDocument(renderDot(lineageGraph(trees)));
    case 'svg': {
      const { renderSvg } = await import('./lineage-svg.ts');
      return visibleDocument(await renderSvg(lineageGraph(trees)));
    }
  }
}
