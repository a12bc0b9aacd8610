import { type Environment, type OwnOptions, VerifyError } from '../../model/index.ts';
import { createWebClient, defaultCacheFolder, type WebClient } from '../../oci/index.ts';

/** What one run of the program is given, and shares between its steps. */
export interface Session {
  readonly environment: Environment;
  readonly own: OwnOptions;
  readonly version: string;
  /** The running executable, absolute, with links followed. */
  readonly executable: string;
  readonly now: () => Date;
  /** Says what is going on; never anything that must be read. */
  readonly progress: (text: string) => void;
  /** A remark that must reach the person, one line. */
  readonly warn: (text: string) => void;
  /** Called when a signature was seen that rests on a trusted root, so that the root is worth keeping fresh. */
  readonly onKeyless: () => void;
  /** Ends on Ctrl-C and when Docker's CLI goes away. */
  readonly signal: AbortSignal;
}

/** Our folder for what may be thrown away. */
export function cacheFolder(session: Session): string {
  return defaultCacheFolder(session.environment);
}

/** A client for what does not lie in a registry, within the run's time. The caller closes it. */
export function openWebClient({ environment, own, signal, version }: Session): WebClient {
  return createWebClient({ environment, signal, version, timeout: own.timeout });
}

/** The same, for what is signed itself and published over plain HTTP: lists of revoked certificates. The caller closes it. */
export function openPlainWebClient({ environment, own, signal, version }: Session): WebClient {
  return createWebClient({ environment, signal, version, timeout: Math.min(own.timeout, revocationTime), plain: true });
}

/** For one question about revocation, milliseconds: a build waits for it. */
const revocationTime = 15_000;

/**
 * Goes no further after Ctrl-C.
 * @throws VerifyError `cancelled`
 */
export function refuseCancelled(session: Session): void {
  if (session.signal.aborted) throw new VerifyError('cancelled', 'cancelled');
}
