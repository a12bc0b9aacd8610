import type { CanonicalName, Digest, Evidence, LineageLink, PolicyLayerName } from '../../../model/index.ts';
import type { RegoOutcome } from '../../language/compiled/rego.ts';

/** What the records of this machine say of an image of the local store: whether it was built here of verified images alone. */
export type BuiltHere =
  | {
      readonly built: true;
      /** The record's id. */
      readonly record: string;
      /** RFC 3339, UTC. */
      readonly time: string;
    }
  | {
      readonly built: false;
      /** What is missing, for people. */
      readonly reason: string;
      /** Null where nothing but a build of verified images mends it. */
      readonly hint: string | null;
    };

/** The image that is judged, as it was resolved. */
export interface JudgedImage {
  readonly name: CanonicalName;
  /** What the name resolves to: the index where there is one, else the manifest. */
  readonly digest: Digest;
  /** The manifest of each platform that the build asks for; empty where the digest is all that is known. */
  readonly platforms: readonly { readonly platform: string; readonly digest: Digest }[];
  /** Where the name has both tag and digest: what the tag resolves to now; null where that is not known. */
  readonly tagDigest: Digest | null;
  /** Whether it is in the local store and the registry says 401, 403 or 404. */
  readonly onlyLocal: boolean;
  /** Left out where no policy in force asks. */
  readonly builtHere?: BuiltHere;
  /** The digest of a local image of the same name that differs, else null. */
  readonly localShadow: Digest | null;
  /** When its configuration says that it was made, RFC 3339; a claim. Null where unknown. */
  readonly created: string | null;
  /** What has become of the tag since; left out where the digest is not a lock's. */
  readonly sinceLocked?: TagSince;
  /** How long ago the tag stood for this digest, milliseconds; left out where it was looked up now. */
  readonly keptFor?: number;
}

/** What a tag has become since it was locked. */
export interface TagSince {
  /** What it stands for now; null where it is gone, or where that is not known. */
  readonly digest: Digest | null;
  /** Why it is not known; null where the registry has answered. */
  readonly unknown: CollectProblem | null;
}

/** Why some of what is attached to the image could not be had. */
export interface CollectProblem {
  /** One sentence. */
  readonly message: string;
  /** Only because the network is not to be used. */
  readonly offline?: boolean;
  /** Whether it stays until a configuration or the image is changed. */
  readonly lasting?: boolean;
  /** What would mend it, one sentence. */
  readonly hint?: string;
}

/** What a signed SBOM lists. */
interface PackageFacts {
  readonly count: number;
  /** For each pattern of the policies' `packages.deny` that matches: what it matches, for people. */
  readonly denied: Readonly<Record<string, readonly string[]>>;
}

/** Everything that `decide` knows of one image besides the policies. JSON-serialisable. */
export interface DecideInput {
  readonly image: JudgedImage;
  readonly evidence: readonly Evidence[];
  /** Not empty: what is attached may be more than what was seen, so nothing is ever "unsigned". */
  readonly collectProblems: readonly CollectProblem[];
  /** What was seen beside it and says nothing about it, one sentence each; left out where there was nothing. */
  readonly ignored?: readonly string[];
  /** The trusted roots that evidence was tried against, with the layer that declares each. */
  readonly trustedRoots: readonly { readonly id: string; readonly layer: PolicyLayerName; readonly source: string }[];
  /** Null where no policy asks for it, or it could not be found out. */
  readonly lineage: readonly LineageLink[] | null;
  /** Null where there is no signed SBOM. */
  readonly packages: PackageFacts | null;
  /** What Rego modules make of attestations, by `regoKey`; left out where none was asked. */
  readonly rego?: Readonly<Record<string, RegoOutcome>>;
  /** RFC 3339, UTC. */
  readonly now: string;
}
