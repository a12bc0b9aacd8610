import type { GitReference } from './git-reference.ts';

/** A URL taken apart without the rewriting that a URL parser does: BuildKit compares what was written. */
interface Parts {
  readonly scheme: GitReference['scheme'];
  readonly user: string | null;
  readonly host: string;
  readonly path: string;
  /** Null where there is none. */
  readonly query: string | null;
  readonly fragment: string;
  readonly remote: string;
}

/** Go's URL parser compares paths without their percent signs. */
function decodedPart(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

const schemes = ['https', 'http', 'ssh', 'git'] as const;
const urlForm = /^([a-z]+):\/\/(?:([^/?#]*)@)?([^/?#@]+)(\/[^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
const scpForm = /^([\w-]+)@([a-zA-Z0-9.-]+):([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

function urlParts(text: string): Parts | null {
  const isShort = text.startsWith('github.com/');
  const [, schemeName, user, host = '', writtenPath = '', query, writtenFragment = ''] =
    urlForm.exec(isShort ? `https://${text}` : text) ?? [];
  const scheme = schemes.find((name) => name === schemeName);
  const path = decodedPart(writtenPath);
  const fragment = decodedPart(writtenFragment);
  if (scheme === undefined || path === null || fragment === null) return null;
  const isHttp = scheme === 'https' || scheme === 'http';
  if (isHttp && !isShort && !path.endsWith('.git')) return null;
  const remote = `${scheme}://${user === undefined ? '' : `${user}@`}${host}${writtenPath}`;
  return { scheme, user: user ?? null, host, path, query: query ?? null, fragment, remote };
}

function scpParts(text: string): Parts | null {
  const [, user = '', host = '', path = '', query, fragment = ''] = scpForm.exec(text) ?? [];
  if (user === '' || path === '') return null;
  return { scheme: 'ssh', user, host, path, query: query ?? null, fragment, remote: `${user}@${host}:${path}` };
}

interface Wanted {
  ref: string;
  subfolder: string;
  checksum: string;
  byCommit: boolean;
}

/** `value`, or null where something else was said already. */
function agreed(known: string, value: string): string | null {
  return known === '' || known === value ? value : null;
}

function withPrefix(prefix: string, name: string): string {
  return name.startsWith(prefix) ? name : `${prefix}${name}`;
}

/** Takes one parameter of the query over; false where BuildKit would refuse it, or we do not know it. */
function take(wanted: Wanted, name: string, value: string): boolean {
  const written = name === 'tag' ? withPrefix('refs/tags/', value) : withPrefix('refs/heads/', value);
  const ref = name === 'ref' ? value : written;
  switch (name) {
    case 'ref':
    case 'tag':
    case 'branch': {
      const one = value === '' ? null : agreed(wanted.ref, ref);
      wanted.ref = one ?? '';
      return one !== null;
    }
    case 'subdir': {
      const one = value === '' ? null : agreed(wanted.subfolder, value);
      wanted.subfolder = one ?? '';
      return one !== null;
    }
    case 'checksum':
    case 'commit':
      wanted.checksum = value;
      return /^[0-9a-f]+$/.test(value);
    case 'fetch-by-commit':
      wanted.byCommit = value === '' || value === 'true' || value === '1';
      return wanted.byCommit || value === 'false' || value === '0';
    default:
      // these change what else is in the folder, not which commit it is
      return ['keep-git-dir', 'submodules', 'mtime'].includes(name);
  }
}

function cleanFolder(written: string): string {
  const kept: string[] = [];
  for (const part of written.split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  return kept.join('/');
}

function wantedOf({ query, fragment }: Parts): Wanted | null {
  const colon = fragment.indexOf(':');
  const wanted: Wanted = {
    ref: colon < 0 ? fragment : fragment.slice(0, colon),
    subfolder: colon < 0 ? '' : fragment.slice(colon + 1),
    checksum: '',
    byCommit: false,
  };
  const parameters = [...new URLSearchParams(query ?? '')];
  const isUnique = new Set(parameters.map(([name]) => name)).size === parameters.length;
  return isUnique && parameters.every(([name, value]) => take(wanted, name, value)) ? wanted : null;
}

/** What git takes for a ref (git-check-ref-format), and for no option, pattern or expression. */
const plainRef = /^[A-Za-z0-9_][\w./+@=,-]*$/;
// control characters are what is looked for
// oxlint-disable-next-line no-control-regex
const unfit = /[\s*$"\\\u0000-\u001f\u007f]/;

/**
 * Takes apart what BuildKit takes for a git repository (buildkit, frontend/dockerfile/dfgitutil: ParseGitRef): a URL that ends in
 * `.git`, `git://`, `ssh://`, `user@host:path` or `github.com/…`, with `#ref:folder` or `?ref=…&subdir=…&checksum=…`.
 * Null for what BuildKit would refuse, and for anything so unusual that we would rather leave it to the builder.
 */
export function parseGitReference(text: string): GitReference | null {
  if (unfit.test(text) || text.startsWith('../') || text.startsWith('../../')) return null;
  const parts = urlParts(text) ?? (text.includes('://') ? null : scpParts(text));
  const wanted = parts === null ? null : wantedOf(parts);
  if (parts === null || wanted === null || unfit.test(parts.path + wanted.ref + wanted.subfolder)) return null;
  const { ref, subfolder, checksum, byCommit } = wanted;
  if (ref !== '' && (!plainRef.test(ref) || ref.includes('..'))) return null;
  const { scheme, user, host, path, remote } = parts;
  return {
    scheme,
    remote,
    host,
    user,
    path,
    ref: ref === '' ? null : ref,
    subfolder: cleanFolder(subfolder),
    writtenSubfolder: subfolder,
    checksum: checksum === '' ? null : checksum,
    byCommit,
  };
}
