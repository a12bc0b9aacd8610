import type { Descriptor, Digest, VerifyError } from '../../model/index.ts';
import type { Manifest } from './manifest.ts';

/** A repository by the parts of its name. */
export interface RepositoryName {
  readonly registry: string;
  readonly repository: string;
}

/** `docker.io/library/golang` */
export function formatRepository(name: RepositoryName): string {
  return `${name.registry}/${name.repository}`;
}

/** A manifest whose bytes have their digest. */
export interface StoredManifest {
  readonly descriptor: Descriptor;
  readonly manifest: Manifest;
  readonly bytes: Buffer;
  /** Of a tag that was not asked for: how long ago it stood for this, milliseconds. */
  readonly keptFor?: number;
}

/** What refers to a digest, as listed: nothing of it is checked yet. */
export interface ReferrersListing {
  readonly manifests: readonly Descriptor[];
  /** False where the registry does not have the referrers API. */
  readonly supported: boolean;
  /** Entries that make no sense, which are left out. */
  readonly malformed: number;
  /** Why the listing is not complete; what was found still counts. */
  readonly problem: VerifyError | null;
}

/**
 * Where images and what is attached to them are read from: registries, or a layout on disk.
 * All that it gives has the digest that was asked for; what is not there is `registry.not-found`.
 */
export interface ImageSource {
  /** @param expected its descriptor where one is known: size and kind must agree */
  manifest(repository: RepositoryName, digest: Digest, expected?: Descriptor): Promise<StoredManifest>;
  tagged(repository: RepositoryName, tag: string, use: TagUse): Promise<StoredManifest>;
  /** @param limit in bytes; a descriptor that says more is refused before anything is fetched */
  blob(repository: RepositoryName, descriptor: Descriptor, limit: number): Promise<Buffer>;
  referrers(repository: RepositoryName, digest: Digest): Promise<ReferrersListing>;
  /** Does `task` once in a run for each key, however often it is asked for. */
  once<T>(key: string, task: () => Promise<T>): Promise<T>;
  readListing(key: string): Promise<unknown>;
  writeListing(key: string, value: unknown): Promise<void>;
  readonly offline: boolean;
  /** For `ResolvedImage.source`. */
  readonly kind: 'registry' | 'layout';
}

/** What a tag is asked for: an image's own tag is the origin's to say, a signature speaks for itself wherever it lies. */
export type TagUse = 'image' | 'signature';
