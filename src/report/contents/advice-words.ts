import type { PackageChanges, Support } from '../../model/index.ts';

/** Bytes as people read them, in decimal units. */
export function byteText(bytes: number): string {
  const size = Math.abs(bytes);
  const [unit, name] = size >= 1e9 ? [1e9, 'GB'] : size >= 1e6 ? [1e6, 'MB'] : size >= 1e3 ? [1e3, 'kB'] : [1, 'bytes'];
  return `${bytes < 0 ? '-' : ''}${(size / unit).toFixed(unit === 1 ? 0 : 1)} ${name}`;
}

/** A difference of bytes, with its sign. */
export function byteDifferenceText(bytes: number): string {
  return `${bytes < 0 ? '' : '+'}${byteText(bytes)}`;
}

/** Since or until when something is looked after. */
export function supportText({ what, state, date }: Support): string {
  switch (state) {
    case 'supported':
      return `${what} is looked after${date === null ? '' : ` until ${date}`}`;
    case 'extended':
      return `${what} is past its support; extended support${date === null ? '' : ` ends ${date}`}`;
    case 'ended':
      return `${what} is at its end of life${date === null ? '' : ` since ${date}`}`;
  }
}

const mostNamed = 5;

function some(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What differs between two lists of packages, in one line. */
export function changeText({ added, removed, changed }: PackageChanges): string {
  const parts = [
    ...(added.length === 0 ? [] : [`${added.length} packages added (${some(added)})`]),
    ...(removed.length === 0 ? [] : [`${removed.length} removed (${some(removed)})`]),
    ...(changed.length === 0
      ? []
      : [
          `${changed.length} in another version (${some(changed.map(({ name, from, to }) => `${name} ${from} → ${to}`))})`,
        ]),
  ];
  return parts.length === 0 ? 'the same packages' : parts.join('; ');
}
