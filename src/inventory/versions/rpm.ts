import { compareNumbers, compareText, splitEpoch, splitRevision, type VersionOrder } from './order.ts';

/** rpmvercmp: `~` before the end, `^` behind it, digits newer than letters, all else only separates. */
function weight(token: string | undefined): number {
  if (token === '~') return -1;
  if (token === undefined) return 0;
  if (token === '^') return 1;
  return /^\d/.test(token) ? 3 : 2;
}

function comparePart(left: string, right: string): number {
  const a = left.match(/\d+|[A-Za-z]+|[~^]/g) ?? [];
  const b = right.match(/\d+|[A-Za-z]+|[~^]/g) ?? [];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [one, other] = [a[index] ?? '', b[index] ?? ''];
    const kind = weight(a[index]);
    const result = kind - weight(b[index]) || (kind === 3 ? compareNumbers(one, other) : compareText(one, other));
    if (result !== 0) return result;
  }
  return 0;
}

/** The order of rpm: rpm-version(7), `[epoch:]version[-release]`; one without a release comes before all that have one. */
export const rpmOrder: VersionOrder = (left, right) => {
  const [epoch, rest] = splitEpoch(left);
  const [otherEpoch, otherRest] = splitEpoch(right);
  const [version, release] = splitRevision(rest);
  const [otherVersion, otherRelease] = splitRevision(otherRest);
  return (
    compareNumbers(epoch, otherEpoch) ||
    comparePart(version, otherVersion) ||
    Number(release !== null) - Number(otherRelease !== null) ||
    comparePart(release ?? '', otherRelease ?? '')
  );
};
