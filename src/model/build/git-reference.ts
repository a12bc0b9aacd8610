/** A git repository as a build context names it (buildkit, frontend/dockerfile/dfgitutil: GitRef). */
export interface GitReference {
  readonly scheme: 'https' | 'http' | 'ssh' | 'git';
  /** What git is given: the URL without its query and fragment. May hold credentials, so it stands in no message. */
  readonly remote: string;
  /** With its port, without a user. */
  readonly host: string;
  /** Null where none is written. */
  readonly user: string | null;
  /** On the host, decoded, as written otherwise. */
  readonly path: string;
  /** A branch, tag, other ref or full commit; null for the default branch. */
  readonly ref: string | null;
  /** The folder within the repository that is the context, without a slash at either end; empty for all of it. */
  readonly subfolder: string;
  /** The same as written, which some versions of BuildKit name it by. */
  readonly writtenSubfolder: string;
  /** The beginning of the commit that it must be, null where none is demanded. */
  readonly checksum: string | null;
  /** Whether the checksum is fetched, whatever the ref stands for. */
  readonly byCommit: boolean;
}
