import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Updater, type UpdaterOptions } from 'tuf-js';
// Not among what the package's index names, yet its client tells by this class alone that a newest root has no successor.
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import { parseBoundedJson } from '../model/index.ts';

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
const target = 'trusted_root.json';

async function body(fetchFile: FetchFile, url: string, limit: number): Promise<Buffer> {
  const bound = Math.min(limit, largestTarget);
  const { status, body: bytes } = await fetchFile(url, bound);
  if (status !== 200) throw new DownloadHTTPError(`${url} answered ${status}`, status);
  if (bytes.length > bound) throw new Error(`${url} has more than ${bound} bytes`);
  return Buffer.from(bytes);
}

/** The network as the TUF client sees it: ours, with nothing written but in `folder`. */
function fetcherOf(fetchFile: FetchFile, folder: string): NonNullable<UpdaterOptions['fetcher']> {
  return {
    downloadBytes: (url, limit) => body(fetchFile, url, limit),
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

function versionOf(root: string): number {
  const { signed } = parseBoundedJson(root) as { readonly signed?: { readonly version?: unknown } };
  return typeof signed?.version === 'number' ? signed.version : 0;
}

function updaterOf(mirror: string, folder: string, fetchFile: FetchFile): Updater {
  return new Updater({
    metadataBaseUrl: mirror,
    metadataDir: folder,
    targetBaseUrl: `${mirror}/targets`,
    targetDir: join(folder, 'targets'),
    fetcher: fetcherOf(fetchFile, folder),
  });
}

/**
 * A client on the state in `folder`, from its root or from `tufRoot`, whichever is newer. A state whose root is damaged is begun anew.
 */
async function openClient(mirror: string, folder: string, tufRoot: string, fetchFile: FetchFile): Promise<Updater> {
  const path = join(folder, 'root.json');
  const least = versionOf(tufRoot);
  await mkdir(join(folder, 'targets'), { recursive: true, mode: 0o700 });
  try {
    if (existsSync(path) && versionOf(readFileSync(path, 'utf8')) >= least) {
      return updaterOf(mirror, folder, fetchFile);
    }
  } catch {
    await rm(folder, { recursive: true, force: true });
    await mkdir(join(folder, 'targets'), { recursive: true, mode: 0o700 });
  }
  writeFileSync(path, tufRoot, { mode: 0o600 });
  return updaterOf(mirror, folder, fetchFile);
}

/**
 * The trusted root that a TUF repository hands out now, JSON: from root to target by the client workflow of the TUF specification.
 * @param folder what the client keeps between its runs (versions that were seen, so that an attacker cannot bring back an older one)
 * Rejects with the client's errors: what is not signed, expired, older than what was seen, or larger than it may be.
 */
export async function fetchTrustedRoot(
  mirror: string,
  folder: string,
  tufRoot: string,
  fetchFile: FetchFile,
): Promise<string> {
  const client = await openClient(mirror, folder, tufRoot, fetchFile);
  await client.refresh();
  const info = await client.getTargetInfo(target);
  if (info === undefined) throw new Error(`the repository has no ${target}`);
  const path = (await client.findCachedTarget(info)) ?? (await client.downloadTarget(info));
  return await readFile(path, 'utf8');
}
