import type { Digest } from '../image/digest.ts';

/** A source that the builder recorded as used. */
export interface Material {
  /** A package URL, for instance `pkg:docker/golang@1.22?digest=…&platform=linux%2Famd64`, or a URL. */
  readonly uri: string;
  readonly digest: string | null;
}

/** What the build did and what it used: the eighth station. */
export interface BuildOutcome {
  /** Docker's own exit status. */
  readonly status: number;
  /** The build record's reference (`builder/node/id`), null where none was kept. */
  readonly ref: string | null;
  readonly digest: Digest | null;
  /** References that were pushed. */
  readonly pushed: readonly string[];
  readonly materials: readonly Material[];
  /** Materials that were not verified. */
  readonly unverified: readonly string[];
  /** The source that our policy denied, where that ended the build: for instance `docker-image://docker.io/library/x:latest`. */
  readonly denied: string | null;
  /** False where the builder recorded nothing that could be compared. */
  readonly audited: boolean;
}
