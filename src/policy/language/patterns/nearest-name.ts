import { closestMatch } from 'leven';

/** The one of `names` that was probably meant, null where none is near. */
export function nearestName(written: string, names: readonly string[]): string | null {
  if (written.length > 64) return null;
  const tolerated = Math.max(2, Math.floor(written.length / 3));
  const folded = new Map(names.map((name) => [name.toLowerCase(), name]));
  const near = closestMatch(written.toLowerCase(), [...folded.keys()], { maxDistance: tolerated });
  return near === undefined ? null : (folded.get(near) ?? null);
}
