import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { type Environment, folderNamedBy, readBoundedInput, VerifyError } from '../../model/index.ts';
import { bounds } from './bounds.ts';

/** What certs.d holds for one host (docs.docker.com, "Verify repository client with certificates"). PEM. */
export interface HostCertificates {
  readonly authorities: readonly string[];
  /** Client certificates and their keys, pairwise. */
  readonly certificates: readonly string[];
  readonly keys: readonly string[];
}

/** The folders in which Docker looks for certificates by host: the daemon's, and a rootless daemon's. */
export function certificateFolders(environment: Environment): readonly string[] {
  if (environment.platform === 'win32') {
    return [join(folderNamedBy(environment, 'ProgramData') ?? 'C:\\ProgramData', 'docker', 'certs.d')];
  }
  return ['/etc/docker/certs.d', join(environment.homeDirectory, '.config', 'docker', 'certs.d')];
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new VerifyError('config.invalid', `${folder} cannot be read`, { place: { file: folder }, cause: error });
  }
}

async function readPem(file: string): Promise<string> {
  try {
    return (await readBoundedInput(file, bounds.certificate)).toString('utf8');
  } catch (error) {
    throw new VerifyError('config.invalid', `${file} cannot be read`, { place: { file }, cause: error });
  }
}

async function readFolder(folder: string): Promise<HostCertificates> {
  const names = await namesIn(folder);
  const paired = names.filter((name) => name.endsWith('.cert'));
  for (const name of paired) {
    const key = `${name.slice(0, -'.cert'.length)}.key`;
    if (!names.includes(key)) {
      throw new VerifyError('config.invalid', `${join(folder, name)} has no ${key} beside it`, {
        hint: 'a client certificate needs its key; an authority ends in .crt',
        place: { file: join(folder, name) },
      });
    }
  }
  const read = (chosen: readonly string[]): Promise<string[]> =>
    Promise.all(chosen.map((name) => readPem(join(folder, name))));
  return {
    authorities: await read(names.filter((name) => name.endsWith('.crt'))),
    certificates: await read(paired),
    keys: await read(paired.map((name) => `${name.slice(0, -'.cert'.length)}.key`)),
  };
}

/**
 * The certificates that certs.d holds for `host` (with its port); null for none.
 * @throws VerifyError `config.invalid`
 */
export async function readHostCertificates(host: string, folders: readonly string[]): Promise<HostCertificates | null> {
  if (!/^[\w[][\w.:[\]-]*$/.test(host)) return null;
  for (const folder of folders) {
    const found = await readFolder(join(folder, host));
    if (found.authorities.length + found.certificates.length > 0) return found;
  }
  return null;
}

let combined: string[] | null = null;

/** Node's authorities and the system's together. Reading the system's takes tens of milliseconds, so it is done when a chain ends at neither. */
export function allAuthorities(): string[] {
  combined ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
  return combined;
}
