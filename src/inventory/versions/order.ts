/** Says which of two versions is the newer: negative, zero or positive, as for sorting. Total and linear. */
export type VersionOrder = (left: string, right: string) => number;

/** Orders by code unit. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Orders decimal numbers of any length by value; the empty text counts as zero. */
export function compareNumbers(left: string, right: string): number {
  const a = left.replace(/^0+/, '');
  const b = right.replace(/^0+/, '');
  return a.length - b.length || compareText(a, b);
}

/** Orders lists by their first unequal members; `absent` stands for what the shorter one lacks. */
export function compareLists<Item>(
  left: readonly Item[],
  right: readonly Item[],
  absent: Item,
  order: (left: Item, right: Item) => number,
): number {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const result = order(left[index] ?? absent, right[index] ?? absent);
    if (result !== 0) return result;
  }
  return 0;
}

/** The part before the first colon, where it is a number, and what comes after it. */
export function splitEpoch(version: string): readonly [epoch: string, rest: string] {
  const found = /^(\d+):/.exec(version);
  return found?.[1] === undefined ? ['0', version] : [found[1], version.slice(found[0].length)];
}

/** What stands before the last dash and behind it; null where there is no dash. */
export function splitRevision(version: string): readonly [upstream: string, revision: string | null] {
  const dash = version.lastIndexOf('-');
  return dash < 0 ? [version, null] : [version.slice(0, dash), version.slice(dash + 1)];
}
