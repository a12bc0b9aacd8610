import { type BuildTarget, type FetchedSource, isRemoteUrl, type SourceUse, sourceOf } from '../../model/index.ts';
import type { NamedContext } from '../stage/named-contexts.ts';
import type { BuildGraph } from './build-graph.ts';
import type { AddedSource } from './check-steps.ts';

/** What a scan found that may lead to a repository or a download. */
export interface SourceFindings {
  readonly target: BuildTarget;
  readonly graphs: readonly BuildGraph[];
  readonly added: readonly AddedSource[];
  readonly unread: readonly NamedContext[];
}

interface Found {
  readonly source: Omit<FetchedSource, 'uses'> | null;
  readonly use: SourceUse;
}

function outsideOfFile(kind: SourceUse['kind'], target: string): SourceUse {
  return { kind, target, stage: null, file: null, line: null, column: null };
}

/** The target's own context, and the Dockerfile that buildx would fetch. */
function foundInTarget({ name, context, dockerfile }: BuildTarget): readonly Found[] {
  const isRemote = context.kind === 'git' || context.kind === 'http';
  return [
    ...(isRemote ? [{ source: sourceOf(context.url), use: outsideOfFile('context', name) }] : []),
    ...(dockerfile.kind === 'remote'
      ? [{ source: sourceOf(dockerfile.url), use: outsideOfFile('dockerfile', name) }]
      : []),
  ];
}

function foundInContexts({ target, graphs, unread }: SourceFindings): readonly Found[] {
  const used = [...graphs.flatMap(({ contents }) => contents.map(({ context }) => context)), ...unread];
  return [...new Set(used)]
    .filter(({ value }) => isRemoteUrl(value))
    .map(({ value }) => ({ source: sourceOf(value), use: outsideOfFile('context', target.name) }));
}

function foundInInstructions({ target, added }: SourceFindings): readonly Found[] {
  return added.map(({ source, kind, stage, place }) => {
    const { file, line, column } = place;
    return { source, use: { kind, target: target.name, stage, file, line, column } };
  });
}

function placeKey({ kind, stage, line, column }: SourceUse): string {
  return JSON.stringify([kind, stage, line, column]);
}

/** The git repositories and downloads that the builder would fetch, each once with every place that asks for it. */
export function collectSources(findings: SourceFindings): readonly FetchedSource[] {
  const known = new Map<string, { source: Omit<FetchedSource, 'uses'>; uses: Map<string, SourceUse> }>();
  const found = [...foundInTarget(findings.target), ...foundInContexts(findings), ...foundInInstructions(findings)];
  for (const { source, use } of found) {
    if (source === null) continue;
    const key = JSON.stringify(source);
    const entry = known.get(key) ?? { source, uses: new Map<string, SourceUse>() };
    known.set(key, entry);
    entry.uses.set(placeKey(use), use);
  }
  return [...known.values()].map(({ source, uses }) => ({ ...source, uses: [...uses.values()] }));
}
