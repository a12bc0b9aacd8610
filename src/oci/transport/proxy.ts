import { isIP } from 'node:net';
import { bareHost, isLoopback } from '../../model/index.ts';
import { isInRange } from './registry-host.ts';

type Variables = Readonly<Record<string, string | undefined>>;

function variable(variables: Variables, name: string): string {
  return variables[name] || variables[name.toLowerCase()] || '';
}

/** Whether one entry of NO_PROXY covers `url`: a host and its subdomains, `.domain`, an address, a range, each perhaps with a port. */
function isCovered(url: URL, entry: string): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const host = bareHost(url.host);
  if (entry.includes('/')) return isInRange(host, entry);
  const withPort = isIP(entry) === 0 ? /^(.*):(\d+)$/.exec(entry) : null;
  if (withPort !== null && withPort[2] !== port) return false;
  const name = bareHost((isIP(entry) === 6 ? `[${entry}]` : (withPort?.[1] ?? entry)).replace(/^\*(?=\.)/, ''));
  if (name === '') return false;
  if (isIP(name) !== 0 || isIP(host) !== 0) return name === host;
  return name.startsWith('.') ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
}

/**
 * The proxy for a URL by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, read as Go's programs do (golang.org/x/net/http/httpproxy):
 * the upper-case name first, loopback never by proxy. Null for a direct connection.
 */
export function proxyFor(url: URL, variables: Variables): string | null {
  const proxy = variable(variables, url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY').trim();
  if (proxy === '' || isLoopback(url.host)) return null;
  const exceptions = variable(variables, 'NO_PROXY')
    .split(/[\s,]+/)
    .map((entry) => entry.toLowerCase())
    .filter((entry) => entry !== '');
  if (exceptions.includes('*') || exceptions.some((entry) => isCovered(url, entry))) return null;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}
