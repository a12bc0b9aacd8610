import leven from 'leven';

/** The one of `words` that was probably meant: it begins alike, or differs by few letters; null where none is near. */
export function nearestWord(written: string, words: readonly string[]): string | null {
  const name = written.toLowerCase();
  const begun = words.filter((word) => name.length > 1 && word.startsWith(name));
  if (begun.length === 1) return begun[0] ?? null;
  const [nearest] = words.toSorted((one, two) => leven(one, name) - leven(two, name));
  const tolerated = Math.max(2, Math.floor(name.length / 2));
  return nearest !== undefined && leven(nearest, name) <= tolerated ? nearest : null;
}
