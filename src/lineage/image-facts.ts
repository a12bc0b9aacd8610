import type { CanonicalName, Digest, LayerDecision, ReportEvidence, Status } from '../model/index.ts';

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
export interface Judgement {
  readonly status: Status;
  readonly decisions: readonly LayerDecision[];
  readonly evidence: readonly ReportEvidence[];
}

/**
 * Where the walk gets its facts. `readImage` gives null where the registry no longer has the image or it has no such platform,
 * and throws a VerifyError for an accident.
 */
export interface LineageSource {
  readImage(name: CanonicalName, platform: string): Promise<ImageFacts | null>;
  judge(name: CanonicalName, facts: ImageFacts): Promise<Judgement>;
}
