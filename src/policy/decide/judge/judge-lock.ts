import { canonicalName, type Finding, parseReference } from '../../../model/index.ts';
import type { LockEntry, LockFile, PolicyLayer, PolicyRule } from '../../language/compiled/policy-set.ts';
import type { JudgedImage, TagSince } from '../evidence/decide-input.ts';
import { findingOf, held, type JudgeContext, type Judgement, refused, unseenHint } from '../evidence/judgement.ts';

/** The lock that a rule reads. */
export function lockOf(layer: PolicyLayer, rule: PolicyRule): LockFile | null {
  return rule.locked?.lock === 'project' ? layer.projectLock : layer.ownLock;
}

/** The entry for a name as it is written, else for the same name without its digest. */
export function lockEntryOf(lock: LockFile | null, image: Pick<JudgedImage, 'name'>): LockEntry | null {
  if (lock === null) return null;
  const reference = parseReference(image.name);
  const names: string[] = [image.name];
  if (reference.tag !== null && reference.digest !== null) names.push(canonicalName({ ...reference, digest: null }));
  const found = names.find((name) => Object.hasOwn(lock.images, name));
  return found === undefined ? null : (lock.images[found] ?? null);
}

/** Judges `locked`: allowed at the digest in the lock only, and with `moved: block` only while the tag stands for it. */
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
  if (entry.digest !== image.digest) return refused(differsFinding(image, entry, 'error'));
  return rule.locked?.moved === 'block' ? judgeTag(image) : held('lock');
}

/** Judges `locked: {moved: block}`: the tag must still stand for the locked digest, by an answer of the registry. */
function judgeTag(image: JudgedImage): Judgement {
  const { sinceLocked } = image;
  if (sinceLocked === undefined) return held('lock');
  const { unknown } = sinceLocked;
  if (unknown === null)
    return sinceLocked.digest === image.digest ? held('lock') : refused(movedFinding(image, sinceLocked, 'error'));
  const code = unknown.offline === true ? 'image.offline' : 'image.unverifiable';
  return {
    holds: false,
    isKnown: false,
    finding: findingOf(code, 'whether its tag has moved since it was locked could not be asked', {
      expected: `the tag to stand for ${image.digest} still`,
      found: unknown.message,
      hint: unseenHint([unknown]),
    }),
  };
}

/** That a tag stands for another digest than the locked one, which is the image's. */
export function movedFinding(image: JudgedImage, since: TagSince, level: Finding['level']): Finding {
  return findingOf(
    'lock.moved',
    since.digest === null ? 'its tag is gone since it was locked' : 'its tag has moved since it was locked',
    {
      level,
      expected: image.digest,
      found: since.digest === null ? 'no such tag any more' : since.digest,
      hint: `find out why, then: docker verify lock --update ${image.name}`,
    },
  );
}

/** That an image is used by another digest than the lock holds for its name. */
export function differsFinding(image: JudgedImage, entry: LockEntry, level: Finding['level']): Finding {
  const isWritten = parseReference(image.name).digest !== null;
  return findingOf(
    'lock.differs',
    isWritten ? 'it is written with another digest than the lock holds' : 'it is not the image that was locked',
    {
      level,
      expected: entry.digest,
      found: image.digest,
      hint: isWritten
        ? 'the written digest counts; docker verify lock adds it, docker verify lock --prune takes away what is not used'
        : 'find out which of the two is meant; docker verify lock --check compares',
    },
  );
}
