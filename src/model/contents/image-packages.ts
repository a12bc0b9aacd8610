import type { Digest } from '../image/digest.ts';
import type { Signer } from '../image/evidence.ts';

/** What brings a package: the image's base, its own layers, or it is not known. */
export type PackageOrigin = 'base' | 'own' | 'unknown';

/** How far what is said of software can be trusted. */
export type SbomTrust = 'signed' | 'unsigned' | 'none';

/** A package inside an image. Field names are those of the JSON. */
export interface ListedPackage {
  readonly name: string;
  /** Empty where it is not known. */
  readonly version: string;
  readonly purl: string | null;
  readonly origin: PackageOrigin;
  /** The uncompressed digest of the layer that brings it; null where no SBOM says so. */
  readonly layer: string | null;
  /** `signed` where a signed SBOM lists it. */
  readonly trust: 'signed' | 'unsigned';
  /** For which platforms it is listed; empty where it is listed for the image as a whole. */
  readonly platforms: readonly string[];
}

/** An SBOM that was found on an image. */
export interface ListedSbom {
  readonly digest: Digest;
  /** Null where it is about the image as a whole. */
  readonly platform: string | null;
  /** For people, for instance `SPDX 2.3`; null where it cannot be read. */
  readonly format: string | null;
  readonly packages: number;
  readonly trust: 'signed' | 'unsigned';
  readonly signer: Signer | null;
  /** Why it cannot be read; null otherwise. */
  readonly reason: string | null;
}

/** What software is inside an image, as far as SBOMs say. */
export interface ImagePackages {
  readonly name: string;
  readonly digest: Digest;
  /** `signed` where signed SBOMs list all of it; `none` where no SBOM can be read. */
  readonly trust: SbomTrust;
  /** The nearest base, where it is known. */
  readonly base: { readonly name: string | null; readonly digest: Digest } | null;
  readonly sboms: readonly ListedSbom[];
  readonly packages: readonly ListedPackage[];
  /** What could not be looked up or read, for people. */
  readonly problems: readonly string[];
}
