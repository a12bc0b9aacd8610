import { isVerifyError, type Reference } from '../model/index.ts';
import { createRegistryClient, type RegistryClient, type RegistryClientOptions } from '../oci/index.ts';
import type { LocalEngine } from './local-engine.ts';
import { cacheFolder, type Session } from './session.ts';

/** The registries of one run. */
export interface Registries {
  /**
   * Runs `task` with a client. Where a registry cannot be reached it is tried once more with what a local daemon says of
   * insecure registries and mirrors: so the daemon is asked only when something turns on it.
   */
  attempt<Result>(reference: Reference, task: (client: RegistryClient) => Promise<Result>): Promise<Result>;
  /** The same registries with nothing taken from what is kept of listings, for a second look before a refusal. */
  fresh(): Registries;
  close(): Promise<void>;
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
  };
}

function isLoopback({ registry }: Reference): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i.test(registry);
}

/** A client for the session, and a second one where the first cannot reach a registry. */
export function openRegistries(session: Session, local: LocalEngine): Registries {
  return registriesWith(session, local, clientOptions(session));
}

function registriesWith(session: Session, local: LocalEngine, options: RegistryClientOptions): Registries {
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
  return {
    async attempt(reference, task) {
      try {
        return await task(first);
      } catch (error) {
        if (session.own.offline || isLoopback(reference) || !isVerifyError(error, 'registry.unreachable')) throw error;
        second ??= openSecond();
        const fallback = await second;
        if (fallback === null) throw error;
        return await task(fallback);
      }
    },
    fresh() {
      refreshed ??= registriesWith(session, local, { ...options, refresh: true });
      return refreshed;
    },
    async close() {
      await Promise.all([first.close(), second?.then((client) => client?.close()), refreshed?.close()]);
    },
  };
}
