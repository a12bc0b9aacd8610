import { join } from 'node:path';
import { type CanonicalName, namedFrom, parseReference, VerifyError } from '../../../model/index.ts';
import {
  formatLock,
  type LockChange,
  type LockEntry,
  lockEntryOf,
  lockFileName,
  readLock,
  updateLock,
} from '../../../policy/index.ts';
import { examineUses } from '../../examine/examination/examine-build.ts';
import { establishedSigner } from '../../examine/judge/established-signer.ts';
import type { JudgedImage } from '../../examine/judge/judged-image.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import type { Session } from '../../session/session.ts';
import type { StandardInput } from '../../session/standard-input.ts';
import { writeWholeFile } from '../../session/write-whole-file.ts';
import { imageOperands } from '../images/operands.ts';
import { type ExaminedPath, withExaminedPath } from './examined-target.ts';
import { prunedEntries } from './pruned-entries.ts';

/** How a lock is to be written. */
export interface LockRequest {
  /** Of the path. */
  readonly args: readonly string[];
  /** Only say whether lock, Dockerfile and registry agree. */
  readonly check: boolean;
  /** Take away what is no longer used. */
  readonly prune: boolean;
  /** Which entries move to what their tags stand for now. */
  readonly update: 'none' | 'all' | ReadonlySet<CanonicalName>;
  /** Accept signed images that turned unsigned or that another one signs now. */
  readonly confirmed: boolean;
  /** Look at these images alone; at all that are used where nothing is said. */
  readonly names?: ReadonlySet<CanonicalName>;
}

/** Something that could not be established, so that nothing is written. */
export interface LockFailure {
  /** Null where it is about no single image. */
  readonly name: CanonicalName | null;
  readonly error: VerifyError;
}

/** What locking found. */
export interface LockOutcome {
  /** The lock, as named to the user. */
  readonly file: string;
  readonly changes: readonly LockChange[];
  /** Entries whose tags stand for something else now, and that stay as they are. */
  readonly moved: readonly { readonly name: CanonicalName; readonly locked: string; readonly tag: string | null }[];
  readonly failures: readonly LockFailure[];
  /**
   * `refused`: a signer changed or vanished and this was not confirmed; `unestablished`: the digest or the signer of an image could not
   * be established. Nothing is written then.
   */
  readonly result: 'written' | 'current' | 'outdated' | 'refused' | 'unestablished';
}

type Entries = Readonly<Record<string, LockEntry>>;

/** @throws VerifyError where it is not established what the image is or who signed it */
function entryOf(image: JudgedImage, now: Date): LockEntry {
  // a digest that was written down says nothing of who signed it while its registry cannot be asked
  if (image.failure !== null) throw image.failure;
  const { resolved, use } = image;
  if (resolved === null || resolved.source === 'local' || resolved.source === 'layout') {
    throw new VerifyError('registry.not-found', `${use.name} is only in the local store, so there is nothing to lock`, {
      hint: 'push it, or take it out of the Dockerfile',
    });
  }
  if (resolved.keptFor !== undefined) {
    throw new VerifyError('registry.offline', `what ${use.name} stands for now was not asked`, {
      hint: 'run it without --offline',
    });
  }
  return {
    digest: resolved.root.digest,
    signer: establishedSigner(image),
    lockedAt: now.toISOString().replace(/\.\d{3}Z$/, 'Z'),
  };
}

/** Whether the lock has nothing for an image, or another digest than the one that its name is written with. */
function isMissing(before: Entries, name: CanonicalName): boolean {
  const entry = lockEntryOf({ path: '', exists: true, images: before }, { name });
  const { digest } = parseReference(name);
  return entry === null || (digest !== null && digest !== entry.digest);
}

/** Images that are named and locked without being used here. */
async function examineUnused(
  pipeline: Pipeline,
  { update }: LockRequest,
  images: readonly JudgedImage[],
  before: Entries,
): Promise<readonly JudgedImage[]> {
  if (typeof update === 'string') return [];
  const unused = [...update].filter((name) => !images.some(({ use }) => use.name === name));
  const unknown = unused.find((name) => !Object.hasOwn(before, name));
  if (unknown !== undefined) {
    const { registry, repository } = parseReference(unknown);
    const near = images.map(({ use }) => use.name).filter((name) => name.startsWith(`${registry}/${repository}`));
    throw new VerifyError('usage.invalid', `${unknown} is neither used here nor locked`, {
      hint: near.length > 0 ? `it is used as ${near.join(', ')}` : 'name an image as the Dockerfile does',
    });
  }
  return await examineUses(pipeline, imageOperands(unused, [], pipeline.session), null);
}

/** The images whose entries are to be looked at: what is missing, and with --refresh who signed what is there. */
function meantImages(
  images: readonly JudgedImage[],
  { check, update, names }: LockRequest,
  before: Entries,
  refresh: boolean,
): readonly JudgedImage[] {
  // what is written with the digest that is locked for its tag needs no entry of its own
  if (check || update === 'all')
    return images.filter(({ use }) => Object.hasOwn(before, use.name) || isMissing(before, use.name));
  if (update !== 'none') return images.filter(({ use }) => update.has(use.name));
  return images.filter(({ use }) => names?.has(use.name) ?? (refresh || isMissing(before, use.name)));
}

interface Established {
  readonly entries: Entries;
  readonly failures: readonly LockFailure[];
}

function establish(images: readonly JudgedImage[], now: Date): Established {
  const entries: Record<string, LockEntry> = {};
  const failures: LockFailure[] = [];
  for (const image of images) {
    try {
      entries[image.use.name] = entryOf(image, now);
    } catch (error) {
      if (!(error instanceof VerifyError)) throw error;
      failures.push({ name: image.use.name, error });
    }
  }
  return { entries, failures };
}

function movedOf(images: readonly JudgedImage[]): LockOutcome['moved'] {
  return images.flatMap(({ use, resolved, decision }) => {
    const finding = decision.findings.find(({ code, level }) => code === 'lock.moved' && level === 'warning');
    const locked = resolved?.root.digest;
    return finding === undefined || locked === undefined
      ? []
      : [{ name: use.name, locked, tag: finding.found?.startsWith('sha256:') === true ? finding.found : null }];
  });
}

async function lockExamined(
  { pipeline, images, unknown }: ExaminedPath,
  request: LockRequest,
  input: StandardInput,
): Promise<LockOutcome> {
  const { update, check } = request;
  const { session } = pipeline;
  const folder = pipeline.policies.projectFolder ?? session.environment.workingDirectory;
  const file = join(folder, lockFileName);
  const shown = namedFrom(session.environment.workingDirectory, folder);
  const before = (await readLock(folder, shown)).images;
  const all = [...images, ...(await examineUnused(pipeline, request, images, before))];
  const { entries, failures } = establish(meantImages(all, request, before, session.own.refresh), session.now());
  const { kept, open } = request.prune
    ? await prunedEntries(session, { folder, before, images: all, unknown }, input)
    : { kept: before, open: null };
  const compared = updateLock(before, { ...kept, ...entries });
  const found = {
    file: join(shown, lockFileName),
    changes: compared.changes,
    moved: movedOf(images),
    failures: open === null ? failures : [...failures, { name: null, error: open }],
  };
  if (found.failures.length > 0) return { ...found, result: 'unestablished' };
  if (compared.changes.every(({ kind }) => kind === 'same')) return { ...found, result: 'current' };
  if (check) return { ...found, result: 'outdated' };
  const isConfirmed = request.confirmed && update !== 'none';
  if (!isConfirmed && compared.changes.some(({ needsConfirmation }) => needsConfirmation))
    return { ...found, result: 'refused' };
  // entries stay as they are unless the command line asks to move them
  const { images: after, changes } = update === 'none' ? updateLock(before, { ...entries, ...kept }) : compared;
  if (changes.every(({ kind }) => kind === 'same')) return { ...found, changes, result: 'current' };
  await writeWholeFile(file, formatLock(after));
  return { ...found, changes, result: 'written' };
}

/**
 * Adds to the project's lock what is missing of the images that a path uses, and moves the entries that `update` names. Nothing is written
 * where anything that would be could not be established.
 * @throws VerifyError `usage.*`, `dockerfile.*`, `policy.*`, `lock.invalid`, …
 */
export async function lock(session: Session, request: LockRequest, input: StandardInput): Promise<LockOutcome> {
  const { update, check } = request;
  const unlocked = check || update === 'all' ? 'all' : update === 'none' ? new Set<CanonicalName>() : update;
  return await withExaminedPath(session, { args: request.args, input, unlocked }, (examined) =>
    lockExamined(examined, request, input),
  );
}
