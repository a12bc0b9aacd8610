import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Environment } from '../../model/index.ts';
import { allAuthorities, readHostCertificates } from './certificates.ts';
import { proxyFor } from './proxy.ts';

/** How a connection's peer is checked: Node's store, that and the system's, or (loopback and insecure registries only) not at all. */
export type PeerCheck = 'bundled' | 'system' | 'none';

/** The pools of connections of one run. */
export interface Agents {
  agentFor(url: URL, check: PeerCheck): Promise<HttpAgent | HttpsAgent>;
  close(): void;
}

const keepAlive = { keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo' } as const;

async function secureAgent(url: URL, check: PeerCheck, proxy: string | null, folders: readonly string[]) {
  const own = await readHostCertificates(url.host, folders);
  const authorities = own?.authorities ?? [];
  const ca = check === 'system' || authorities.length > 0 ? [...allAuthorities(), ...authorities] : null;
  return new HttpsAgent({
    ...keepAlive,
    // Said outright, or NODE_TLS_REJECT_UNAUTHORIZED would decide.
    rejectUnauthorized: check !== 'none',
    minVersion: 'TLSv1.2',
    ...(ca === null ? {} : { ca }),
    ...(own === null ? {} : { cert: [...own.certificates], key: [...own.keys] }),
    ...(proxy === null ? {} : { proxyEnv: { HTTPS_PROXY: proxy } }),
  });
}

/** Pools by host and check: client certificates of certs.d belong to one host, and so does its connection. */
export function createAgents(environment: Environment, folders: readonly string[]): Agents {
  const pools = new Map<string, Promise<HttpAgent | HttpsAgent>>();
  const create = async (url: URL, check: PeerCheck): Promise<HttpAgent | HttpsAgent> => {
    const proxy = proxyFor(url, environment.variables);
    if (url.protocol === 'https:') return secureAgent(url, check, proxy, folders);
    return new HttpAgent({ ...keepAlive, ...(proxy === null ? {} : { proxyEnv: { HTTP_PROXY: proxy } }) });
  };
  return {
    agentFor(url, check) {
      const key = `${check} ${url.protocol}//${url.host}`;
      let pool = pools.get(key);
      if (pool === undefined) {
        pool = create(url, check);
        pools.set(key, pool);
      }
      return pool;
    },
    close() {
      for (const pool of pools.values()) {
        pool.then(
          (agent) => agent.destroy(),
          () => undefined,
        );
      }
    },
  };
}
