/** Whether a value that names a key or certificate by file, or is one, is one (RFC 7468): no path holds such words. */
export function isPem(value: string): boolean {
  return value.includes('-----BEGIN ');
}
