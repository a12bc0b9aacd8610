import leven from 'leven';

const longest = 64; // letters that somebody types by hand
const mostSlips = 3; // in one word

/** How many letters are wrong, missing or too many; two that changed places are one slip. */
function slips(written: string, name: string): number {
  const distance = leven(written, name, { maxDistance: longest });
  const sorted = (word: string): string => word.split('').toSorted().join('');
  return distance > 1 && written.length === name.length && sorted(written) === sorted(name) ? distance - 1 : distance;
}

/**
 * The one of `names` that was probably meant, whatever its case; null where none is near. At most a third of the letters may be slips, and
 * three: `htm` is near to `html`, `foo` to no `log`. A word that is far off sends people astray.
 */
export function nearestName(written: string, names: readonly string[]): string | null {
  if (written.length > longest) return null;
  const typed = written.toLowerCase();
  const tolerated = Math.min(mostSlips, Math.floor(typed.length / 3));
  let nearest: string | null = null;
  let fewest = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const count = slips(typed, name.toLowerCase());
    if (count > tolerated || count >= fewest) continue;
    nearest = name;
    fewest = count;
  }
  return nearest;
}
