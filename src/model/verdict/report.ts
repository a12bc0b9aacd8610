import type { BuildOutcome } from '../build/build-outcome.ts';
import type { FetchedSource, Unknown, Use } from '../build/image-use.ts';
import type { ErrorCode } from '../ground/errors.ts';
import type { Digest } from '../image/digest.ts';
import type { CanonicalName } from '../image/reference.ts';
import type { Basis, LayerDecision, Mode, PolicyLayerName, Status } from './decision.ts';
import type { Finding } from './finding.ts';
import type { LineageLink } from './lineage.ts';
import type { ReportEvidence } from './report-evidence.ts';

/** The report, contract version 1: the last station. Field names are the contract's. */
export interface Report {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'docker-verify'; readonly version: string };
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly mode: Mode;
  readonly verdict: Status;
  readonly targets: readonly ReportTarget[];
  readonly policies: readonly ReportPolicy[];
  readonly trustedRoots: readonly ReportTrustedRoot[];
  readonly images: readonly ReportImage[];
  readonly cacheImports: readonly ReportCacheImport[];
  readonly unknown: readonly Unknown[];
  /** Git repositories and downloads; left out where there are none. */
  readonly sources?: readonly ReportSource[];
  /** Findings that belong to no single image. */
  readonly findings: readonly Finding[];
  readonly build: ReportBuild | null;
  /** The files of a survey (`check --recursive`), each with what would become of its build; left out for one build. */
  readonly files?: readonly SurveyedFile[];
  /** The reason with which a refusal was let through in an emergency; left out where none was given or allowed. */
  readonly breakGlass?: string;
}

/** A Dockerfile, or bake or compose files that are read together. */
export interface SurveyedFile {
  /** As the user would name it; several with ` + ` between them. */
  readonly file: string;
  /** Of a check of this file alone; `error` where it could not be read. */
  readonly status: Status;
  readonly images: readonly CanonicalName[];
  /** Those that the policies in force for this file refuse. */
  readonly refused: readonly CanonicalName[];
  /** Why nothing is known of it; null where it could be read. */
  readonly problem: { readonly code: ErrorCode; readonly message: string } | null;
}

export interface ReportTarget {
  readonly name: string;
  readonly dockerfile: string;
  readonly platforms: readonly string[];
  /** The repository or URL that it was read from; left out where there is none, or only the builder could read it. */
  readonly context?: ReportContext;
}

/** A context that was read before the build, and that the builder is held to. */
export interface ReportContext {
  /** Where it lies, with the ref; without credentials. */
  readonly source: string;
  /** `sha1:` and the commit, or `sha256:` and that of the bytes. */
  readonly digest: string;
}

export interface ReportPolicy {
  readonly layer: PolicyLayerName;
  readonly source: string;
  readonly sha256: string;
}

export interface ReportTrustedRoot {
  readonly layer: PolicyLayerName;
  readonly source: string;
  readonly sha256: string;
  /** For people, for instance `93 days`; null where unknown. */
  readonly age: string | null;
}

export interface ReportCacheImport {
  readonly type: string;
  readonly ref: string;
  readonly status: Status;
}

/** A git repository or download, and what becomes of it. */
export interface ReportSource extends FetchedSource {
  readonly status: Status;
}

export interface ReportImage {
  readonly name: CanonicalName;
  /** Null where it could not be resolved. */
  readonly digest: Digest | null;
  readonly status: Status;
  readonly basis: Basis;
  readonly verified: boolean;
  readonly decisions: readonly LayerDecision[];
  readonly platforms: readonly { readonly platform: string; readonly digest: Digest }[];
  readonly uses: readonly Use[];
  readonly evidence: readonly ReportEvidence[];
  readonly findings: readonly Finding[];
  readonly lineage: readonly LineageLink[];
}

export interface ReportBuild extends Pick<BuildOutcome, 'ref' | 'digest' | 'pushed' | 'unverified'> {
  readonly status: number;
  readonly materials: BuildOutcome['materials'];
}
