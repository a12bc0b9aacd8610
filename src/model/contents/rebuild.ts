import type { Digest } from '../image/digest.ts';
import type { Report } from '../verdict/report.ts';

/** How what a rebuild made compares with what was recorded: the same bytes, the same files but for times or metadata, or other ones. */
export type RebuildVerdict = 'identical' | 'same content' | 'different';

/** What differs of one file: `time` alone makes no other content. */
export type FileChange =
  | 'only in the original'
  | 'only in the rebuild'
  | 'content'
  | 'type'
  | 'mode'
  | 'owner'
  | 'link'
  | 'attributes'
  | 'time';

/** Why a layer most likely came out otherwise. */
export type LikelyCause = 'time' | 'network in RUN' | 'unpinned package';

export interface ChangedFile {
  readonly path: string;
  /** What differs, the weightiest first. */
  readonly changes: readonly FileChange[];
}

/** A layer that did not come out the same. */
export interface LayerChange {
  readonly platform: string;
  /** From 1, the lowest. */
  readonly layer: number;
  /** The instruction that made it, as the image's history tells; null where it does not. */
  readonly instruction: string | null;
  /** Whether anything but times differs. */
  readonly isDifferent: boolean;
  /** How many files differ; `files` names the first. */
  readonly count: number;
  readonly files: readonly ChangedFile[];
  /** A guess from what differs and from the instruction; null where nothing points to one, and where nothing but times differs. */
  readonly cause: LikelyCause | null;
}

/** Two images of one platform side by side. */
export interface PlatformComparison {
  readonly platform: string;
  /** Manifests. */
  readonly original: Digest;
  readonly rebuilt: Digest;
  readonly verdict: RebuildVerdict;
  /** What of the configuration differs and says how the image runs: `Env`, `Entrypoint` … */
  readonly settings: readonly string[];
  /** What of it differs and does not: `created`, `history`, `Labels`; and how the layers are packed. */
  readonly metadata: readonly string[];
  readonly layers: readonly LayerChange[];
}

/** What became of building a record again. */
export interface Rebuild {
  readonly record: {
    readonly id: string;
    readonly time: string;
    readonly target: string;
    readonly tags: readonly string[];
  };
  readonly commit: string | null;
  /** The folder that was built from as it lay, where the person named it and it has not got that commit; null for the commit. */
  readonly folder: string | null;
  /** What was recorded elsewhere and not taken over, since it would reach this machine, for people; empty for a record of this one. */
  readonly leftOut: readonly string[];
  /** Null where it could not be done. */
  readonly verdict: RebuildVerdict | null;
  /** What was missing, for people; empty where it was done. */
  readonly missing: readonly string[];
  /** What kept it from being compared where the policies refused it, or an audit what was built; else null. */
  readonly refusal: { readonly auditFailure: string | null; readonly report: Report } | null;
  readonly platforms: readonly PlatformComparison[];
}
