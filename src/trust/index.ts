import type { TrustedRoot } from '@sigstore/protobuf-specs';
import type { TrustedRootSource } from '../model/index.ts';
import type { RootOrigin } from './parse-trusted-root.ts';

export { embeddedTrustedRoots } from './embedded-roots.ts';
export type { RootOrigin } from './parse-trusted-root.ts';
export { readTrustedRoot } from './read-trusted-root.ts';

/**
 * The trusted root that `json` spells, every key and certificate in it parsed once. Its parser is loaded on first use.
 * @throws VerifyError `trust.invalid`; `name` names the root in the message
 */
export async function parseTrustedRoot(json: string, name: string): Promise<TrustedRoot> {
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
