import type { Digest } from './digest.ts';
import type { CanonicalName } from './reference.ts';

/** A pointer to bytes (OCI image-spec, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** `os/architecture[/variant]`, normalised; null for one that a build cannot ask for (`unknown/unknown`), left out where none is named. */
  readonly platform?: string | null;
  /** Features of the operating system that it asks for; left out where there are none. */
  readonly osFeatures?: readonly string[];
}

/** An image name with the bytes that it stood for when it was looked up: the third station. */
export interface ResolvedImage {
  readonly name: CanonicalName;
  /** What the name resolves to: the index where there is one, else the manifest. */
  readonly root: Descriptor;
  /** Everything that the index lists, attestation manifests too; empty where the root is a manifest. */
  readonly children: readonly Descriptor[];
  /** The manifest for each platform asked for, in the order asked; never an index within the index. */
  readonly platforms: readonly { readonly platform: string; readonly digest: Digest }[];
  /** Where the digest was learnt: the registry, the Dockerfile, the lock, a local store, or an OCI layout. */
  readonly source: 'registry' | 'written' | 'lock' | 'local' | 'layout';
  /** ONBUILD triggers of the image's configuration, by platform. */
  readonly onbuild: Readonly<Record<string, readonly string[]>>;
  /** The layers' chain identifier by platform, from the image's configuration; a platform is missing where it has no layers or was not read. */
  readonly chainIds: Readonly<Record<string, Digest>>;
  /** How long ago its tag stood for it, milliseconds; left out where it was looked up now. */
  readonly keptFor?: number;
}
