import { normalisedRegistry } from '../model/index.ts';
import type { RepositoryName } from './image-source.ts';
import { isLoopback } from './registry-host.ts';

/**
 * Where Docker Hub's content may also be fetched from, by the daemon's `registry-mirrors`. The same repository path on
 * other hosts; the name of the image stays what it is. Mirrors over plain HTTP count on loopback only.
 */
export function mirrorsOf(repository: RepositoryName, mirrors: readonly string[]): readonly RepositoryName[] {
  if (normalisedRegistry(repository.registry) !== 'docker.io') return [];
  return mirrors.flatMap((mirror) => {
    const text = mirror.includes('://') ? mirror : `https://${mirror}`;
    if (!URL.canParse(text)) return [];
    const url = new URL(text);
    const usable = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.host));
    const plain = url.username === '' && url.password === '' && url.pathname === '/';
    return usable && plain ? [{ registry: url.host, repository: repository.repository }] : [];
  });
}
