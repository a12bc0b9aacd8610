import { type GitReference, type SourcePin, withoutCredentials } from '../model/index.ts';

/** `/` and the path, cleaned as Go's path.Join does: BuildKit names repositories by it. */
function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  return `/${kept.join('/')}`;
}

/** What follows the repository in an identifier. */
function fragment(ref: string, folder: string): string {
  const named = folder === '' ? ref : `${ref}:${folder}`;
  return named === '' ? '' : `#${named}`;
}

/**
 * Holds BuildKit to a commit: whatever it would call the ref of this repository by is turned into the commit (client/llb: Git). Null
 * where the ref is a commit itself.
 */
export function gitPin(reference: GitReference, commit: string): SourcePin | null {
  const { host, user, path, ref, subfolder, writtenSubfolder } = reference;
  if (ref === commit) return null;
  // before BuildKit 0.13 the user was part of the name
  const hosts = [host, ...(user === null ? [] : [`${user}@${host}`])];
  const folders = [...new Set(['', subfolder, writtenSubfolder])];
  const conversions = hosts.flatMap((name) =>
    folders.map((folder) => {
      const repository = `git://${name}${cleanPath(path)}`;
      return { from: `${repository}${fragment(ref ?? '', folder)}`, to: `${repository}${fragment(commit, folder)}` };
    }),
  );
  return {
    name: `${host}${cleanPath(path)}${fragment(ref ?? '', subfolder)}`,
    conversions,
    // BuildKit then fetches this commit alone, where it knows how to; without, all that led to it
    attributes: { 'git.checksum': commit, 'git.fetchbycommit': 'true' },
    hash: commit,
  };
}

/** Holds BuildKit to the bytes that a URL gave; null for a URL that a source policy cannot name. */
export function httpPin(url: string, sha256: string): SourcePin | null {
  if (/[*$\s]/.test(url)) return null;
  return {
    name: withoutCredentials(url).replace(/[?#].*$/s, ''),
    conversions: [{ from: url, to: url }],
    attributes: { 'http.checksum': `sha256:${sha256}` },
    hash: sha256,
  };
}
