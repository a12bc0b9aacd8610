import { posix, resolve, win32 } from 'node:path';
import { pathWithin } from '../../model/index.ts';

/** Where the file names of a report lie. */
export interface Checkout {
  /** The folder that the repository was checked out into, absolute: where code scanning begins to count. */
  readonly root: string;
  /** What the report's names are relative to, absolute. */
  readonly workingDirectory: string;
}

/** A file as a service that shows a repository names it. */
export interface FilePlace {
  /** Percent-encoded; relative to the checkout's root where `isInside`. */
  readonly uri: string;
  readonly isInside: boolean;
}

function encoded(path: string): string {
  // what is no character cannot be part of a URI
  return path
    .replace(/\p{Cs}/gu, '\ufffd')
    .replaceAll('\\', '/')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
}

function isAbsoluteAnywhere(file: string): boolean {
  return posix.isAbsolute(file) || win32.isAbsolute(file);
}

/** A path as the relative reference or file URI that SARIF asks for (SARIF 2.1.0, section 3.4.3). */
function uriOf(file: string): string {
  const path = encoded(file);
  if (path.startsWith('/')) return `file://${path}`;
  const drive = /^([A-Za-z])%3A\//.exec(path);
  return drive === null ? path : `file:///${drive[1]}:/${path.slice(drive[0].length)}`;
}

/** The folder as a URI that relative references can follow (SARIF 2.1.0, section 3.14.14: it ends in a slash). */
export function folderUriOf(folder: string): string {
  const uri = uriOf(folder);
  return uri.endsWith('/') ? uri : `${uri}/`;
}

/** A file of a report, relative to the root of the checkout where it lies there; as it is written where no checkout is known. */
export function placeOf(file: string, checkout: Checkout | null): FilePlace {
  if (checkout === null) return { uri: uriOf(file), isInside: !isAbsoluteAnywhere(file) };
  const path = resolve(checkout.workingDirectory, file);
  const inside = pathWithin(checkout.root, path) ?? '';
  const isInside = inside !== '';
  return { uri: isInside ? encoded(inside) : uriOf(path), isInside };
}
