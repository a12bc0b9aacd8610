import type { Digest } from '../image/digest.ts';
import type { CanonicalName } from '../image/reference.ts';
import type { FetchedSource } from './image-use.ts';

/** A name with the digest that the builder must use for it. */
export interface Pin {
  readonly name: CanonicalName;
  readonly digest: Digest;
  /** Platform manifests that may be used besides (or, where vouching is by platform, instead). */
  readonly platformDigests: readonly Digest[];
  /** False where only `platformDigests` may be used, not the index. */
  readonly wholeIndex: boolean;
  /** The layers' chain identifier of the image for each platform: what a builder with the classic image store may record in place of the digest. */
  readonly chainIds: Readonly<Record<string, Digest>>;
}

/** A name that the builder may use without a digest (a local-only image, or warn mode without a network). */
export interface UnpinnedAllowance {
  readonly name: CanonicalName;
  /** Whether any digest that the builder resolves it to will do; false for an image that must come from the local store. */
  readonly anyDigest: boolean;
  /** The layers' chain identifier of the local image that was looked at: the builder must have used an image of those. Left out where any will do, and where it has no layers. */
  readonly chainId?: Digest;
  readonly reason: string;
}

/** A build context that was read before the build, and what holds the builder to the bytes that were read. */
export interface SourcePin {
  /** What it is, for people; without credentials. */
  readonly name: string;
  /** Identifiers that BuildKit may ask for it by, each with the one to fetch in its place (the same, where only attributes change). */
  readonly conversions: readonly { readonly from: string; readonly to: string }[];
  /** Attributes of BuildKit's source operation that are set besides (buildkit, solver/pb/attr.go). */
  readonly attributes: Readonly<Record<string, string>>;
  /** The commit, or the SHA-256 of the bytes: hexadecimal, as the builder records it among its materials. */
  readonly hash: string;
}

/** All that the builder may use: the seventh station, from which the source policy is written. */
export interface PinSet {
  readonly pins: readonly Pin[];
  readonly unpinned: readonly UnpinnedAllowance[];
  /** Digests of OCI layouts (`oci-layout://`) that were verified, by the identifier that BuildKit gives them; null where one that could not be read is let through. */
  readonly layouts: readonly { readonly identifier: string; readonly digest: Digest | null }[];
  /** Contexts that were read before the build. */
  readonly sources: readonly SourcePin[];
  /** Kinds of sources that the builder must refuse without a whole commit or a checksum; left out where no policy asks for it. */
  readonly held?: Readonly<Record<FetchedSource['kind'], boolean>>;
  /** Left out: whatever is not listed here is denied. Given: it is allowed, but for images of these globs on `registry/repository`. */
  readonly unforeseen?: { readonly denied: readonly string[] };
}
