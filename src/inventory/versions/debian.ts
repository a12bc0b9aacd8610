import { compareNumbers, splitEpoch, splitRevision, type VersionOrder } from './order.ts';

/** deb-version(7): `~` before the end, the end before letters, letters before all else. */
function weight(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

function compareCharacters(left: string, right: string): number {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const result = weight(left[index]) - weight(right[index]);
    if (result !== 0) return result;
  }
  return 0;
}

/** Alternately what holds no digit, and a number; begins with the former. */
function alternating(text: string): readonly string[] {
  const parts: string[] = text.match(/\D+|\d+/g) ?? [];
  if (/^\d/.test(text)) parts.unshift('');
  return parts;
}

function comparePart(left: string, right: string): number {
  const a = alternating(left);
  const b = alternating(right);
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [one, other] = [a[index] ?? '', b[index] ?? ''];
    const result = index % 2 === 1 ? compareNumbers(one, other) : compareCharacters(one, other);
    if (result !== 0) return result;
  }
  return 0;
}

/** The order of Debian and Ubuntu: deb-version(7), `[epoch:]upstream[-revision]`. */
export const debianOrder: VersionOrder = (left, right) => {
  const [epoch, rest] = splitEpoch(left);
  const [otherEpoch, otherRest] = splitEpoch(right);
  const [upstream, revision] = splitRevision(rest);
  const [otherUpstream, otherRevision] = splitRevision(otherRest);
  return (
    compareNumbers(epoch, otherEpoch) ||
    comparePart(upstream, otherUpstream) ||
    comparePart(revision ?? '', otherRevision ?? '')
  );
};
