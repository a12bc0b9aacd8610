import { createHash } from 'node:crypto';
import { type Digest, isDigest, parseBoundedJson, parseDigest, VerifyError } from '../model/index.ts';
import { bounds } from './bounds.ts';

/** What is read of an image's configuration before a build. */
export interface ImageConfig {
  /** The ONBUILD triggers (`OnBuild` is Docker's own). */
  readonly onbuild: readonly string[];
  /** The chain identifier of all its layers; null where it has none. */
  readonly chainId: Digest | null;
}

function asObject(value: unknown): Record<string, unknown> {
  // The cast is safe: it is an object and no array.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** A field by its name in any case, the last one that is there, as Go reads it. */
function field(object: Record<string, unknown>, name: string): unknown {
  return Object.entries(object).findLast(([key]) => key.toLowerCase() === name)?.[1];
}

function onbuildOf(config: Record<string, unknown>, what: string): readonly string[] {
  const triggers = field(asObject(field(config, 'config')), 'onbuild');
  if (triggers === undefined || triggers === null) return [];
  const valid = Array.isArray(triggers) && triggers.every((each) => typeof each === 'string');
  if (!valid || triggers.length > bounds.onbuildTriggers) {
    throw new VerifyError(
      'registry.untrustworthy',
      `the configuration of ${what} has ONBUILD triggers that make no sense`,
    );
  }
  return triggers;
}

/**
 * The chain identifier of layers by the digests of their contents, the lowest first (OCI image-spec, config.md: ChainID).
 * Null where there are none, or one is no digest.
 */
export function chainIdOf(diffIds: unknown): Digest | null {
  if (!Array.isArray(diffIds) || !diffIds.every(isDigest)) return null;
  return diffIds.reduce<Digest | null>(
    (below, diffId) =>
      below === null
        ? diffId
        : parseDigest(`sha256:${createHash('sha256').update(`${below} ${diffId}`).digest('hex')}`),
    null,
  );
}

/**
 * Reads the bytes of an image's configuration (OCI image-spec, config.md).
 * @param what names the configuration for people
 * @throws VerifyError `registry.untrustworthy`
 */
export function readImageConfig(bytes: Uint8Array, what: string): ImageConfig {
  let parsed: unknown;
  try {
    parsed = parseBoundedJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new VerifyError('registry.untrustworthy', `the configuration of ${what} is not JSON`, { cause: error });
  }
  const config = asObject(parsed);
  const rootfs = asObject(field(config, 'rootfs'));
  return {
    onbuild: onbuildOf(config, what),
    chainId: field(rootfs, 'type') === 'layers' ? chainIdOf(field(rootfs, 'diff_ids')) : null,
  };
}
