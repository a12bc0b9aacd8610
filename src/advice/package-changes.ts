import type { PackageChanges } from '../model/index.ts';

/** A package by what matters here. */
interface Named {
  readonly name: string;
  readonly version: string;
}

function byName(packages: readonly Named[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { name, version } of packages) found.set(name, (found.get(name) ?? new Set()).add(version));
  return found;
}

function listed(versions: ReadonlySet<string>): string {
  return [...versions].toSorted().join(', ');
}

/** What one list of packages has more, less or in another version than the other, by name. */
export function packageChanges(before: readonly Named[], after: readonly Named[]): PackageChanges {
  const [left, right] = [byName(before), byName(after)];
  const changed = [...left].flatMap(([name, versions]) => {
    const now = right.get(name);
    if (now === undefined || listed(now) === listed(versions)) return [];
    return [{ name, from: listed(versions), to: listed(now) }];
  });
  return {
    added: [...right.keys()].filter((name) => !left.has(name)).toSorted(),
    removed: [...left.keys()].filter((name) => !right.has(name)).toSorted(),
    changed: changed.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
  };
}
