import { X509Certificate } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificateMaterial, KeyMaterial } from '../../../model/index.ts';
import { readAuthority, readPublicKey } from '../../../policy/index.ts';

const endings = /\.(?:pub|pem)$/i;
const certificateEndings = /\.(?:pem|crt|cer)$/i;
/** Folders of a project in which public keys are kept. */
const keyFolders = ['keys', '.keys', 'cosign', '.cosign'];
const mostFiles = 50;
const largestFile = 65_536; // bytes

async function namesIn(folder: string, ending: RegExp): Promise<readonly string[]> {
  // what is no folder, or may not be read, holds no key for us
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => ending.test(name))
    .toSorted()
    .map((name) => join(folder, name));
}

/** Files of a project that may hold what is looked for. */
async function filesIn(folder: string, ending: RegExp): Promise<readonly string[]> {
  const folders = [folder, ...keyFolders.map((name) => join(folder, name))];
  return (await Promise.all(folders.map((each) => namesIn(each, ending)))).flat().slice(0, mostFiles);
}

/** What `read` makes of a file; null where it is something else: it was only looked at in case. */
async function readIf<Material>(
  path: string,
  read: (path: string) => Promise<Material>,
): Promise<readonly [string, Material] | null> {
  try {
    const found = await lstat(path);
    if (!found.isFile() || found.size > largestFile) return null;
    return [path, await read(path)];
  } catch {
    return null;
  }
}

/**
 * Public keys that lie in a project's folder (`*.pub`, `*.pem`) or in its folder of keys, with their absolute paths. They are tried, and not
 * trusted by lying there.
 */
export async function keysInFolder(folder: string): Promise<readonly (readonly [string, KeyMaterial])[]> {
  const paths = await filesIn(folder, endings);
  return (await Promise.all(paths.map((path) => readIf(path, readPublicKey)))).filter((key) => key !== null);
}

/** Certificates of authorities that lie there (`*.pem`, `*.crt`, `*.cer`), likewise. Certificates of signers do not count. */
export async function authoritiesInFolder(
  folder: string,
): Promise<readonly (readonly [string, CertificateMaterial])[]> {
  const paths = await filesIn(folder, certificateEndings);
  const read = await Promise.all(paths.map((path) => readIf(path, readAuthority)));
  return read.filter((found) => found !== null).filter(([, { pem }]) => new X509Certificate(pem).ca);
}
