import { withoutCredentials } from '../ground/without-credentials.ts';
import { isGitUrl, isHttpUrl } from './git-url.ts';
import type { FetchedSource } from './image-use.ts';
import { parseGitReference } from './parse-git-reference.ts';

/** A whole commit as BuildKit knows one (buildkit, util/gitutil: IsCommitSHA): nothing shorter, and no capital letter. */
const wholeCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** A checksum that BuildKit can compare a download with (opencontainers/go-digest). */
const wholeChecksum = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;

function gitSource(url: string, checksum: string): Omit<FetchedSource, 'uses'> {
  const reference = parseGitReference(url);
  if (reference === null) return { kind: 'git', name: withoutCredentials(url), pin: null };
  const { host, path, ref, subfolder } = reference;
  const folder = subfolder === '' ? '' : `:${subfolder}`;
  const fragment = ref === null && folder === '' ? '' : `#${ref ?? ''}${folder}`;
  const pin = [ref, reference.checksum, checksum].find((each) => wholeCommit.test(each ?? '')) ?? null;
  return { kind: 'git', name: `${host}/${path.replace(/^\/+/, '')}${fragment}`, pin };
}

/**
 * The repository or download that BuildKit takes a text for, and what holds it to its content; null for what is neither. `checksum` is that
 * of ADD's option, empty for none.
 */
export function sourceOf(url: string, checksum = ''): Omit<FetchedSource, 'uses'> | null {
  if (isGitUrl(url)) return gitSource(url, checksum);
  if (!isHttpUrl(url)) return null;
  const name = withoutCredentials(url).replace(/[?#].*$/s, '');
  return { kind: 'http', name, pin: wholeChecksum.test(checksum) ? checksum : null };
}
