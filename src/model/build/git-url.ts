/** git@host:path, as BuildKit tells it from a folder (buildkit, util/sshutil/scpurl.go). */
const scpStyle = /^[\w-]+@[a-zA-Z0-9.-]+:/;

/** Go's URL parser compares paths without their percent signs. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Whether BuildKit takes `text` for a git repository (buildkit, frontend/dockerfile/dfgitutil: ParseGitRef). */
export function isGitUrl(text: string): boolean {
  if (text.startsWith('../') || text.startsWith('../../')) return false;
  if (text.startsWith('github.com/')) return true;
  const scheme = /^([a-zA-Z0-9]+):\/\//.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return scpStyle.test(text);
  if (scheme === 'git' || scheme === 'ssh') return true;
  if (scheme !== 'http' && scheme !== 'https') return false;
  const path = /^\w+:\/\/[^/?#]*(\/[^?#]*)/.exec(text)?.[1] ?? '';
  return decoded(path).endsWith('.git');
}

/** Whether BuildKit would download it, where it is no git repository. */
export function isHttpUrl(text: string): boolean {
  return text.startsWith('https://') || text.startsWith('http://');
}

/** Whether buildx hands `text` to the builder as it is, instead of reading a folder. */
export function isRemoteUrl(text: string): boolean {
  return isHttpUrl(text) || isGitUrl(text);
}
