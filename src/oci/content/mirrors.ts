import { isLoopback, isVerifyError, normalisedRegistry, VerifyError } from '../../model/index.ts';
import type { RepositoryName } from './image-source.ts';

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

type Fetch<T> = (place: RepositoryName) => Promise<T>;

/** Fetches from wherever a repository's content may be had. */
export interface Places {
  /** Content by digest: from a mirror, else from the origin, whose error is the one that counts. */
  byDigest<T>(repository: RepositoryName, fetch: Fetch<T>): Promise<T>;
  /** A signature's tag: the origin's "not there" is an answer, its silence is not, and then a mirror may have it. */
  bySignatureTag<T>(repository: RepositoryName, fetch: Fetch<T>): Promise<T>;
}

/** @see Places; a mirror that cannot be reached is not tried again in this run. */
export function createPlaces(mirrors: readonly string[]): Places {
  const down = new Set<string>();

  const fromFirst = async <T>(places: readonly RepositoryName[], fetch: Fetch<T>): Promise<T> => {
    for (const [index, place] of places.entries()) {
      try {
        return await fetch(place);
      } catch (error) {
        const isLast = index === places.length - 1;
        if (isLast || !isVerifyError(error) || isVerifyError(error, 'timeout', 'cancelled')) throw error;
        if (isVerifyError(error, 'registry.unreachable')) down.add(place.registry);
      }
    }
    throw new VerifyError('internal', 'nowhere to fetch from');
  };

  const upMirrors = (repository: RepositoryName): readonly RepositoryName[] =>
    mirrorsOf(repository, mirrors).filter(({ registry }) => !down.has(registry));

  return {
    byDigest: (repository, fetch) => fromFirst([...upMirrors(repository), repository], fetch),
    async bySignatureTag(repository, fetch) {
      try {
        return await fetch(repository);
      } catch (error) {
        const passing = isVerifyError(error, 'registry.unreachable', 'registry.failed', 'registry.rate-limited');
        const others = upMirrors(repository);
        if (!passing || others.length === 0) throw error;
        return fromFirst(others, fetch).catch(() => {
          throw error;
        });
      }
    },
  };
}
