/** Edits (insert, delete, replace, swap of neighbours) that turn one word into the other. */
function distance(left: string, right: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let best = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) best = Math.min(best, (before[column - 2] ?? 0) + 1);
      current.push(best);
    }
    before = previous;
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/** The one of `names` that was probably meant, null where none is near. */
export function nearestName(written: string, names: readonly string[]): string | null {
  if (written.length > 64) return null;
  const lower = written.toLowerCase();
  let best: { readonly name: string; readonly edits: number } | null = null;
  for (const name of names) {
    const edits = distance(lower, name.toLowerCase());
    if (best === null || edits < best.edits) best = { name, edits };
  }
  const tolerated = Math.max(2, Math.floor(written.length / 3));
  return best !== null && best.edits <= tolerated ? best.name : null;
}
