import type { BuildRecord, ImageRole } from './build-record.ts';

/** A package inside a build. */
export interface ContainedPackage {
  readonly name: string;
  /** Empty where it is not known. */
  readonly version: string;
  readonly purl: string | null;
  /** Whether the base that the image runs on brings it; null where that is not known. */
  readonly fromBase: boolean | null;
  readonly trust: 'signed' | 'unsigned';
}

/** What a build made, or an image that it used, with the software inside. */
export interface BuildPart {
  readonly role: ImageRole | 'result';
  /** Null for a result without a name. */
  readonly name: string | null;
  readonly digest: string | null;
  /** Whether SBOMs say what is inside; where they do not, `packages` is empty. */
  readonly isKnown: boolean;
  readonly packages: readonly ContainedPackage[];
}

/** A recorded build with the software inside. */
export interface BuildContents {
  readonly record: BuildRecord;
  readonly result: BuildPart;
  readonly images: readonly BuildPart[];
}
