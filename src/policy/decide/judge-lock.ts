import { canonicalName, parseReference } from '../../model/index.ts';
import type { LockEntry, LockFile, PolicyLayer, PolicyRule } from '../language/policy-set.ts';
import type { JudgedImage } from './decide-input.ts';
import { findingOf, held, type JudgeContext, type Judgement, refused } from './judgement.ts';

/** The lock that a rule reads. */
export function lockOf(layer: PolicyLayer, rule: PolicyRule): LockFile | null {
  return rule.locked === 'project' ? layer.projectLock : layer.ownLock;
}

/** The entry for a name as it is written, else for the same name without its digest. */
export function lockEntryOf(lock: LockFile | null, image: JudgedImage): LockEntry | null {
  if (lock === null) return null;
  const reference = parseReference(image.name);
  const names: string[] = [image.name];
  if (reference.tag !== null && reference.digest !== null) names.push(canonicalName({ ...reference, digest: null }));
  const found = names.find((name) => Object.hasOwn(lock.images, name));
  return found === undefined ? null : (lock.images[found] ?? null);
}

/** Judges `locked`: allowed at the digest in the lock only. */
export function judgeLock(context: JudgeContext, rule: PolicyRule): Judgement {
  const { image } = context.input;
  const lock = lockOf(context.layer, rule);
  const entry = lockEntryOf(lock, image);
  if (entry === null) {
    const where =
      lock === null
        ? 'no lock is in force here'
        : `${lock.path} ${lock.exists ? 'does not name it' : 'does not exist'}`;
    return refused(
      findingOf('lock.missing', 'it is not in the lock', {
        expected: lock === null ? 'a lock' : `an entry in ${lock.path}`,
        found: where,
        hint: 'if you trust this image, run docker verify lock and commit what it writes',
      }),
    );
  }
  if (entry.digest === image.digest) return held('lock');
  return refused(
    findingOf('lock.moved', 'it is not the image that was locked: the tag has moved', {
      expected: entry.digest,
      found: image.digest,
      hint: 'find out why it changed; docker verify lock accepts the new digest',
    }),
  );
}
