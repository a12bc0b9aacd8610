import type {
  Digest,
  FindingCode,
  Mode,
  PolicyLayerName,
  ReportPolicy,
  Signer,
  VerificationMaterial,
} from '../../../model/index.ts';
import type { ImagePattern } from '../patterns/image-pattern.ts';
import type { Mirror } from '../patterns/mirror.ts';
import type { SignedIdentity } from '../patterns/signed-identity.ts';
import type { TextPattern } from '../patterns/text-pattern.ts';
import type { ClusterPolicy } from './cluster-policy.ts';
import type { SignerEntry } from './trusted-signer.ts';

/** What a policy says of something that no rule settles. */
export type DefaultVerdict = 'deny' | 'warn' | 'allow';

export interface AttestationRequirement {
  /** As written. */
  readonly type: string;
  /** Predicate types, as globs. */
  readonly predicateTypes: readonly string[];
  /** Null: the rule's. */
  readonly signedBy: readonly SignerEntry[] | null;
  readonly where: { readonly builder: TextPattern | null; readonly sourceRepository: TextPattern | null };
  /** Of verification summaries: what they must say; null for every other type. */
  readonly summary: SummaryRequirement | null;
}

export interface SummaryRequirement {
  readonly verifier: TextPattern | null;
  readonly policy: TextPattern | null;
  /** Null: an image's name must be that of the image, or one that it stands for. */
  readonly resource: TextPattern | null;
  readonly result: 'PASSED' | 'FAILED';
}

export interface LockRequirement {
  /** The project's, or that beside the rule's own policy. */
  readonly lock: 'own' | 'project';
  /** What becomes of an image whose tag stands for another digest now. */
  readonly moved: 'warn' | 'block';
}

export interface LineageRequirement {
  readonly depth: number | 'all';
  readonly unknown: 'block' | 'warn' | 'allow';
  readonly claims: 'signed' | 'unsigned';
}

/** A rule of a policy, its files read and its names resolved. */
export interface PolicyRule {
  /** Its name, else its number within its file, from 1. */
  readonly label: string;
  readonly policy: string;
  readonly line: number | null;
  readonly images: readonly ImagePattern[];
  /** As written, for people. */
  readonly written: readonly string[];
  /** The mode in force for it. */
  readonly mode: Mode;
  readonly signedBy: readonly SignerEntry[] | null;
  readonly threshold: number;
  readonly locked: LockRequirement | null;
  readonly attestations: readonly AttestationRequirement[];
  readonly lineage: LineageRequirement | null;
  /** Milliseconds. */
  readonly maxAge: number | null;
  /** Milliseconds. */
  readonly minAge: number | null;
  readonly packages: { readonly deny: readonly string[]; readonly max: number | null } | null;
  readonly digest: boolean;
  readonly sameRepository: 'ignore' | 'warn' | 'deny';
  readonly signedIdentity: SignedIdentity | null;
  readonly signatures: SignatureLocation | null;
  /** For a rule of the built-in policy: what the catalogue says. */
  readonly publisher: PublisherRange | null;
}

/** What the catalogue says of a publisher's entry. */
export interface PublisherRange {
  readonly name: string;
  readonly confidence: 'confirmed' | 'probable';
  readonly version: string | null;
  /** `YYYY-MM-DD`. */
  readonly date: string | null;
}

/** An entry of the catalogue: these images are signed so, since then. */
export interface PublisherEntry {
  readonly images: readonly ImagePattern[];
  readonly written: readonly string[];
  readonly signedBy: readonly SignerEntry[];
  readonly range: PublisherRange;
}

/** A publisher, ready for use. */
export interface Publisher {
  readonly name: string;
  readonly title: string;
  readonly confidence: 'confirmed' | 'probable';
  /** `YYYY-MM-DD`; null where unknown. */
  readonly checked: string | null;
  readonly sources: readonly string[];
  /** Where it is declared: `builtin`, or the file as named to the user. */
  readonly origin: string;
  readonly layer: PolicyLayerName;
  readonly entries: readonly PublisherEntry[];
}

interface SignatureLocation {
  readonly repository: string | null;
  readonly tagPrefix: string | null;
}

/** A top-level field, with the policy that sets it and the mode in force there. */
export interface Setting {
  readonly verdict: DefaultVerdict;
  readonly policy: string;
  readonly mode: Mode;
}

/** What a policy says of images that are only in the local store: `built` lets in those that were built here, and no others. */
export interface LocalSetting extends Omit<Setting, 'verdict'> {
  readonly verdict: DefaultVerdict | 'built';
}

export interface CacheImportSetting extends Setting {
  readonly from: readonly ImagePattern[];
}

/** What one policy asks of git repositories and downloads. */
export interface SourceSetting {
  readonly git: 'any' | 'pinned' | 'checksum';
  readonly http: 'any' | 'pinned' | 'checksum';
  readonly policy: string;
  readonly mode: Mode;
}

/** One entry of a lock file. */
export interface LockEntry {
  readonly digest: Digest;
  readonly signer: Signer | null;
  /** RFC 3339, UTC. */
  readonly lockedAt: string;
}

/** A lock file, or the place where it would be. */
export interface LockFile {
  /** As named to the user. */
  readonly path: string;
  readonly exists: boolean;
  readonly images: Readonly<Record<string, LockEntry>>;
}

/** One layer that gives a verdict on every image. */
export interface PolicyLayer {
  readonly layer: PolicyLayerName;
  /** Its files as named to the user. */
  readonly policies: readonly string[];
  readonly rules: readonly PolicyRule[];
  readonly default: Setting | null;
  /** Of each of its files that says anything: the strictest of what they make of an image counts. */
  readonly local: readonly LocalSetting[];
  readonly cacheImports: CacheImportSetting | null;
  /** Names that a folder may stand for. */
  readonly contexts: readonly string[];
  /** Of this layer and those before it. */
  readonly mirrors: readonly Mirror[];
  /** Identifiers of the trusted roots that this layer and those before it declare. */
  readonly trustedRoots: readonly string[];
  /** Likewise of the timestamp authorities for Notation; the built-in catalogue's count for every layer. */
  readonly timestampAuthorities: readonly string[];
  readonly ownLock: LockFile | null;
  readonly projectLock: LockFile | null;
  readonly clusterPolicies: readonly ClusterPolicy[];
  readonly exceptions: readonly PolicyException[];
  /** Of each of its files that has the field. */
  readonly sources: readonly SourceSetting[];
}

/** A waiver: a refusal of its own layer becomes a warning until it ends. */
export interface PolicyException {
  readonly images: readonly ImagePattern[];
  /** These bytes only; null for any. */
  readonly digest: Digest | null;
  /** What is waived; null for every refusal that may be. */
  readonly findings: readonly FindingCode[] | null;
  readonly reason: string;
  /** Null where the policy names no signers. */
  readonly approvedBy: string | null;
  /** The last day on which it counts, `YYYY-MM-DD`, UTC. */
  readonly until: string;
  readonly policy: string;
  readonly line: number | null;
}

/** What `recommend` names first for images that match. */
export interface Recommendation {
  readonly pattern: ImagePattern;
  readonly images: readonly string[];
}

/** Where the credentials of registries may go for a token beside their own domains; all lower case. */
export type TokenServices = readonly { readonly registry: string; readonly hosts: readonly string[] }[];

/** Where a machine's policy wants verdicts written: a file, absolute, or the system's log. */
export type VerdictLog = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'syslog' };

/** A key that a policy wants from the network. */
export interface KeyFetch {
  readonly url: string;
  /** Of the bytes, hexadecimal. */
  readonly sha256: string;
  readonly name: string;
}

/** Every policy in force, read and checked: what `decide` judges by. JSON-serialisable. */
export interface PolicySet {
  /** The strictest mode of any policy in force. */
  readonly mode: Mode;
  /**
   * The mode for what no rule speaks of (a builder that would not obey, an audit, local images, folders for images): warn without
   * a written policy and without `--mode`, so that no build that is fine today breaks.
   */
  readonly sideMode: Mode;
  readonly layers: readonly PolicyLayer[];
  readonly reportPolicies: readonly ReportPolicy[];
  /** What the policies declare; the embedded trusted roots come beside it. */
  readonly material: VerificationMaterial;
  readonly fetches: readonly KeyFetch[];
  /** Every publisher that a policy may name: the built-in catalogue's and those of the layers' own files. */
  readonly publishers: readonly Publisher[];
  /** Authorities (`CertificateMaterial.id`) of Notation whose certificates must not be revoked. */
  readonly revocable: readonly string[];
  /** Whether a rule relies on GitHub's own trusted root, which counts for no other rule. */
  readonly namesGithub: boolean;
  /**
   * The reason with which this run may go on where a policy refuses; null where none was given. `denied` names the policy that does not
   * allow it, and then nothing is let through.
   */
  readonly breakGlass: { readonly reason: string; readonly deniedBy: string | null } | null;
  /** Whether builds are recorded. */
  readonly records: boolean;
  /** Where each verdict is written; empty unless a policy asks for it. */
  readonly logs: readonly VerdictLog[];
  readonly recommend: readonly Recommendation[];
  /** Of the machine's and the user's policies. */
  readonly tokenServices: TokenServices;
  /** Where signatures are kept, if not beside the image, for images that match. */
  readonly signatureLocations: readonly (SignatureLocation & { readonly images: readonly ImagePattern[] })[];
  /** The project's lock, or the place where it would be: what it names is built from the digest there, whether or not a rule asks. */
  readonly projectLock: LockFile | null;
  /** The folder of the project's policy, or where it would be; null where there is no local project. */
  readonly projectFolder: string | null;
}
