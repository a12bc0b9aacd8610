import type { Signer } from '../image/evidence.ts';
import type { BuildRecord, ImageRole } from './build-record.ts';

/** What names a build. */
export type BuildSummary = Pick<BuildRecord, 'id' | 'time' | 'target' | 'digest' | 'imageId' | 'tags' | 'pushed'>;

/** How a build stands to what was asked about. */
export type ExposureState = 'affected' | 'under-investigation' | 'unknown' | 'fixed' | 'not-affected' | 'not-found';

/** One answer. Field names are those of the JSON. */
export interface ExposureRow {
  /** What was asked, as it was written, or the advisory's id. */
  readonly question: string;
  readonly state: ExposureState;
  readonly build: BuildSummary;
  /** Null where none was found. */
  readonly package: ExposedPackage | null;
  /** What brings it; null where none was found. */
  readonly via: ExposedThrough | null;
  /** Whether it is in the image that was made; null where that is not known. */
  readonly inRuntime: boolean | null;
  /** How far the SBOM that says so can be trusted. */
  readonly trust: 'signed' | 'unsigned' | 'none';
  readonly signer: Signer | null;
  /** What VEX says; null where it says nothing. */
  readonly vex: string | null;
  /** Why it is not known; null otherwise. */
  readonly reason: string | null;
}

export interface ExposedPackage {
  readonly name: string;
  readonly version: string;
  readonly purl: string | null;
}

/** The image that brings a package, or the build's own layers. */
export interface ExposedThrough {
  readonly role: ImageRole | 'own-layer';
  /** Null for own layers. */
  readonly name: string | null;
  readonly digest: string | null;
}

/** Rows that were counted and not listed. */
export interface UnlistedRows {
  readonly question: string;
  readonly state: ExposureState;
  readonly count: number;
}

/** The answer to a whole question. */
export interface Exposure {
  /** The worst first, then the newest. */
  readonly rows: readonly ExposureRow[];
  /** Of builds in which nothing was found, where only the newest were to be listed. */
  readonly unlisted: readonly UnlistedRows[];
  readonly builds: number;
  /** What was passed over, one line each. */
  readonly remarks: readonly string[];
}
