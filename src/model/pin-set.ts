import type { Digest } from './digest.ts';
import type { CanonicalName } from './reference.ts';

/** A name with the digest that the builder must use for it. */
export interface Pin {
  readonly name: CanonicalName;
  readonly digest: Digest;
  /** Platform manifests that may be used besides (or, where vouching is by platform, instead). */
  readonly platformDigests: readonly Digest[];
  /** False where only `platformDigests` may be used, not the index. */
  readonly wholeIndex: boolean;
}

/** A name that the builder may use without a digest (a local-only image, or warn mode without a network). */
export interface UnpinnedAllowance {
  readonly name: CanonicalName;
  /** Whether any digest that the builder resolves it to will do; false for an image that must come from the local store. */
  readonly anyDigest: boolean;
  readonly reason: string;
}

/** All that the builder may use: the seventh station, from which the source policy is written. */
export interface PinSet {
  readonly pins: readonly Pin[];
  readonly unpinned: readonly UnpinnedAllowance[];
  /** Digests of OCI layouts (`oci-layout://`) that were verified, by the identifier that BuildKit gives them. */
  readonly layouts: readonly { readonly identifier: string; readonly digest: Digest }[];
}
