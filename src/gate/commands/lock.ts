import { join } from 'node:path';
import { type CanonicalName, VerifyError } from '../../model/index.ts';
import { formatLock, type LockChange, type LockEntry, lockFileName, readLock, updateLock } from '../../policy/index.ts';
import { establishedSigner } from '../examine/established-signer.ts';
import type { ExaminedImage } from '../examine/examined-image.ts';
import type { Session } from '../session/session.ts';
import type { StandardInput } from '../session/standard-input.ts';
import { writeWholeFile } from '../session/write-whole-file.ts';
import { examineOperands } from './examined-target.ts';

/** How a lock is to be written. */
export interface LockRequest {
  readonly args: readonly string[];
  /** Only say whether the lock is current. */
  readonly check: boolean;
  /** Take away what is no longer used. */
  readonly prune: boolean;
  /** Accept signed images that turned unsigned or that another one signs now. */
  readonly confirmed: boolean;
  /** Lock these images alone; all that are used where nothing is said. */
  readonly names?: ReadonlySet<CanonicalName>;
}

/** What locking found. */
export interface LockOutcome {
  readonly file: string;
  readonly changes: readonly LockChange[];
  /** `refused`: a signer changed or vanished and nobody confirmed it, so nothing was written. */
  readonly result: 'written' | 'current' | 'outdated' | 'refused';
}

function entryOf(image: ExaminedImage, now: Date): LockEntry {
  // a digest that was written down says nothing of who signed it while its registry cannot be asked
  if (image.failure !== null) throw image.failure;
  if (image.resolved === null || (image.resolved.source !== 'registry' && image.resolved.source !== 'written')) {
    throw new VerifyError(
      'registry.not-found',
      `${image.use.name} is only in the local store, so there is nothing to lock`,
      { hint: 'push it, or take it out of the Dockerfile' },
    );
  }
  return {
    digest: image.resolved.root.digest,
    signer: establishedSigner(image),
    lockedAt: now.toISOString().replace(/\.\d{3}Z$/, 'Z'),
  };
}

function isChange({ kind }: LockChange): boolean {
  return kind !== 'same';
}

/**
 * Writes or updates the project's lock for the images that a path uses, or that are named.
 * @throws VerifyError also where of one image it could not be established what it is and who signed it: the file stays as it is then
 */
export async function lock(session: Session, request: LockRequest, input: StandardInput): Promise<LockOutcome> {
  const { pipeline, images } = await examineOperands(session, request.args, input);
  try {
    const folder = pipeline.policies.projectFolder ?? session.environment.workingDirectory;
    const before = (await readLock(folder)).images;
    const now = session.now();
    const meant = images.filter(({ use }) => request.names?.has(use.name) ?? true);
    const entries = meant.map((image) => [image.use.name, entryOf(image, now)] as const);
    const wanted = { ...(request.prune ? {} : before), ...Object.fromEntries(entries) };
    const { images: after, changes } = updateLock(before, wanted);
    const file = join(folder, lockFileName);
    const changed = changes.filter(isChange);
    if (changed.length === 0) return { file, changes, result: 'current' };
    if (request.check) return { file, changes, result: 'outdated' };
    const unconfirmed = changed.some(({ needsConfirmation }) => needsConfirmation) && !request.confirmed;
    if (unconfirmed) return { file, changes, result: 'refused' };
    await writeWholeFile(file, formatLock(after));
    return { file, changes, result: 'written' };
  } finally {
    await pipeline.close();
  }
}
