import type { Digest } from '../image/digest.ts';
import type { Signer } from '../image/evidence.ts';
import type { EvidenceForm } from '../image/signature-forms.ts';
import type { Basis, Status } from '../verdict/decision.ts';
import type { ReportPolicy } from '../verdict/report.ts';

/** One line of the journal: what a target of a build was made of, and where it went. Field names are the contract's. */
export interface BuildRecord {
  readonly schemaVersion: 1;
  /** A ULID: sorts by time. */
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** The version of this program. */
  readonly tool: string;
  readonly verb: 'build' | 'bake';
  /** `default` for `build`, the target's name for `bake`. */
  readonly target: string;
  /** `--target`, null for the last stage. */
  readonly stage: string | null;
  /** The builder's own reference (`builder/node/id`), null where it kept none. */
  readonly ref: string | null;
  /** The digest of the image's config; null where the builder did not name it. */
  readonly imageId: Digest | null;
  /** The digest of the manifest or index; null where the builder did not name it. */
  readonly digest: Digest | null;
  readonly tags: readonly string[];
  /** Names that were pushed. */
  readonly pushed: readonly string[];
  readonly platforms: readonly string[];
  readonly context: RecordedContext;
  readonly dockerfile: { readonly path: string | null; readonly sha256: string | null };
  readonly arguments: RecordedArguments;
  readonly images: readonly RecordedImage[];
  /** Exceptions that let an image through, for people. */
  readonly exceptions: readonly string[];
  /** The reason that was given; null where nothing had to be let through. */
  readonly breakGlass: string | null;
  readonly verdict: Status;
  /** Whether what the builder really used was compared with what was verified, and all of it was; left out by older versions. */
  readonly audited?: boolean;
  /** Digests of the SBOMs that it was asked to make; left out where none was asked for or none could be read, and by older versions. */
  readonly sboms?: readonly Digest[];
  /** The policies that were in force; left out by older versions. */
  readonly policies?: readonly RecordedPolicy[];
  /** Of a record that another machine shared, whence it came; never of a build of this machine. */
  readonly pulled?: PulledFrom;
}

/** A policy that was in force. */
export type RecordedPolicy = Pick<ReportPolicy, 'layer' | 'source' | 'sha256'>;

/** Where a record comes from that was not made on this machine. */
export interface PulledFrom {
  /** The repository that it was pulled from. */
  readonly from: string;
  /** Its signer, whom the user who pulled it trusts. */
  readonly signer: Signer | null;
  /** What the verification summary says. */
  readonly result: SummaryResult;
}

/** What a verification summary says of an image. */
export type SummaryResult = 'PASSED' | 'FAILED';

/** What was built from. */
export interface RecordedContext {
  readonly kind: 'folder' | 'git' | 'http' | 'stdin' | 'other';
  /** The folder, or the URL without credentials. */
  readonly source: string | null;
  /** The git remote, without credentials; null where it is no checkout. */
  readonly remote: string | null;
  readonly commit: string | null;
  /** Whether files differed from the commit; null where that is not known. */
  readonly dirty: boolean | null;
  /** The context's folder below the checkout, empty for its top; null where it is no checkout. */
  readonly subdirectory: string | null;
}

/** Arguments that are no secrets. */
export interface RecordedArguments {
  /** Values only of arguments that the Dockerfile declares, and of none whose name looks like a credential: those are null. */
  readonly build: Readonly<Record<string, string | null>>;
  /** Names of `--build-context`, with what stood for them. */
  readonly contexts: Readonly<Record<string, string>>;
  /** Ids alone. */
  readonly secrets: readonly string[];
  /** Ids alone. */
  readonly ssh: readonly string[];
  /** `--label`: they stand in the image for everybody to read; left out where none, and by older versions. */
  readonly labels?: Readonly<Record<string, string>>;
  /** `--network` of RUN steps; left out where nothing was said, and by older versions. */
  readonly network?: string;
  /** `--add-host`, as `name:address`, of a shared record the name alone; left out where none, and by older versions. */
  readonly hosts?: readonly string[];
}

/** What an image was used for. */
export type ImageRole = 'runtime-base' | 'build-stage' | 'frontend' | 'sbom-generator';

/** An image that the build used. */
export interface RecordedImage {
  readonly name: string;
  /** Null where it could not be resolved. */
  readonly digest: Digest | null;
  readonly platforms: readonly { readonly platform: string; readonly digest: Digest }[];
  readonly role: ImageRole;
  readonly status: Status;
  readonly basis: Basis;
  readonly verified: boolean;
  readonly signer: Signer | null;
  /** The rule that decided, by the name that the report gives it; null for none. */
  readonly rule: string | null;
  /** The images below it, as far as they were traced: nearest first. */
  readonly bases: readonly { readonly name: string | null; readonly digest: Digest | null }[];
  /** Digests of the SBOMs that are known to be attached. */
  readonly sboms: readonly Digest[];
  /** What the admission rests on: the manifests that carry what satisfied a rule. Left out by older versions. */
  readonly evidence?: readonly { readonly form: EvidenceForm; readonly manifest: Digest }[];
}
