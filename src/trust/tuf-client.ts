import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Updater, type UpdaterOptions } from 'tuf-js';
// Not among what the package's index names, yet its client tells by this class alone that a newest root has no successor.
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import { makeFolder } from '../model/index.ts';
import { provenTufRoot, type RootProof, type TufStart, trustedRootTarget } from './root-proof.ts';

/** What a server answered to a GET, read whole. */
export interface FetchedFile {
  readonly status: number;
  readonly body: Uint8Array;
}

/**
 * Gets one file of a TUF repository; any status is an answer.
 * @param limit the most bytes that a good answer may have: more are refused
 * Rejects where there is no answer.
 */
export type FetchFile = (url: string, limit: number) => Promise<FetchedFile>;

/** What a trusted root may have: the repository's own word on its length is bounded by it. */
const largestTarget = 4 * 1024 * 1024;

type Fetcher = NonNullable<UpdaterOptions['fetcher']>;

async function body(fetchFile: FetchFile, url: string, limit: number): Promise<Buffer> {
  const bound = Math.min(limit, largestTarget);
  const { status, body: bytes } = await fetchFile(url, bound);
  if (status !== 200) throw new DownloadHTTPError(`${url} answered ${status}`, status);
  if (bytes.length > bound) throw new Error(`${url} has more than ${bound} bytes`);
  return Buffer.from(bytes);
}

/** The network as the TUF client sees it: ours, with nothing written but in `folder`. Each TUF root that it gets is added to `roots`. */
function fetcherOf(fetchFile: FetchFile, folder: string, roots: string[]): Fetcher {
  return {
    async downloadBytes(url, limit) {
      const bytes = await body(fetchFile, url, limit);
      if (/\/\d+\.root\.json$/.test(url)) roots.push(bytes.toString('utf8'));
      return bytes;
    },
    async downloadFile(url, limit, handler) {
      const bytes = await body(fetchFile, url, limit);
      const path = join(folder, 'download');
      try {
        await writeFile(path, bytes, { mode: 0o600 });
        return await handler(path);
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

function updaterOf(mirror: string, folder: string, fetcher: Fetcher): Updater {
  return new Updater({
    metadataBaseUrl: mirror,
    metadataDir: folder,
    targetBaseUrl: `${mirror}/targets`,
    targetDir: join(folder, 'targets'),
    fetcher,
  });
}

/** A client on the state in `folder`, whatever root lies there: only `tufRoot` is known to be the repository's. */
async function openClient(mirror: string, folder: string, tufRoot: string, fetcher: Fetcher): Promise<Updater> {
  await makeFolder(join(folder, 'targets'), 0o700);
  await writeFile(join(folder, 'root.json'), tufRoot, { mode: 0o600 });
  return updaterOf(mirror, folder, fetcher);
}

/** A trusted root as a TUF repository hands it out now, JSON, with what proves it to a later run. */
interface HandedOut {
  readonly json: string;
  /** The roots after the one that was begun with. */
  readonly proof: RootProof;
}

/**
 * The trusted root that a TUF repository hands out now: from root to target by the client workflow of the TUF specification.
 * @param folder what the client keeps between its runs (versions that were seen, so that an attacker cannot bring back an older one)
 * @param start where to begin: with the root that comes with the program, or the last that one of its followers proves
 * Rejects with the client's errors: what is not signed, expired, older than what was seen, or larger than it may be.
 */
export async function fetchTrustedRoot(
  mirror: string,
  folder: string,
  start: TufStart,
  fetchFile: FetchFile,
): Promise<HandedOut> {
  const roots: string[] = [];
  const client = await openClient(mirror, folder, start.root, fetcherOf(fetchFile, folder, roots));
  await client.refresh();
  const info = await client.getTargetInfo(trustedRootTarget);
  if (info === undefined) throw new Error(`the repository has no ${trustedRootTarget}`);
  const path = (await client.findCachedTarget(info)) ?? (await client.downloadTarget(info));
  const [json, targets] = await Promise.all([readFile(path, 'utf8'), readFile(join(folder, 'targets.json'), 'utf8')]);
  const proof = { roots, targets };
  provenTufRoot(proof, json, start);
  return { json, proof };
}
