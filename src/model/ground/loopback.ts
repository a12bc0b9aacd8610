import { isIPv4, isIPv6 } from 'node:net';

/** The host without its port and without the brackets of an IPv6 address. */
export function bareHost(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  if (bracketed !== null) return (bracketed[1] ?? '').toLowerCase();
  return (host.split(':')[0] ?? '').toLowerCase();
}

/** 127.0.0.0/8, `::1` and `localhost`: where plain HTTP is fine, as with Docker. */
export function isLoopback(host: string): boolean {
  const bare = bareHost(host);
  if (bare === 'localhost') return true;
  // Node's expression for IPv6 takes milliseconds to compile, which most hosts do not need
  if (!bare.includes(':')) return isIPv4(bare) && bare.startsWith('127.');
  return isIPv6(bare) && new URL(`http://[${bare}]`).hostname === '[::1]';
}
