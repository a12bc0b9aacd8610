import type { Finding } from '../../../model/index.ts';
import type { PolicySet } from '../../language/compiled/policy-set.ts';
import type { JudgedImage } from '../evidence/decide-input.ts';
import { findingOf } from '../evidence/judgement.ts';
import { differsFinding, lockEntryOf, movedFinding } from '../judge/judge-lock.ts';

/** `3 hours ago`: the largest unit of which there is one. */
function inWords(milliseconds: number): string {
  if (milliseconds < 1000) return 'just now';
  const units = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const;
  const [unit, length] = units.find(([, each]) => milliseconds >= each) ?? ['second', 1_000];
  const count = Math.floor(milliseconds / length);
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}

function keptFinding({ digest, name }: JudgedImage, age: number): Finding {
  return findingOf('image.kept-tag', `what its tag stands for was last looked up ${inWords(age)}`, {
    level: 'note',
    found: digest,
    hint: `run once without --offline, or lock it: docker verify lock --update ${name}`,
  });
}

function unknownFinding(message: string): Finding {
  return findingOf('lock.tag-unknown', 'whether its tag has moved since it was locked could not be asked', {
    level: 'note',
    found: message,
  });
}

/**
 * What is to be said of where the digest comes from: a lock whose tag has moved is a warning, all else a note. Nothing is said twice:
 * a rule may have made a refusal of it.
 */
export function originRemarks(
  image: JudgedImage,
  policies: Pick<PolicySet, 'projectLock'>,
  found: readonly Finding[],
): readonly Finding[] {
  const { sinceLocked, keptFor } = image;
  if (keptFor !== undefined) return [keptFinding(image, keptFor)];
  if (found.some(({ code }) => code === 'lock.moved' || code === 'lock.differs')) return [];
  if (sinceLocked === undefined) {
    const entry = lockEntryOf(policies.projectLock, image);
    return entry === null || entry.digest === image.digest ? [] : [differsFinding(image, entry, 'note')];
  }
  if (sinceLocked.unknown !== null) return [unknownFinding(sinceLocked.unknown.message)];
  return sinceLocked.digest === image.digest ? [] : [movedFinding(image, sinceLocked, 'warning')];
}
