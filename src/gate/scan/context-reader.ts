import { createHash } from 'node:crypto';
import { evaluateUserPolicy, type KeptInput, keepInput, readUserPolicy } from '../../builder/index.ts';
import {
  archiveForm,
  archiveHeadSize,
  gitPin,
  httpPin,
  type OpenRepository,
  openRepository,
  readArchivedDockerfile,
  Unread,
} from '../../context/index.ts';
import { type GitReference, isVerifyError, parseGitReference, type SourcePin, VerifyError } from '../../model/index.ts';
import { openDownload } from '../../oci/index.ts';
import { refuseCancelled, type Session } from '../session/session.ts';

const largestDockerfile = 16 * 1024 * 1024;
const largestDownload = 4 * 1024 * 1024 * 1024;

/** A Dockerfile that was found in a context, or why that could not be done before the build. */
export type ContextDockerfile =
  | { readonly kind: 'read'; readonly file: string; readonly bytes: Uint8Array; readonly pin: SourcePin | null }
  | { readonly kind: 'unread'; readonly reason: string };

/** Reads Dockerfiles out of contexts that are no folder. Each is fetched once in a run, so that targets agree on what it is. */
export interface ContextReader {
  /** @throws VerifyError `dockerfile.missing` where the context has no such file */
  git(url: string, filename: string): Promise<ContextDockerfile>;
  /** @throws VerifyError `dockerfile.missing` */
  http(url: string, filename: string): Promise<ContextDockerfile>;
  /** What lies on standard input: an archive, or a Dockerfile itself. @throws VerifyError `dockerfile.missing` */
  kept(kept: KeptInput, filename: string): Promise<ContextDockerfile>;
  /** Removes what was fetched. To be called in every case. */
  close(): Promise<void>;
}

interface Downloaded {
  readonly kept: KeptInput;
  readonly sha256: string;
}

async function sha256Of(kept: KeptInput): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of kept.stream()) hash.update(chunk as Buffer); // no encoding is set
  return hash.digest('hex');
}

async function fetchWhole(session: Session, url: string, signal: AbortSignal): Promise<Downloaded> {
  const { environment, version } = session;
  const download = await openDownload({ url, environment, version, signal });
  const { stream } = download;
  try {
    const kept = await keepInput(stream, environment, { largestInput: largestDownload });
    return { kept, sha256: await sha256Of(kept) };
  } catch (cause) {
    throw new Unread(stream.complete ? `it has more than ${largestDownload} bytes` : 'its download was cut off', {
      cause,
    });
  } finally {
    download.close();
  }
}

/** The user's own source policy may send the builder elsewhere: then what we would read is not what is built. */
async function refuseDiverted(session: Session, pin: SourcePin): Promise<void> {
  const policy = await readUserPolicy(session.environment);
  if (policy === null) return;
  for (const { from, to } of pin.conversions) {
    for (const identifier of [from, to]) {
      const { action, converted } = evaluateUserPolicy(policy, identifier);
      if (converted !== null || action === 'deny') throw new Unread('your own source policy speaks of it');
    }
  }
}

/** What went wrong, without what may hold credentials. */
function reasonOf(error: unknown): string {
  if (error instanceof Unread || error instanceof VerifyError) return error.message;
  const { code } = error as { readonly code?: unknown }; // Node's network and file errors
  return typeof code === 'string' ? `it cannot be fetched: ${code}` : 'it cannot be fetched';
}

async function orUnread(session: Session, read: () => Promise<ContextDockerfile>): Promise<ContextDockerfile> {
  try {
    return await read();
  } catch (error) {
    refuseCancelled(session);
    if (isVerifyError(error, 'dockerfile.missing', 'builder.policy-unsupported', 'file.unwritable', 'internal'))
      throw error;
    return { kind: 'unread', reason: reasonOf(error) };
  }
}

async function readKept(
  kept: KeptInput,
  filename: string,
  signal: AbortSignal,
  name: string,
): Promise<ContextDockerfile> {
  const form = archiveForm(await kept.head(archiveHeadSize));
  if (form !== null) {
    const bytes = await readArchivedDockerfile({ kept, form, filename, signal });
    return { kind: 'read', file: filename, bytes, pin: null };
  }
  return { kind: 'read', file: name, bytes: await kept.head(largestDockerfile), pin: null };
}

function once<Value>(known: Map<string, Promise<Value>>, key: string, open: () => Promise<Value>): Promise<Value> {
  const begun = known.get(key) ?? open();
  known.set(key, begun);
  return begun;
}

/** A reader for one run, within `--timeout`. */
export function openContextReader(session: Session): ContextReader {
  const signal = AbortSignal.any([session.signal, AbortSignal.timeout(session.own.timeout)]);
  const repositories = new Map<string, Promise<OpenRepository>>();
  const downloads = new Map<string, Promise<Downloaded>>();
  const repositoryOf = (reference: GitReference): Promise<OpenRepository> => {
    const { remote, ref, checksum, byCommit } = reference;
    const key = JSON.stringify([remote, ref, checksum, byCommit]);
    return once(repositories, key, () => openRepository(reference, session.environment, signal));
  };
  return {
    git: (url, filename) =>
      orUnread(session, async () => {
        const reference = parseGitReference(url);
        if (reference === null) throw new Unread('its address is unusual');
        session.progress('reading the repository');
        const repository = await repositoryOf(reference);
        const pin = gitPin(reference, repository.commit);
        if (pin !== null) await refuseDiverted(session, pin);
        return { kind: 'read', file: filename, bytes: await repository.read(reference.subfolder, filename), pin };
      }),
    http: (url, filename) =>
      orUnread(session, async () => {
        session.progress('reading the context');
        const { kept, sha256 } = await once(downloads, url, () => fetchWhole(session, url, signal));
        const pin = httpPin(url, sha256);
        if (pin === null) throw new Unread('a source policy cannot name its URL');
        await refuseDiverted(session, pin);
        const read = await readKept(kept, filename, signal, pin.name);
        return read.kind === 'read' ? { ...read, pin } : read;
      }),
    kept: (kept, filename) => orUnread(session, () => readKept(kept, filename, signal, '-')),
    async close() {
      for (const begun of repositories.values()) (await begun.catch(() => null))?.close();
      for (const begun of downloads.values()) (await begun.catch(() => null))?.kept.dispose();
    },
  };
}
