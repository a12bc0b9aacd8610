import { readdir } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { readBoundedFile, VerifyError } from '../../model/index.ts';
import type { TrustedCollection, TrustFolder } from './docker-trust.ts';

const deepest = 16; // folders
const mostCollections = 1_000;
const largestFile = 8_388_608; // bytes

async function entriesOf(folder: string) {
  return await readdir(folder, { withFileTypes: true }).catch(() => []);
}

/** The folders named `metadata` below `folder`; links are not followed. */
async function metadataFolders(folder: string, depth = 0): Promise<readonly string[]> {
  if (depth > deepest) return [];
  const folders = (await entriesOf(folder))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));
  const found = await Promise.all(
    folders.map(async (each) => (basename(each) === 'metadata' ? [each] : await metadataFolders(each, depth + 1))),
  );
  return found.flat();
}

async function collectionIn(metadata: string, top: string): Promise<TrustedCollection | null> {
  const root = await readBoundedFile(join(metadata, 'root.json'), largestFile);
  if (root === null) return null;
  const targets = await readBoundedFile(join(metadata, 'targets.json'), largestFile);
  const name = relative(top, join(metadata, '..')).split(sep).join('/');
  return { name, root, targets };
}

/**
 * What lies in Docker Content Trust's folder: `tuf/REPOSITORY/metadata/*.json` and `private/ID.key`, of which only the names are read.
 * @throws VerifyError `policy.invalid` where it is no such folder
 */
export async function readTrustFolder(path: string, named: string): Promise<TrustFolder> {
  const tuf = join(path, 'tuf');
  const folders = await metadataFolders(tuf);
  const read = await Promise.all(folders.slice(0, mostCollections).map((each) => collectionIn(each, tuf)));
  const collections = read.filter((each) => each !== null);
  if (collections.length === 0 || folders.length > mostCollections) {
    throw new VerifyError(
      'policy.invalid',
      folders.length > mostCollections
        ? `${named} holds more than ${mostCollections} repositories`
        : `${named} is a folder, and no ~/.docker/trust that has pinned anything`,
      { place: { file: named }, hint: 'name a policy file, or the folder in which Docker Content Trust keeps tuf/' },
    );
  }
  const names = (await entriesOf(join(path, 'private'))).map(({ name }) => name);
  const privateKeys = new Set(
    names.filter((name) => name.endsWith('.key')).map((name) => name.slice(0, -'.key'.length)),
  );
  return { collections: collections.toSorted((a, b) => (a.name < b.name ? -1 : 1)), privateKeys };
}
