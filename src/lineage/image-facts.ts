import type { CanonicalName, Digest, LayerDecision, LineageLink, ReportEvidence, Status } from '../model/index.ts';

/** What an image says of itself for one platform, all of it read by digest. */
export interface ImageFacts {
  /** The name it was asked for under; null where only the digest is known. */
  readonly name: CanonicalName | null;
  /** The index, or the manifest where there is no index. */
  readonly root: Digest;
  readonly manifest: Digest;
  readonly platform: string;
  /** `rootfs.diff_ids` of the configuration, bottom first (OCI image-spec, config.md). */
  readonly diffIds: readonly string[];
  readonly history: readonly HistoryEntry[];
  readonly labels: Readonly<Record<string, string>>;
  /** Of the manifest, of its descriptor in the index, and of the index; the nearer one first. */
  readonly annotations: readonly Readonly<Record<string, string>>[];
  readonly provenance: readonly Provenance[];
}

export interface HistoryEntry {
  readonly createdBy: string;
  /** True where the step made no layer. */
  readonly emptyLayer: boolean;
}

/** An in-toto statement with a SLSA provenance predicate about this image. */
export interface Provenance {
  readonly signed: boolean;
  readonly predicateType: string;
  readonly predicate: unknown;
}

/** What the policies make of an image on the chain. */
export interface ChainJudgement {
  readonly status: Status;
  readonly decisions: readonly LayerDecision[];
  readonly evidence: readonly ReportEvidence[];
}

/** Where the walk gets its facts. Every accident is thrown as a VerifyError. */
export interface LineageSource {
  /** Null where the registry no longer has the image, or has it not for this platform. Its provenance need not be read yet. */
  readImage(name: CanonicalName, platform: string): Promise<ImageFacts | null>;
  /** Says that this base is going to be judged, so that it can be looked up in the meantime. */
  announce(name: CanonicalName, platform: string): void;
  /** The statements about an image that is on the chain. */
  readProvenance(facts: ImageFacts): Promise<readonly Provenance[]>;
}

/**
 * Judges a base by the rule that matches its own name. `below` is its own chain, already judged, so that a rule that asks for
 * lineage can be met by a base too.
 */
export type JudgeBase = (name: CanonicalName, below: readonly LineageLink[]) => Promise<ChainJudgement>;
