import { nearestName } from '../../gate/index.ts';

/** The one of `words` that was probably meant: it begins alike, or differs by few letters; null where none is near. */
export function nearestWord(written: string, words: readonly string[]): string | null {
  const name = written.toLowerCase();
  if (name === '') return null;
  const [begun, ...others] = words.filter((word) => name.length > 1 && word.startsWith(name));
  if (begun !== undefined && others.length === 0) return begun;
  return nearestName(name, words);
}
