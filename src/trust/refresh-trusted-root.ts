import { randomUUID } from 'node:crypto';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, messageOf, systemCode, type TrustedRootSource, VerifyError } from '../model/index.ts';
import { type CachedRoot, cachedTrustedRoot, keepTrustedRoot } from './cached-root.ts';
import type { provenTufRoot, TufStart } from './root-proof.ts';
import type { TrustInstance } from './trust-instance.ts';
import type { FetchFile } from './tuf-client.ts';

export interface RefreshRequest {
  readonly instance: TrustInstance;
  /** Our own cache folder for trust, absolute; made where it is missing. */
  readonly directory: string;
  /** No attempt to reach the network. */
  readonly offline: boolean;
  readonly now: Date;
  /** A root that was confirmed within this many days is left alone; 0 asks always. */
  readonly maxAgeDays: number;
  /** The way to the repository: where its deadline is over, it rejects. */
  readonly fetchFile: FetchFile;
  /** The TUF root to start from, JSON; left out: the embedded one. */
  readonly tufRoot?: string;
}

/** What became of a refresh. It never fails a run: `failed` says why, and what was there before still counts. */
export interface RefreshOutcome {
  readonly status: 'refreshed' | 'unchanged' | 'fresh' | 'offline' | 'failed';
  readonly root: TrustedRootSource | null;
  readonly error: VerifyError | null;
}

const day = 86_400_000;

/** TUF writes its state file by file: it works on a copy, which takes the old state's place only when all went well. */
async function inCopy<Result>(state: string, work: (copy: string) => Promise<Result>): Promise<Result> {
  const copy = `${state}.${randomUUID()}`;
  try {
    await cp(state, copy, { recursive: true }).catch(async () => {
      await rm(copy, { recursive: true, force: true });
      await makeFolder(copy, 0o700);
    });
    const result = await work(copy);
    await rm(state, { recursive: true, force: true });
    await rename(copy, state);
    return result;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** The last TUF root that was seen, so that nobody can bring back an older one; the first where nothing proves another. */
function lastSeen(cached: CachedRoot | null, first: TufStart, proven: typeof provenTufRoot): string {
  try {
    return cached === null ? first.root : proven(cached.proof, cached.root.json, first);
  } catch {
    return first.root; // a root that comes with the program counts without a proof
  }
}

/** The trusted root now, with its proof from the TUF root that comes with the program on. */
async function fetchRoot(
  { instance, directory, tufRoot, fetchFile }: RefreshRequest,
  cached: CachedRoot | null,
): Promise<Pick<CachedRoot, 'proof'> & { readonly json: string }> {
  await makeFolder(directory, 0o700);
  const [{ fetchTrustedRoot }, { provenTufRoot: proven }, { tufStart }] = await Promise.all([
    import('./tuf-client.ts'),
    import('./root-proof.ts'),
    import('./embedded-tuf-roots.ts'),
  ]);
  const first = tufStart(instance.name, tufRoot);
  if (first === null) throw new Error('no TUF root is known to start from');
  const start = lastSeen(cached, first, proven);
  const { json, proof } = await inCopy(join(directory, `tuf-${instance.name}`), (copy) =>
    fetchTrustedRoot(instance.mirror, copy, { ...first, root: start }, fetchFile),
  );
  const before = start === first.root ? [] : (cached?.proof.roots ?? []);
  return { json, proof: { ...proof, roots: [...before, ...proof.roots] } };
}

/** What must be so for another attempt to go well: metadata that has expired is more often seen by a clock that is ahead. */
function whenAgain(error: unknown): string {
  if (/expired/i.test(messageOf(error))) return "once this machine's clock is right";
  return ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOSPC'].includes(systemCode(error))
    ? 'once its cache can be written (XDG_CACHE_HOME names another place)'
    : 'when the network is there';
}

/**
 * Asks the instance's TUF repository for its trusted root and keeps it, unless it was confirmed lately. Never throws and
 * is meant to run beside a build, which does not wait for it.
 */
export async function refreshTrustedRoot(request: RefreshRequest): Promise<RefreshOutcome> {
  const { instance, directory, now } = request;
  const cached = await cachedTrustedRoot(instance, directory, request.tufRoot);
  const former = cached?.root ?? null;
  if (request.offline) return { status: 'offline', root: former, error: null };
  // A confirmation in the future does not count: the clock has been set since.
  const age = cached === null ? -1 : now.getTime() - Date.parse(cached.checked);
  if (age >= 0 && age < request.maxAgeDays * day) {
    return { status: 'fresh', root: former, error: null };
  }
  try {
    const { json, proof } = await fetchRoot(request, cached);
    const { parseTrustedRoots } = await import('./parse-trusted-root.ts');
    const [found] = parseTrustedRoots(json, { layer: 'builtin', source: instance.source, updated: now.toISOString() });
    if (found === undefined) throw new Error('the repository holds no trusted root');
    const isSame = former !== null && found.id === former.id;
    const root = isSame ? former : { ...found, thresholds: instance.thresholds };
    await keepTrustedRoot(instance, directory, root, now.toISOString(), proof);
    return { status: isSame ? 'unchanged' : 'refreshed', root, error: null };
  } catch (error) {
    const reason = messageOf(error);
    const failure = new VerifyError(
      'trust.unavailable',
      `the trusted root of ${instance.source} could not be refreshed: ${reason}`,
      {
        hint: `the root in use still counts; run "docker verify trust update" ${whenAgain(error)}`,
        cause: error,
      },
    );
    return { status: 'failed', root: former, error: failure };
  }
}
