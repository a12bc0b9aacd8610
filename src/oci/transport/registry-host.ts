import { BlockList, isIP } from 'node:net';
import { bareHost } from '../../model/index.ts';

/** The host and port that a registry's API is spoken to: Docker Hub's is another than its name. */
export function apiHost(registry: string): string {
  const lower = registry.toLowerCase();
  return lower === 'docker.io' || lower === 'index.docker.io' ? 'registry-1.docker.io' : lower;
}

/** Whether the address `bare` lies in `range`, written `10.0.0.0/8`. */
export function isInRange(bare: string, range: string): boolean {
  const family = isIP(bare);
  const [network = '', bits = ''] = range.split('/');
  if (family === 0 || isIP(network) !== family || !/^\d{1,3}$/.test(bits)) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  list.addSubnet(network, Number(bits), kind);
  return list.check(bare, kind);
}

/** Whether a host is among the daemon's `insecure-registries`: `host`, `host:port`, or a range of addresses. */
export function isListedInsecure(host: string, listed: readonly string[]): boolean {
  const lower = host.toLowerCase();
  return listed.some((entry) => {
    const wanted = entry.toLowerCase();
    return wanted.includes('/') ? isInRange(bareHost(lower), wanted) : wanted === lower;
  });
}
