import type { NotedTarget } from '../../../builder/index.ts';
import type { BuildTarget } from '../../../model/index.ts';

function contextOf({ context }: BuildTarget): string | null {
  switch (context.kind) {
    case 'folder':
      return context.path;
    case 'stdin':
      return '-';
    case 'git':
    case 'http':
      return context.url;
    default:
      return null;
  }
}

/** A target as buildx notes it in the record of its build. */
export function notedTarget(target: BuildTarget): NotedTarget {
  const { name, dockerfile } = target;
  return { name, context: contextOf(target), dockerfile: dockerfile.kind === 'file' ? dockerfile.path : null };
}
