import { type Unknown, VerifyError } from '../../../model/index.ts';
import type { LockEntry } from '../../../policy/index.ts';
import type { JudgedImage } from '../../examine/judge/judged-image.ts';
import type { Session } from '../../session/session.ts';
import type { StandardInput } from '../../session/standard-input.ts';
import { usedInProject } from './used-in-project.ts';

type Entries = Readonly<Record<string, LockEntry>>;

/** A lock, and what is known to use it. */
export interface PrunableLock {
  /** The project's. */
  readonly folder: string;
  readonly before: Entries;
  /** What the path uses that was asked about. */
  readonly images: readonly JudgedImage[];
  readonly unknown: readonly Unknown[];
}

/** Why it is not known which entries are no longer used; null where it is known. */
function unprunable({ images, unknown }: PrunableLock): VerifyError | null {
  const unread = images.find(({ resolved, failure }) => resolved === null || failure !== null);
  if (unread === undefined && unknown.length === 0) return null;
  const reason =
    unread === undefined
      ? 'only the build itself shows what else it uses'
      : `${unread.use.name} could not be read, whose triggers may name others`;
  return new VerifyError('dockerfile.unreadable', `nothing can be called unused: ${reason}`, {
    hint: 'leave --prune away',
  });
}

/**
 * The entries of a lock that a Dockerfile of the project uses, as it is written or with the digest that is locked, whichever stage is
 * built; `open` says why nothing can be called unused.
 */
export async function prunedEntries(
  session: Session,
  lock: PrunableLock,
  input: StandardInput,
): Promise<{ readonly kept: Entries; readonly open: VerifyError | null }> {
  const { before, folder, images } = lock;
  try {
    const open = unprunable(lock);
    if (open !== null) return { kept: before, open };
    const used = new Set<string>([
      ...images.map(({ use }) => use.name),
      ...(await usedInProject(session, folder, input)),
    ]);
    const isUsed = ([name, { digest }]: readonly [string, LockEntry]): boolean =>
      used.has(name) || used.has(`${name}@${digest}`);
    return { kept: Object.fromEntries(Object.entries(before).filter(isUsed)), open: null };
  } catch (error) {
    if (error instanceof VerifyError) return { kept: before, open: error };
    throw error;
  }
}
