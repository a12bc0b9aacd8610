import type { TrustedRootSource } from '../model/index.ts';
import data from './embedded-roots.json' with { type: 'json' };

/** The trusted roots that come with the program: the public good instance's, and GitHub's own for private repositories. */
export function embeddedTrustedRoots(): readonly TrustedRootSource[] {
  return embedded;
}

const embedded: readonly TrustedRootSource[] = data.roots.map((root) => ({
  id: root.sha256,
  layer: 'builtin',
  source: root.source,
  json: root.json,
  updated: root.updated,
  thresholds: root.thresholds,
}));
