import type { BuildTarget } from '../../../src/model/index.ts';

/** A target of which nothing is said but where it is read from: standard input, in a folder that is not there. */
export function builtTarget(more: Partial<BuildTarget> = {}): BuildTarget {
  return {
    name: 'default',
    context: { kind: 'folder', path: '/nowhere' },
    dockerfile: { kind: 'stdin' },
    stage: null,
    platforms: [],
    buildArguments: {},
    namedContexts: [],
    cacheImports: [],
    sbomGenerator: null,
    ...more,
  };
}
