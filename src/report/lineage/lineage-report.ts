import { renderJsonDocument } from '../text/json-report.ts';
import { joinedPages, type Shown, visibleDocument } from '../text/visible.ts';
import type { Layout } from '../text/wrap.ts';
import type { LineageTree } from './lineage-chains.ts';
import { lineageGraph, renderDot, renderMermaid } from './lineage-graph.ts';
import { renderLineageText } from './lineage-text.ts';

/** The formats in which chains of bases are shown. */
export const lineageFormats = ['text', 'json', 'mermaid', 'dot', 'svg'] as const;

/** Chains of bases as a tree for people, or as a drawing. */
export async function renderLineage(
  trees: readonly LineageTree[],
  format: (typeof lineageFormats)[number],
  layout: Layout,
): Promise<Shown> {
  switch (format) {
    case 'text':
      return joinedPages(trees.map((tree) => renderLineageText(tree, layout)));
    case 'json':
      return renderJsonDocument({ schemaVersion: 0, images: trees });
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
