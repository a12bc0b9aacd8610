/** A tag of an official image taken apart: `22.3-bookworm-slim`. */
export interface Tag {
  readonly text: string;
  /** Its numbers; empty where it names no version. */
  readonly version: readonly number[];
  /** What of it names the operating system: `bookworm`, `alpine3.23`, `alpine`; null for none. */
  readonly system: string | null;
  /** The rest, sorted: `['slim']`. */
  readonly words: readonly string[];
}

/** Releases of Debian and Ubuntu by the names that tags call them by. */
export type Codenames = ReadonlyMap<string, { readonly product: string; readonly cycle: string }>;

const alpine = /^alpine(?:\d+\.\d+)?$/;

/** Takes a tag apart. A word that is no whole version (`3.15-rc`, `8.0.0beta1`) is no version. */
export function parseTag(text: string, codenames: Codenames): Tag {
  const parts = text.split('-');
  const [first = ''] = parts;
  const isVersion = /^v?\d+(?:\.\d+)*$/.test(first);
  const version = isVersion ? first.replace(/^v/, '').split('.').map(Number) : [];
  const rest = isVersion ? parts.slice(1) : parts;
  const system = rest.find((word) => alpine.test(word) || codenames.has(word)) ?? null;
  return { text, version, system, words: rest.filter((word) => word !== system).toSorted() };
}

/** Negative, zero or positive, as versions are ordered. */
export function compareVersions(left: readonly number[], right: readonly number[]): number {
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `alpine`, or the product of a release's codename; null where a tag names no system. */
export function systemFamily({ system }: Tag, codenames: Codenames): string | null {
  if (system === null) return null;
  return alpine.test(system) ? 'alpine' : (codenames.get(system)?.product ?? null);
}
