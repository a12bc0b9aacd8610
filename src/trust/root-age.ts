import type { TrustedRootSource } from '../model/index.ts';

const day = 86_400_000;

/** How old a root's copy is, in whole days, for people; null where it is not known. */
export function rootAge(source: Pick<TrustedRootSource, 'updated'>, now: Date): string | null {
  const updated = source.updated === null ? Number.NaN : Date.parse(source.updated);
  if (Number.isNaN(updated)) return null;
  const days = Math.max(0, Math.floor((now.getTime() - updated) / day));
  return days === 1 ? '1 day' : `${days} days`;
}
