import { createHash } from 'node:crypto';
import { type Digest, isDigest, type Platform, parseDigest, platformOf, VerifyError } from '../../model/index.ts';
import { bounds } from '../transport/bounds.ts';
import { configMaps, fieldOf, type JsonObject, parseDocument } from './document.ts';

/** What is read of an image's configuration before a build. */
export interface ImageConfig {
  /** The ONBUILD triggers (`OnBuild` is Docker's own). */
  readonly onbuild: readonly string[];
  /** The chain identifier of all its layers; null where it has none. */
  readonly chainId: Digest | null;
}

/**
 * Parses the bytes of an image's configuration (OCI image-spec, config.md), of which no two readers may make two things.
 * @param what names the image for people
 * @throws VerifyError `registry.untrustworthy`
 */
export function parseImageConfig(bytes: Uint8Array, what: string): JsonObject {
  return parseDocument(bytes, `configuration of ${what}`, configMaps);
}

function textField(config: JsonObject, name: string, what: string): string {
  const value = fieldOf(config, name) ?? '';
  if (typeof value === 'string') return value;
  throw new VerifyError('registry.untrustworthy', `the configuration of ${what} has a field ${name} that is no text`);
}

/** The platform that a configuration names, as containerd reads it where an index names none; null where a build cannot ask for it. */
export function configPlatform(config: JsonObject, what: string): Platform | null {
  return platformOf(
    textField(config, 'os', what),
    textField(config, 'architecture', what),
    textField(config, 'variant', what),
  );
}

function onbuildTriggers(config: JsonObject, what: string): readonly string[] {
  const triggers = fieldOf(fieldOf(config, 'config'), 'onbuild');
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
 * @param what names the image for people
 * @throws VerifyError `registry.untrustworthy`
 */
export function readImageConfig(bytes: Uint8Array, what: string): ImageConfig {
  const config = parseImageConfig(bytes, what);
  const rootfs = fieldOf(config, 'rootfs');
  return {
    onbuild: onbuildTriggers(config, what),
    chainId: fieldOf(rootfs, 'type') === 'layers' ? chainIdOf(fieldOf(rootfs, 'diff_ids')) : null,
  };
}
