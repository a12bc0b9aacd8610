import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyMaterial } from '../../model/index.ts';
import { readPublicKey } from '../../policy/index.ts';

const endings = /\.(?:pub|pem)$/i;
/** Folders of a project in which public keys are kept. */
const keyFolders = ['keys', '.keys', 'cosign', '.cosign'];
const mostFiles = 50;
const largestFile = 65_536; // bytes

async function namesIn(folder: string): Promise<readonly string[]> {
  // what is no folder, or may not be read, holds no key for us
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => endings.test(name))
    .toSorted()
    .map((name) => join(folder, name));
}

async function keyIn(path: string): Promise<readonly [string, KeyMaterial] | null> {
  try {
    const found = await lstat(path);
    if (!found.isFile() || found.size > largestFile) return null;
    return [path, await readPublicKey(path)];
  } catch {
    // a certificate, a private key, anything: it was only looked at in case it is a public key
    return null;
  }
}

/**
 * Public keys that lie in a project's folder (`*.pub`, `*.pem`) or in its folder of keys, with their absolute paths. They are tried, and not
 * trusted by lying there.
 */
export async function keysInFolder(folder: string): Promise<readonly (readonly [string, KeyMaterial])[]> {
  const folders = [folder, ...keyFolders.map((name) => join(folder, name))];
  const paths = (await Promise.all(folders.map(namesIn))).flat().slice(0, mostFiles);
  return (await Promise.all(paths.map(keyIn))).filter((key) => key !== null);
}
