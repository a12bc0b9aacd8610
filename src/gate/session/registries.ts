import {
  type Digest,
  type ImageUse,
  isLoopback,
  isVerifyError,
  parseReference,
  type Reference,
  type ResolvedImage,
} from '../../model/index.ts';
import {
  type CollectOptions,
  createRegistryClient,
  type RegistryClient,
  type RegistryClientOptions,
  resolveImage,
} from '../../oci/index.ts';
import { loadPolicies } from '../../policy/index.ts';
import type { LocalEngine } from './local-engine.ts';
import { cacheFolder, type Session } from './session.ts';

/** The registries of one run. */
export interface Registries {
  /**
   * Runs `task` with a client. Where a registry cannot be reached it is tried once more with what a local daemon says of
   * insecure registries and mirrors: so the daemon is asked only when something turns on it.
   */
  attempt<Result>(reference: Reference, task: (client: RegistryClient) => Promise<Result>): Promise<Result>;
  /**
   * What a name stands for, looked up once in a run: later calls get the same answer, even where the tag has moved meanwhile.
   * What is attached begins to be collected as `collect` says as soon as the digest is known.
   * @param locked a lock's digest, which is taken in place of what the tag stands for
   */
  resolve(
    use: Pick<ImageUse, 'name' | 'platforms'>,
    collect: CollectOptions,
    locked?: Digest | null,
  ): Promise<ResolvedName>;
  /** The same registries with nothing taken from what is kept of listings, for a second look before a refusal. */
  fresh(): Registries;
  close(): Promise<void>;
}

/** A name with what it stands for, and the client that knows. */
export interface ResolvedName {
  readonly image: ResolvedImage;
  readonly client: RegistryClient;
}

/** What machine and user list, read once, and only where a registry names a service of another domain. */
function listedTokenServices({ environment }: Session): NonNullable<RegistryClientOptions['tokenServices']> {
  let listed: ReturnType<NonNullable<RegistryClientOptions['tokenServices']>> | null = null;
  const read = async () => {
    const { tokenServices } = await loadPolicies({
      environment,
      commandLine: [],
      projectFrom: null,
      mode: null,
      extensions: null,
    });
    const hosts: Record<string, readonly string[]> = {};
    for (const { registry, hosts: more } of tokenServices) hosts[registry] = [...(hosts[registry] ?? []), ...more];
    return hosts;
  };
  return () => {
    listed ??= read();
    return listed;
  };
}

function clientOptions(session: Session): RegistryClientOptions {
  const { own, environment, signal, version } = session;
  return {
    environment,
    cacheFolder: cacheFolder(session),
    offline: own.offline,
    refresh: own.refresh,
    jobs: own.jobs,
    timeout: own.timeout,
    signal,
    version,
    tokenServices: listedTokenServices(session),
  };
}

/** Digests that stand for names, whatever their tags stand for now. */
type HeldTo = ReadonlyMap<string, Digest>;

/** A client for the session, and a second one where the first cannot reach a registry. */
export function openRegistries(session: Session, local: LocalEngine, heldTo: HeldTo = new Map()): Registries {
  return registriesWith(session, local, clientOptions(session), heldTo);
}

function registriesWith(
  session: Session,
  local: LocalEngine,
  options: RegistryClientOptions,
  heldTo: HeldTo,
): Registries {
  const first = createRegistryClient(options);
  let second: Promise<RegistryClient | null> | null = null;
  let refreshed: Registries | null = null;
  const openSecond = async (): Promise<RegistryClient | null> => {
    try {
      if (!(await local.endpoint()).local) return null;
      const { insecureRegistries, registryMirrors } = await (await local.engine()).info();
      return createRegistryClient({ ...options, insecureRegistries, mirrors: registryMirrors });
    } catch {
      return null; // without a daemon nothing more is known, and the first failure is the one to tell
    }
  };
  const resolved = new Map<string, Promise<ResolvedName>>();
  const registries: Registries = {
    resolve({ name, platforms }, collect, locked = null) {
      const key = JSON.stringify([name, platforms, locked]);
      const held = heldTo.get(name);
      const recorded = held === undefined ? null : { value: held, source: 'written' as const };
      const digest = locked === null ? recorded : { value: locked, source: 'lock' as const };
      const earlier = resolved.get(key);
      if (earlier !== undefined) return earlier;
      const begun = registries.attempt(parseReference(name), async (client) => {
        return { image: await resolveImage(client, { name, platforms }, { collect, digest }), client };
      });
      resolved.set(key, begun);
      return begun;
    },
    async attempt(reference, task) {
      try {
        return await task(first);
      } catch (error) {
        if (session.own.offline || isLoopback(reference.registry) || !isVerifyError(error, 'registry.unreachable'))
          throw error;
        second ??= openSecond();
        const fallback = await second;
        if (fallback === null) throw error;
        return await task(fallback);
      }
    },
    fresh() {
      refreshed ??= registriesWith(session, local, { ...options, refresh: true }, heldTo);
      return refreshed;
    },
    async close() {
      await Promise.all([first.close(), second?.then((client) => client?.close()), refreshed?.close()]);
    },
  };
  return registries;
}

/**
 * Begins to look up images before it is known what the policies ask for, so that the network and the reading of policies do not wait
 * for each other. Errors are thrown later, when the image itself is resolved.
 */
export function lookAhead(registries: Registries, uses: readonly ImageUse[]): void {
  for (const use of uses) registries.resolve(use, { repositories: [], attestations: 'none' }).catch(() => undefined);
}
