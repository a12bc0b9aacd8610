import { type Descriptor, type Digest, isDigest, VerifyError } from '../../model/index.ts';
import type { RegistrySession } from '../auth/session.ts';
import type { ContentCache } from '../cache/content-cache.ts';
import { checkContent, digestOf } from '../cache/digest-check.ts';
import type { ListingCache } from '../cache/listing-cache.ts';
import { bounds } from '../transport/bounds.ts';
import type { Answer } from '../transport/exchange.ts';
import { registryFailure } from '../transport/registry-failure.ts';
import { signatureTagFailures } from './absent-tag.ts';
import { formatRepository, type RepositoryName, type StoredManifest, type TagUse } from './image-source.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { acceptedManifests, manifestKind } from './media-types.ts';
import { createPlaces } from './mirrors.ts';

/** What content is fetched with and kept in. */
export interface ContentFetcherOptions {
  readonly session: RegistrySession;
  readonly content: ContentCache;
  readonly listings: ListingCache;
  readonly offline: boolean;
  readonly refresh: boolean;
  readonly mirrors: readonly string[];
  /** Makes room where much is kept; called when something new was, with its bytes. */
  readonly trim: (added: number) => Promise<void>;
}

/** Manifests and blobs, from the cache or from where they are, always checked. */
export interface ContentFetcher {
  manifest(repository: RepositoryName, digest: Digest, expected?: Descriptor): Promise<StoredManifest>;
  tagged(repository: RepositoryName, tag: string, use: TagUse): Promise<StoredManifest>;
  blob(repository: RepositoryName, descriptor: Descriptor, limit: number): Promise<Buffer>;
  /** Lets a write go on in the background until `settle`. */
  keep(write: Promise<void>): void;
  /** Waits for all that is being kept. */
  settle(): Promise<void>;
}

/** The error of work that would need the network under `--offline`. */
export function offlineError(what: string): VerifyError {
  return new VerifyError('registry.offline', `${what} is not in the cache, and the network is not to be used`, {
    hint: 'run once without --offline, or write the digest into the Dockerfile',
  });
}

/** The digest that an answer's header names; null for none. A header that is no digest is a lie. */
function namedDigest(answer: Answer, what: string): Digest | null {
  const named = answer.headers['docker-content-digest']?.trim() ?? '';
  if (named === '') return null;
  if (isDigest(named)) return named;
  throw new VerifyError(
    'registry.untrustworthy',
    `the ${what} is named by "${named.slice(0, 100)}", which is no digest`,
  );
}

function store(bytes: Buffer, digest: Digest, served: string | null, what: string): StoredManifest {
  const manifest: Manifest = parseManifest(bytes, served, what);
  const descriptor: Descriptor = {
    mediaType: manifest.mediaType,
    digest,
    size: bytes.length,
    ...(manifest.artifactType === null ? {} : { artifactType: manifest.artifactType }),
    ...(Object.keys(manifest.annotations).length === 0 ? {} : { annotations: manifest.annotations }),
  };
  return { descriptor, manifest, bytes };
}

/** Makes sure that a manifest is what its descriptor says: of that size, and of that kind. */
function assertExpected(found: StoredManifest, expected: Descriptor, what: string): void {
  checkContent(found.bytes, expected, what);
  const kind = manifestKind(expected.mediaType);
  if (kind === 'other' || kind === found.manifest.kind) return;
  throw new VerifyError('registry.untrustworthy', `the ${what} is listed as ${kind}, but is not`);
}

/**
 * Fetches a manifest by digest or tag from one place, checked against the digest asked for, else the one that is named.
 * @param failure makes the error of an answer that is no success
 */
async function fetchManifest(
  session: RegistrySession,
  place: RepositoryName,
  reference: string,
  failure: (answer: Answer, name: string) => VerifyError | Promise<VerifyError> = (answer, name) =>
    registryFailure(answer, name, place.registry),
): Promise<StoredManifest> {
  const digest = isDigest(reference) ? reference : null;
  const name = `${place.repository}${digest === null ? ':' : '@'}${reference}`;
  const path = `/v2/${place.repository}/manifests/${reference}`;
  const answer = await session.request({
    ...place,
    method: 'GET',
    path,
    accept: acceptedManifests,
    limit: bounds.manifest,
  });
  if (answer.status !== 200) throw await failure(answer, name);
  const what = `manifest ${name}`;
  const named = namedDigest(answer, what);
  const wanted = digest ?? named ?? digestOf(answer.body);
  checkContent(answer.body, { digest: wanted, size: null }, what);
  if (named !== null) checkContent(answer.body, { digest: named, size: null }, what);
  return store(answer.body, wanted, answer.headers['content-type'] ?? null, what);
}

/** The digest that a tag has now, by one HEAD; null where the registry does not say. */
async function headTag(session: RegistrySession, place: RepositoryName, tag: string): Promise<Digest | null> {
  const name = `${place.repository}:${tag}`;
  const path = `/v2/${place.repository}/manifests/${tag}`;
  const answer = await session.request({ ...place, method: 'HEAD', path, accept: acceptedManifests, limit: 0 });
  if (answer.status === 200) return namedDigest(answer, `manifest ${name}`);
  // Not every registry does HEAD well; those that do say 404 for what is not there.
  if (answer.status === 404 || answer.status === 429) throw registryFailure(answer, name, place.registry);
  return null;
}

async function fetchBlob(session: RegistrySession, place: RepositoryName, descriptor: Descriptor): Promise<Buffer> {
  const name = `${place.repository}@${descriptor.digest}`;
  const path = `/v2/${place.repository}/blobs/${descriptor.digest}`;
  const answer = await session.request({ ...place, method: 'GET', path, accept: '*/*', limit: descriptor.size });
  if (answer.status !== 200) throw registryFailure(answer, `blob ${name}`, place.registry);
  checkContent(answer.body, descriptor, `blob ${name}`);
  return answer.body;
}

function assertWithin(descriptor: Descriptor, limit: number): void {
  if (descriptor.size <= limit) return;
  throw new VerifyError(
    'registry.untrustworthy',
    `${descriptor.digest} is said to have ${descriptor.size} bytes; more than ${limit} are not read here`,
    { hint: 'nothing that is signed is this large; look at what is attached to the image' },
  );
}

/** @see ContentFetcher */
export function createContentFetcher(options: ContentFetcherOptions): ContentFetcher {
  const { session, content, listings, offline, refresh } = options;
  const places = createPlaces(options.mirrors);
  const signatureTagFailure = signatureTagFailures(session);
  const manifests = new Map<string, Promise<StoredManifest>>();
  const tags = new Map<string, Promise<StoredManifest>>();
  const blobs = new Map<string, Promise<Buffer>>();
  const writes = new Set<Promise<void>>();
  let kept = false;
  let added = 0;

  const keep = (write: Promise<void>): void => {
    kept = true;
    writes.add(write);
    void write.finally(() => writes.delete(write));
  };

  const keepContent = (digest: Digest, bytes: Buffer): void => {
    added += bytes.length;
    keep(content.write(digest, bytes));
  };

  const loadManifest = async (repository: RepositoryName, digest: Digest, expected: Descriptor | undefined) => {
    const name = `${formatRepository(repository)}@${digest}`;
    const cached = refresh ? null : await content.read(digest, expected?.size ?? null);
    if (cached !== null && cached.length <= bounds.manifest) return store(cached, digest, null, `manifest ${name}`);
    if (offline) throw offlineError(name);
    const found = await places.byDigest(repository, (place) => fetchManifest(session, place, digest));
    keepContent(digest, found.bytes);
    return found;
  };

  const manifest: ContentFetcher['manifest'] = async (repository, digest, expected) => {
    const key = `${formatRepository(repository)}@${digest}`;
    const found = await sharing(manifests, key, () => loadManifest(repository, digest, expected), 'run');
    // Checked for each who asks: another may have asked first, without knowing what to expect.
    if (expected !== undefined) assertExpected(found, expected, `manifest ${key}`);
    return found;
  };

  const loadTag = async (repository: RepositoryName, tag: string, use: TagUse): Promise<StoredManifest> => {
    const key = `tag ${formatRepository(repository)}:${tag}`;
    const listing = refresh ? null : await listings.read(key);
    const noted = listing?.value;
    if (offline) {
      if (listing === null || !isDigest(noted))
        throw offlineError(`what ${formatRepository(repository)}:${tag} stands for`);
      return { ...(await manifest(repository, noted)), keptFor: listing.age };
    }
    const isKept = isDigest(noted) && (await content.read(noted, null)) !== null;
    const fetch = async (place: RepositoryName): Promise<StoredManifest> => {
      // A HEAD costs as much as a GET where what the tag stands for is kept, and Docker Hub does not count it as a pull.
      const digest = isKept ? await headTag(session, place, tag) : null;
      if (digest !== null) return manifest(place, digest);
      const found =
        use === 'image'
          ? await fetchManifest(session, place, tag)
          : await fetchManifest(session, place, tag, (answer) => signatureTagFailure(place, tag, answer));
      keepContent(found.descriptor.digest, found.bytes);
      // later requests by its digest find it here
      manifests.set(`${formatRepository(place)}@${found.descriptor.digest}`, Promise.resolve(found));
      return found;
    };
    const found = await (use === 'signature' ? places.bySignatureTag(repository, fetch) : fetch(repository));
    // also where it is the same: its age is said where the network is not to be used
    keep(listings.write(key, found.descriptor.digest));
    return found;
  };

  const loadBlob = async (repository: RepositoryName, descriptor: Descriptor): Promise<Buffer> => {
    const cached = refresh ? null : await content.read(descriptor.digest, descriptor.size);
    if (cached !== null) return cached;
    if (offline) throw offlineError(`${formatRepository(repository)}@${descriptor.digest}`);
    const found = await places.byDigest(repository, (place) => fetchBlob(session, place, descriptor));
    keepContent(descriptor.digest, found);
    return found;
  };

  return {
    manifest,
    tagged: (repository, tag, use) =>
      sharing(tags, `${use} ${formatRepository(repository)}:${tag}`, () => loadTag(repository, tag, use), 'run'),
    async blob(repository, descriptor, limit) {
      assertWithin(descriptor, limit);
      const key = `${formatRepository(repository)}@${descriptor.digest} ${descriptor.size}`;
      return sharing(blobs, key, () => loadBlob(repository, descriptor), 'request');
    },
    keep,
    async settle() {
      while (writes.size > 0) await Promise.allSettled(writes);
      if (kept) await options.trim(added);
    },
  };
}

/** One task for all requests of the same at once; with `run` for later ones of this run too. */
function sharing<T>(
  tasks: Map<string, Promise<T>>,
  key: string,
  task: () => Promise<T>,
  lifetime: 'run' | 'request',
): Promise<T> {
  const known = tasks.get(key);
  if (known !== undefined) return known;
  const begun = task();
  tasks.set(key, begun);
  const forget = (): void => void tasks.delete(key);
  // What failed may be asked for again, what is large is not held.
  begun.then(lifetime === 'run' ? () => undefined : forget, forget);
  return begun;
}
