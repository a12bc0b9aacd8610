import type { Environment } from '../../model/index.ts';
import { createAuthenticator } from '../auth/authenticator.ts';
import { type CredentialSource, dockerCredentials } from '../auth/docker-credentials.ts';
import type { ListedTokenServices } from '../auth/realm-rule.ts';
import { createRegistrySession, type RegistrySession } from '../auth/session.ts';
import { type ContentCache, noContentCache, openContentCache } from '../cache/content-cache.ts';
import { hourly } from '../cache/hourly.ts';
import { type ListingCache, noListingCache, openListingCache } from '../cache/listing-cache.ts';
import { createAgents } from '../transport/agents.ts';
import { bounds } from '../transport/bounds.ts';
import { certificateFolders } from '../transport/certificates.ts';
import { createSlots } from '../transport/slots.ts';
import { createTransport } from '../transport/transport.ts';
import { createContentFetcher, offlineError } from './content-fetcher.ts';
import type { ImageSource } from './image-source.ts';
import { onceEach } from './once-each.ts';
import { listReferrers } from './referrers.ts';

/** What a registry client is made of. Only the environment is needed. */
export interface RegistryClientOptions {
  readonly environment: Environment;
  /** Where bytes and listings are kept, absolute; null keeps nothing. `defaultCacheFolder` names the usual one. */
  readonly cacheFolder?: string | null;
  /** Registries that a local daemon lists as insecure: `host[:port]` or a range of addresses. */
  readonly insecureRegistries?: readonly string[];
  /** The daemon's `registry-mirrors`: URLs from which Docker Hub's content may be fetched by digest. */
  readonly mirrors?: readonly string[];
  /** Token services outside of a registry's own domain, listed by user or machine; asked for only where one turns up. */
  readonly tokenServices?: () => Promise<ListedTokenServices>;
  /** Folders laid out as /etc/docker/certs.d. */
  readonly certificateFolders?: readonly string[];
  readonly credentials?: CredentialSource;
  /** Use nothing from the network. */
  readonly offline?: boolean;
  /** Use nothing that is kept. */
  readonly refresh?: boolean;
  /** Requests at once. */
  readonly jobs?: number;
  /** Of one request with its answer, milliseconds. */
  readonly requestTimeout?: number;
  /** Of all requests together, milliseconds from now. */
  readonly timeout?: number;
  /** Fires when the run is cancelled. */
  readonly signal?: AbortSignal;
  readonly version?: string;
}

/** Reads images from registries. Close it when the run is over. */
export interface RegistryClient extends ImageSource {
  /** The registries' API itself, for what writes and lists. Not to be used offline. */
  readonly api: RegistrySession;
  /** Waits for what is still being kept, and lets connections go. */
  close(): Promise<void>;
}

function signalOf(
  options: RegistryClientOptions,
  closing: AbortSignal,
): { signal: AbortSignal; timeLeft: () => number } {
  const timeout = options.timeout ?? null;
  const given = options.signal === undefined ? [closing] : [closing, options.signal];
  if (timeout === null) return { signal: AbortSignal.any(given), timeLeft: () => Number.POSITIVE_INFINITY };
  const ends = Date.now() + timeout;
  return { signal: AbortSignal.any([...given, AbortSignal.timeout(timeout)]), timeLeft: () => ends - Date.now() };
}

function sessionOf(options: RegistryClientOptions, signal: AbortSignal, timeLeft: () => number) {
  const { environment } = options;
  const agents = createAgents(environment, options.certificateFolders ?? certificateFolders(environment));
  const transport = createTransport(agents, createSlots(options.jobs ?? 32), timeLeft, options.requestTimeout);
  const authenticator = createAuthenticator({
    transport,
    credentials: options.credentials ?? dockerCredentials(environment, signal),
    tokenServices: options.tokenServices ?? (() => Promise.resolve({})),
    signal,
  });
  const session = createRegistrySession({
    transport,
    authenticator,
    insecureRegistries: options.insecureRegistries ?? [],
    userAgent: `docker-verify/${options.version ?? '0'}`,
    signal,
  });
  return { agents, session };
}

/**
 * A client for any number of registries (OCI distribution-spec). Loopback registries are spoken to over plain HTTP, then HTTPS; all others over HTTPS.
 * Credentials are looked for only once a registry asks.
 */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const folder = options.cacheFolder ?? null;
  const content: ContentCache = folder === null ? noContentCache : openContentCache(folder);
  const listings: ListingCache = folder === null ? noListingCache : openListingCache(folder);
  const offline = options.offline ?? false;
  const refresh = options.refresh ?? false;
  const closing = new AbortController();
  const { signal, timeLeft } = signalOf(options, closing.signal);
  const { agents, session } = sessionOf(options, signal, timeLeft);
  const fetcher = createContentFetcher({
    session,
    content,
    listings,
    offline,
    refresh,
    mirrors: options.mirrors ?? [],
    trim: async (added) => {
      const trim = (): Promise<unknown> => Promise.all([content.trim(), listings.trim()]);
      if (added > bounds.untrimmedBytes) await trim();
      else if (folder !== null) await hourly(folder, trim);
    },
  });

  const client: RegistryClient = {
    kind: 'registry',
    api: session,
    offline,
    manifest: (repository, digest, expected) => fetcher.manifest(repository, digest, expected),
    tagged: (repository, tag, use) => fetcher.tagged(repository, tag, use),
    blob: (repository, descriptor, limit) => fetcher.blob(repository, descriptor, limit),
    referrers(repository, digest) {
      if (offline) return Promise.reject(offlineError(`what is attached to ${digest}`));
      return listReferrers(session, repository, digest);
    },
    once: onceEach(),
    async readListing(key) {
      if (refresh) return null;
      const listing = await listings.read(key);
      return listing !== null && (offline || listing.age <= bounds.listingAge) ? listing.value : null;
    },
    async writeListing(key, value) {
      fetcher.keep(listings.write(key, value));
    },
    async close() {
      // What was begun ahead and is no longer wanted ends here, and does not keep the process alive.
      closing.abort();
      agents.close();
      await fetcher.settle();
    },
  };
  return client;
}
