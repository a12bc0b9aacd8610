import { dirname, isAbsolute, relative, sep } from 'node:path';

/** The path from a folder to what lies in it, empty for the folder itself; null for what lies elsewhere. Both absolute. */
export function pathWithin(folder: string, path: string): string | null {
  const within = relative(folder, path);
  return isAbsolute(within) || within.split(sep)[0] === '..' ? null : within;
}

/** The folders above an absolute path, the nearest first. */
export function foldersAbove(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === path ? [] : [folder, ...foldersAbove(folder)];
}
