/** What a caught error says: JavaScript lets anything be thrown. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'unknown reason';
}
