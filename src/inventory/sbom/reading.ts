import type { SbomPackage } from './package.ts';

/** More packages than an image has in practice. */
export const mostPackages = 200_000;

/** What an SBOM holds, or why it cannot be read: half a list would hide the rest. */
export type SbomReading =
  | {
      readonly ok: true;
      /** For people, for instance `SPDX 2.3`. */
      readonly format: string;
      readonly packages: readonly SbomPackage[];
      /** Whether the document does not itself say that something is missing. */
      readonly isComplete: boolean;
    }
  | { readonly ok: false; readonly reason: string };

/** Why a document is no SBOM that can be read; never leaves this folder. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}
