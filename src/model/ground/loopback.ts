import { isIP } from 'node:net';

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
  const family = isIP(bare);
  if (family === 4) return bare.startsWith('127.');
  return family === 6 && new URL(`http://[${bare}]`).hostname === '[::1]';
}
