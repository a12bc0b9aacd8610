/**
 * The trusted roots of Sigstore that come with the program or were given, and their refresh through TUF.
 * A root that cannot be read ends the run: nothing is trusted in its place.
 */

import type { TrustedRootSource } from '../model/index.ts';
import type { TrustDescription } from './describe-trusted-root.ts';
import type { ParsedRoot, RootOrigin } from './parse-trusted-root.ts';
import type { RefreshOutcome, RefreshRequest } from './refresh-trusted-root.ts';

export { builtinTrustedRoots } from './builtin-roots.ts';
export { cachedTrustedRoot } from './cached-root.ts';
export type { TrustDescription } from './describe-trusted-root.ts';
export { embeddedTrustedRoots } from './embedded-roots.ts';
export type { RootOrigin } from './parse-trusted-root.ts';
export { readTrustedRoot } from './read-trusted-root.ts';
export type { RefreshOutcome, RefreshRequest } from './refresh-trusted-root.ts';
export { rootAge } from './root-age.ts';
export { embeddedInstances, githubInstance, publicGoodInstance, type TrustInstance } from './trust-instance.ts';
export type { FetchedFile, FetchFile } from './tuf-client.ts';

/**
 * The trusted root that `json` spells, with every key and certificate in it, parsed once in a run. Its parser is loaded on first use.
 * @throws VerifyError `trust.invalid`; `name` names the root in the message
 */
export async function parseTrustedRoot(json: string, name: string): Promise<ParsedRoot> {
  const parser = await import('./parse-trusted-root.ts');
  return parser.parseTrustedRoot(json, name);
}

/**
 * The trusted roots in a file's text: one JSON document, or one a line.
 * @throws VerifyError `trust.invalid`
 */
export async function parseTrustedRoots(text: string, origin: RootOrigin): Promise<readonly TrustedRootSource[]> {
  const parser = await import('./parse-trusted-root.ts');
  return parser.parseTrustedRoots(text, origin);
}

/**
 * What a trusted root holds, with ages and fingerprints.
 * @throws VerifyError `trust.invalid`
 */
export async function describeTrustedRoot(source: TrustedRootSource, now: Date): Promise<TrustDescription> {
  const { describeTrustedRoot: describe } = await import('./describe-trusted-root.ts');
  return describe(source, now);
}

/**
 * Asks an instance's TUF repository for its trusted root and keeps it, unless it was confirmed lately or we are offline.
 * Never throws and is meant to run beside a build, which does not wait for it.
 */
export async function refreshTrustedRoot(request: RefreshRequest): Promise<RefreshOutcome> {
  const { refreshTrustedRoot: refresh } = await import('./refresh-trusted-root.ts');
  return await refresh(request);
}
