/** The code that the system gives an error, for instance `ENOENT`; empty where it gives none. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such file',
  ENOTDIR: 'it, or a part of its path, is not a folder',
  ELOOP: 'its links go round in a circle',
};

/** Why the file system would not give something, in words. */
export function reasonOfUnread(error: unknown): string {
  return reasons[systemCode(error)] ?? (error instanceof Error ? error.message : String(error));
}
