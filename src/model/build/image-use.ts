import type { CanonicalName } from '../image/reference.ts';
import type { CacheImport } from './build-invocation.ts';

export type UseKind =
  | 'from'
  | 'copy'
  | 'mount'
  | 'frontend'
  | 'context'
  | 'sbom-generator'
  | 'onbuild'
  | 'cache-import';

/** One place where a build asks for an image. */
export interface Use {
  readonly kind: UseKind;
  /** The bake target; `default` for a plain build. */
  readonly target: string;
  /** The stage's name as written, else its index; null outside of a stage. */
  readonly stage: string | null;
  /** The Dockerfile as the user named it, null for an option of the command line. */
  readonly file: string | null;
  /** From 1; null where there is no file. */
  readonly line: number | null;
  readonly column: number | null;
}

/** What asks for a source: an ADD, one that a base image or stage puts off, a context, or `--file`. */
export type SourceUseKind = 'add' | 'onbuild' | 'context' | 'dockerfile';

/** One place where a build asks for a source. */
export interface SourceUse extends Omit<Use, 'kind'> {
  readonly kind: SourceUseKind;
}

/** A git repository or a download that a build asks for. */
export interface FetchedSource {
  readonly kind: 'git' | 'http';
  /** Where it lies, for people: of a repository with its ref and folder; without credentials and without a download's query. */
  readonly name: string;
  /** What holds the builder to the content: a whole commit, or an algorithm with a checksum; null where nothing does. */
  readonly pin: string | null;
  readonly uses: readonly SourceUse[];
}

/** An image that BuildKit would pull, with every place that asks for it. */
export interface ImageUse {
  readonly name: CanonicalName;
  /** As it stands in the Dockerfile or on the command line, before any expansion. */
  readonly written: string;
  /** `os/architecture[/variant]`, sorted. */
  readonly platforms: readonly string[];
  readonly uses: readonly Use[];
  /** The stage of the Dockerfile that may have been meant instead; left out where none has nearly that name. */
  readonly nearStage?: string;
}

/** Something that only a build can settle. */
export interface Unknown {
  readonly reason: 'custom-frontend' | 'remote-context' | 'stdin-context';
  readonly line: number | null;
}

/** A named context that may put something else where an image is named: a folder, a layout, another target (`context.replaces-image`). */
export interface ContextReplacement {
  /** The context's name as written on the command line. */
  readonly name: string;
  /** The canonical name that it stands for, null where the name is no reference. */
  readonly image: CanonicalName | null;
  readonly value: string;
  /** Whether its name carries a registry, tag or digest. */
  readonly qualified: boolean;
  /**
   * Whether its name carries a registry, tag or digest, or stands in a FROM, where only targets are expected; otherwise only a policy's
   * rule makes it a replacement.
   */
  readonly certain: boolean;
  readonly uses: readonly Use[];
}

/** What one Dockerfile uses: the second station. */
export interface ScanResult {
  readonly images: readonly ImageUse[];
  readonly cacheImports: readonly CacheImport[];
  readonly unknown: readonly Unknown[];
  readonly replacements: readonly ContextReplacement[];
  /** The git repositories and downloads that it asks for; left out where there are none. */
  readonly sources?: readonly FetchedSource[];
  /** The image that each target's own image is built on; left out where that is none, or not known. */
  readonly runtimeBases?: readonly RuntimeBase[];
}

/** The image that a target's image is built on, which it contains. */
export interface RuntimeBase {
  readonly target: string;
  readonly name: CanonicalName;
}
