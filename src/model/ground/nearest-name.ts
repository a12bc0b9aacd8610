import leven from 'leven';

const longest = 64; // letters that somebody types by hand
const mostSlips = 3; // in one word

/** How many letters are wrong, missing or too many; two that changed places are one slip. */
function slips(written: string, name: string): number {
  const distance = leven(written, name, { maxDistance: longest });
  const sorted = (word: string): string => word.split('').toSorted().join('');
  return distance > 1 && written.length === name.length && sorted(written) === sorted(name) ? distance - 1 : distance;
}

/** Whether the two are forms of one word, which two letters more or less may tell apart: the shorter one's letters stand in the longer in this order, as in `ls` and `list`, or all but its end does. */
function isSameWord(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  if (short.length < 2 || short[0] !== long[0] || long.length - short.length > 2) return false;
  let found = 0;
  for (const letter of long) if (letter === short[found]) found += 1;
  return found === short.length || (short.length > 4 && long.startsWith(short.slice(0, -1)));
}

/**
 * The one of `names` that was probably meant, whatever its case; null where none is near. At most a third of the letters may be slips, and
 * three, or as many slips in a form of the same word: `htm` is near to `html`, `list` to `ls`, `foo` to no `log`. A word that is far off
 * sends people astray.
 */
export function nearestName(written: string, names: readonly string[]): string | null {
  if (written.length > longest) return null;
  const typed = written.toLowerCase();
  const tolerated = Math.min(mostSlips, Math.floor(typed.length / 3));
  let nearest: string | null = null;
  let fewest = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const count = slips(typed, name.toLowerCase());
    const most = isSameWord(typed, name.toLowerCase()) ? mostSlips : tolerated;
    if (count > most || count >= fewest) continue;
    nearest = name;
    fewest = count;
  }
  return nearest;
}
