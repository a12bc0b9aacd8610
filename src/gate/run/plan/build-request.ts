import type { Interruptions } from '../../../builder/index.ts';
import type { Digest, Report } from '../../../model/index.ts';
import type { Session } from '../../session/session.ts';
import type { StandardInput } from '../../session/standard-input.ts';

/** What a build is started with, besides its arguments. */
export interface BuildRequest {
  readonly session: Session;
  readonly input: StandardInput;
  readonly interruptions: Interruptions;
  /** Whether we stand in for buildx itself (`install --mode full`). */
  readonly intercepted: boolean;
  /** What stands before the verb for buildx: `debug` and its options; empty as a rule. */
  readonly before: readonly string[];
  /** Digests that stand for names whatever their tags stand for now; left out where the tags decide. */
  readonly heldTo?: ReadonlyMap<string, Digest>;
  /** Where the search for the project's policy begins; left out, or null: where it does for the build's arguments. */
  readonly projectFrom?: string | null;
  /** Whether the journal is not to hear of it. */
  readonly unrecorded?: boolean;
  /** Called once all was verified, before Docker's own text begins: with the verdict, whatever it is. */
  readonly onVerified: (report: Report) => void;
  /** Called when the builder denied an image that could not be foreseen, before it is verified: Docker's text says only that it failed. */
  readonly onDenied: (name: string) => void;
  /** Called once that image was verified and is allowed, before the build starts again: with what was found out about it alone. */
  readonly onRestart: (report: Report) => void;
}

/** How it ended. */
export interface BuildEnd {
  /** Docker's own status where the build was started; null where it was refused before. */
  readonly status: number | null;
  readonly report: Report;
  /** Where something unverified was used, or where that is not known: what was made, where it went and of what, in one line; else null. */
  readonly auditFailure: string | null;
  /** Whether all that the builder used was compared with what was verified, and is that: in every mode. */
  readonly audited: boolean;
}
