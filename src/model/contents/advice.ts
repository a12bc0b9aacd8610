import type { Digest } from '../image/digest.ts';
import type { Signer } from '../image/evidence.ts';
import type { SbomTrust } from './image-packages.ts';

/** Where a fact comes from that the program brings with it. */
export interface AdviceSource {
  readonly url: string;
  readonly licence: string;
  readonly commit: string;
  /** `YYYY-MM-DD`: later changes are not known. */
  readonly date: string;
}

/** How long something is looked after. */
export interface Support {
  /** For instance `Node.js 18`, `Debian 12`. */
  readonly what: string;
  readonly state: 'supported' | 'extended' | 'ended';
  /** Since or until when, `YYYY-MM-DD`; null where no date is known. Of `extended`: until when. */
  readonly date: string | null;
}

/** An image that could be built on instead. */
export interface Suggestion {
  readonly image: string;
  /** Why, for people. */
  readonly reason: string;
  /** Until when it is looked after, `YYYY-MM-DD`; null where that is not known. */
  readonly until: string | null;
  /** Who is known to sign it, by the publishers' catalogue; empty where no signer is known. */
  readonly signedBy: readonly string[];
  /** Compressed, for the platform asked for; null where it was not, or could not be, looked up. */
  readonly bytes: number | null;
  /** Packages that its SBOMs list; null likewise. */
  readonly packages: number | null;
}

/** What is known of an image without a request. */
export interface OfflineAdvice {
  /** Whether the list of supported official tags holds it; null where it is no official image, or newer than the list. */
  readonly listed: boolean | null;
  /** Other tags of the same image, by that list. */
  readonly aliases: readonly string[];
  readonly support: readonly Support[];
  /** What the policies in force recommend. */
  readonly preferred: readonly string[];
  readonly update: readonly Suggestion[];
  readonly slimmer: readonly Suggestion[];
  readonly hardened: readonly Suggestion[];
  readonly sources: readonly AdviceSource[];
}

/** How two images differ in what is inside. */
export interface PackageChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly name: string; readonly from: string; readonly to: string }[];
}

/** Everything that can be said of an image that is built on. */
export interface Advice extends OfflineAdvice {
  readonly name: string;
  readonly digest: Digest | null;
  /** The same tag stands for newer bytes than those that are used; null where it does not, or where that is not known. */
  readonly refresh: { readonly from: Digest; readonly to: Digest; readonly packages: PackageChanges | null } | null;
  readonly inside: {
    readonly packages: number;
    readonly shells: readonly string[];
    readonly packageManagers: readonly string[];
    readonly trust: SbomTrust;
  } | null;
  /** Compressed, of the first platform asked for; base and own are null where the base is not proven by its layers. */
  readonly bytes: { readonly total: number; readonly base: number | null; readonly own: number | null } | null;
  /** What could not be asked, for people. */
  readonly unknown: readonly string[];
}

/** One side of a comparison of two images. */
export interface ComparedImage {
  readonly name: string;
  readonly digest: Digest;
  /** Whether a signature verifies with what is trusted here, is attached and does not, is not there, or could not be looked up. */
  readonly signed: 'verified' | 'unverified' | 'unsigned' | 'unknown';
  /** Null where none verifies. */
  readonly signer: Signer | null;
  readonly status: string;
  /** Compressed bytes by platform. */
  readonly bytes: Readonly<Record<string, number>>;
  readonly layers: number;
  readonly support: readonly Support[];
  readonly packages: number | null;
}

/** Two images side by side. */
export interface ImageComparison {
  readonly images: readonly [ComparedImage, ComparedImage];
  /** Layers of the first platform that both have, from the bottom. */
  readonly layersInCommon: number;
  /** Null where SBOMs do not tell of both. */
  readonly packages: PackageChanges | null;
  /** What could not be known, for people. */
  readonly unknown: readonly string[];
}
