/** The code that the system gives an error, for instance `ENOENT`; empty where it gives none. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
