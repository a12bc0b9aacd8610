import {
  atDigest,
  type CanonicalName,
  type Digest,
  isDigest,
  isVerifyError,
  parseReference,
  type Reference,
  type ResolvedImage,
  VerifyError,
} from '../../../model/index.ts';
import { type CollectOptions, chainIdOf, type ImageSource, type RegistryClient } from '../../../oci/index.ts';
import { type PolicySet, statusOfUnasked } from '../../../policy/index.ts';
import type { LocalEngine } from '../../session/local-engine.ts';
import type { Registries } from '../../session/registries.ts';

/** What a name stands for, or why that could not be found out. */
export type NameResolution<Client extends ImageSource = RegistryClient> =
  | {
      readonly kind: 'resolved';
      readonly image: ResolvedImage;
      /** The client that it was resolved with; null for an image of the local store. */
      readonly client: Client | null;
      /** Where the name has tag and digest: what the tag stands for now. */
      readonly tagDigest: Digest | null;
      /** What kept us from the registry, where the digest is known without it. */
      readonly failure: VerifyError | null;
      /** Where the digest is a lock's. */
      readonly since?: SinceLocked;
    }
  | {
      readonly kind: 'unresolved';
      readonly failure: VerifyError;
      /** What it is held to all the same, where it is let through; left out where that is not known. */
      readonly heldTo?: ResolvedImage;
    };

/** What a tag stands for now, other than when it was locked. */
export interface SinceLocked {
  /** Null where there is no such tag any more, or that is not known. */
  readonly digest: Digest | null;
  /** Why it is not known; null where the registry has answered. */
  readonly failure: VerifyError | null;
}

/** What resolving needs beside the name. */
export interface ResolveContext {
  readonly registries: Registries;
  readonly local: LocalEngine;
  readonly policies: PolicySet;
  readonly lockedDigest: (name: CanonicalName) => Digest | null;
  readonly session: { readonly own: { readonly offline: boolean } };
  /** Whether images of the local store may stand for those that no registry has. */
  readonly localImages: boolean;
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

/** What is wrong with Docker's own configuration is not the image's fault, and to be mended before anything else can be said. */
function refuseBadConfiguration({ policies }: ResolveContext, error: VerifyError): void {
  if (error.code === 'config.invalid' && statusOfUnasked(policies) === 'error') throw error;
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

/**
 * An image by a digest that is known without its registry, with what the engine has under that digest: it writes a digest beside an
 * image only when it pulled or pushed it by that digest. Null where it has nothing.
 */
async function heldImage(
  context: ResolveContext,
  name: CanonicalName,
  digest: Digest,
  source: ResolvedImage['source'],
): Promise<ResolvedImage | null> {
  if (!context.localImages) return null;
  try {
    const found = await (await context.local.engine()).inspectImage(atDigest(parseReference(name), digest));
    if (found === null) return null;
    const onbuild = found.onbuild.length === 0 ? {} : { [found.platform ?? 'unknown']: found.onbuild };
    return { ...bareImage(name, digest, source), onbuild };
  } catch {
    return null; // without a daemon there is no local store
  }
}

const absentCodes = ['registry.unauthorized', 'registry.not-found', 'registry.impossible'] as const;

async function withoutRegistry(
  context: ResolveContext,
  name: CanonicalName,
  reference: Reference,
  failure: VerifyError,
): Promise<NameResolution> {
  const absent = isVerifyError(failure, ...absentCodes);
  const stored = absent && context.localImages ? await localImage(context, name) : null;
  if (stored !== null) return { kind: 'resolved', image: stored, client: null, tagDigest: null, failure: null };
  if (absent || reference.digest === null) return { kind: 'unresolved', failure };
  const { digest } = reference;
  const image = (await heldImage(context, name, digest, 'written')) ?? bareImage(name, digest, 'written');
  return { kind: 'resolved', image, client: null, tagDigest: null, failure };
}

/** What the tag of a locked image stands for now. What is kept of earlier says nothing of now. */
async function sinceLocked(context: ResolveContext, reference: Reference): Promise<SinceLocked> {
  const tag = reference.tag ?? 'latest';
  if (context.session.own.offline) {
    const message = `what ${reference.repository}:${tag} stands for now was not asked: the network is not to be used`;
    return { digest: null, failure: new VerifyError('registry.offline', message) };
  }
  try {
    const stored = await context.registries.attempt(reference, (client) => client.tagged(reference, tag, 'image'));
    return { digest: stored.descriptor.digest, failure: null };
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    return { digest: null, failure: isVerifyError(error, 'registry.not-found') ? null : error };
  }
}

/** That the registry has not got what a lock holds. */
function goneError(name: CanonicalName, digest: Digest, failure: VerifyError): VerifyError {
  return new VerifyError(failure.code, `${digest}, to which ${name} is locked, cannot be had: ${failure.message}`, {
    hint:
      failure.code === 'registry.not-found'
        ? `look at what the tag stands for now, then: docker verify lock --update ${name}`
        : (failure.hint ?? 'log in to its registry'),
    cause: failure,
  });
}

/** A locked image without its registry: by its digest, unless the registry says that it has no such thing and the engine has none either. */
async function lockedWithoutRegistry(
  context: ResolveContext,
  name: CanonicalName,
  digest: Digest,
  failure: VerifyError,
): Promise<Extract<NameResolution, { kind: 'unresolved' }> | ResolvedImage> {
  const held = await heldImage(context, name, digest, 'lock');
  if (held !== null) return held;
  const bare = bareImage(name, digest, 'lock');
  if (!isVerifyError(failure, ...absentCodes)) return bare;
  return { kind: 'unresolved', failure: goneError(name, digest, failure), heldTo: bare };
}

async function resolveLocked(
  context: ResolveContext,
  use: { readonly name: CanonicalName; readonly platforms: readonly string[] },
  digest: Digest,
  collect: CollectOptions,
): Promise<NameResolution> {
  // first the tag, which is on its way already and mostly stands for the locked image still
  const since = await sinceLocked(context, parseReference(use.name));
  try {
    const { image, client } = await context.registries.resolve(use, collect, digest);
    return { kind: 'resolved', image, client, tagDigest: null, failure: null, since };
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    refuseBadConfiguration(context, error);
    const found = await lockedWithoutRegistry(context, use.name, digest, error);
    if ('kind' in found) return found;
    return { kind: 'resolved', image: found, client: null, tagDigest: null, failure: error, since };
  }
}

/**
 * Finds out what a name stands for: what a lock holds for it; else its registry, the local store, a digest that the Dockerfile gives
 * (docs/contracts.md, "Exit status").
 * @throws VerifyError `config.invalid` where Docker's own configuration cannot be read and a policy enforces
 */
export async function resolveUse(
  context: ResolveContext,
  name: CanonicalName,
  platforms: readonly string[],
  collect: CollectOptions,
): Promise<NameResolution> {
  const reference = parseReference(name);
  const locked = reference.digest === null ? context.lockedDigest(name) : null;
  if (locked !== null) return await resolveLocked(context, { name, platforms }, locked, collect);
  try {
    const [{ image, client }, tagDigest] = await Promise.all([
      context.registries.resolve({ name, platforms }, collect),
      currentTag(context, reference),
    ]);
    return { kind: 'resolved', image, client, tagDigest, failure: null };
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    refuseBadConfiguration(context, error);
    return await withoutRegistry(context, name, reference, error);
  }
}
