import {
  type CanonicalName,
  type Digest,
  isDigest,
  isVerifyError,
  parseReference,
  type Reference,
  type ResolvedImage,
  VerifyError,
} from '../../model/index.ts';
import { type CollectOptions, chainIdOf, type RegistryClient } from '../../oci/index.ts';
import type { PolicySet } from '../../policy/index.ts';
import type { LocalEngine } from '../session/local-engine.ts';
import type { Registries } from '../session/registries.ts';

/** What a name stands for, or why that could not be found out. */
export type Resolution =
  | {
      readonly kind: 'resolved';
      readonly image: ResolvedImage;
      /** The client that it was resolved with; null for an image of the local store. */
      readonly client: RegistryClient | null;
      /** Where the name has tag and digest: what the tag stands for now. */
      readonly tagDigest: Digest | null;
      /** What kept us from the registry, where the digest is known without it. */
      readonly failure: VerifyError | null;
    }
  | { readonly kind: 'unresolved'; readonly failure: VerifyError };

/** What resolving needs beside the name. */
export interface ResolveContext {
  readonly registries: Registries;
  readonly local: LocalEngine;
  readonly policies: PolicySet;
  /** Whether images of the local store may stand for those that no registry has. */
  readonly localImages: boolean;
}

/** The digest that a lock holds for a name: the project's lock, else that beside a machine's or user's policy. */
function lockedDigest(policies: PolicySet, name: CanonicalName): Digest | null {
  const locks = [policies.projectLock, ...policies.layers.map(({ ownLock }) => ownLock)];
  for (const lock of locks) {
    const entry = lock?.images[name];
    if (entry !== undefined) return entry.digest;
  }
  return null;
}

/** The media type that marks an image of the classic local store: its digest is the configuration's, by which no builder can pin. */
export const classicLocalImage = 'application/vnd.docker.container.image.v1+json';

/** An image of which nothing but its digest is known. */
function bareImage(name: CanonicalName, digest: Digest, source: ResolvedImage['source']): ResolvedImage {
  const root = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 0 };
  return { name, root, children: [], platforms: [], source, onbuild: {}, chainIds: {} };
}

/** The image in the local store, where the registry has none for us (401, 403, 404) or its name can be no registry's. */
async function localImage(context: ResolveContext, name: CanonicalName): Promise<ResolvedImage | null> {
  try {
    const found = await (await context.local.engine()).inspectImage(name);
    const digest = found?.digest ?? found?.id;
    if (found === null || !isDigest(digest)) return null;
    const onbuild = found.onbuild.length === 0 ? {} : { [found.platform ?? 'unknown']: found.onbuild };
    const chainId = chainIdOf(found.diffIds);
    const chainIds = chainId === null ? {} : { [found.platform ?? 'unknown']: chainId };
    const image = { ...bareImage(name, digest, 'local'), onbuild, chainIds };
    return found.digest === null ? { ...image, root: { ...image.root, mediaType: classicLocalImage } } : image;
  } catch {
    return null; // without a daemon there is no local store, and the registry's answer is the one to tell
  }
}

async function currentTag(context: ResolveContext, reference: Reference): Promise<Digest | null> {
  const { tag } = reference;
  if (tag === null || reference.digest === null) return null;
  try {
    const stored = await context.registries.attempt(reference, (client) => client.tagged(reference, tag, 'image'));
    return stored.descriptor.digest;
  } catch {
    return null; // a tag beside a digest is text to Docker: that it cannot be looked up refuses nothing by itself
  }
}

async function withoutRegistry(
  context: ResolveContext,
  name: CanonicalName,
  reference: Reference,
  failure: VerifyError,
): Promise<Resolution> {
  const absent = isVerifyError(failure, 'registry.unauthorized', 'registry.not-found', 'registry.impossible');
  const stored = absent && context.localImages ? await localImage(context, name) : null;
  if (stored !== null) return { kind: 'resolved', image: stored, client: null, tagDigest: null, failure: null };
  if (absent) return { kind: 'unresolved', failure };
  const digest = reference.digest ?? lockedDigest(context.policies, name);
  if (digest === null) return { kind: 'unresolved', failure };
  const source = reference.digest === null ? 'lock' : 'written';
  return { kind: 'resolved', image: bareImage(name, digest, source), client: null, tagDigest: null, failure };
}

/**
 * Finds out what a name stands for: from its registry, else the local store, else by a digest that the Dockerfile or a lock gives
 * (design, section 3: "An image that cannot be resolved").
 * @throws VerifyError `config.invalid` where Docker's own configuration makes no sense and a policy enforces
 */
export async function resolveUse(
  context: ResolveContext,
  name: CanonicalName,
  platforms: readonly string[],
  collect: CollectOptions,
): Promise<Resolution> {
  const reference = parseReference(name);
  try {
    const [{ image, client }, tagDigest] = await Promise.all([
      context.registries.resolve({ name, platforms }, collect),
      currentTag(context, reference),
    ]);
    return { kind: 'resolved', image, client, tagDigest, failure: null };
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    // not the image's fault, and to be mended before anything else can be said
    if (error.code === 'config.invalid' && context.policies.mode === 'enforce') throw error;
    return await withoutRegistry(context, name, reference, error);
  }
}
