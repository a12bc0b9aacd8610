/** What Docker was asked to build, before anything is read: the first station of the pipeline. */
export interface BuildInvocation {
  readonly verb: 'build' | 'bake';
  /** One for `build`; one for each bake target. */
  readonly targets: readonly BuildTarget[];
  /** The builder named by `--builder`, else null. */
  readonly builder: string | null;
}

export interface BuildTarget {
  /** `default` for `build`, the target's name for `bake`. */
  readonly name: string;
  readonly context: BuildContext;
  readonly dockerfile: DockerfileSource;
  /** `--target`, as written. */
  readonly stage: string | null;
  /** `--platform`, as written and split at commas; empty for the builder's own. */
  readonly platforms: readonly string[];
  /** `--build-arg` in order, the last of a name wins; null where only the name was given and the environment has no value. */
  readonly buildArguments: Readonly<Record<string, string | null>>;
  /** `--build-context`, or a bake target's `contexts`; no key twice. */
  readonly namedContexts: readonly NamedContextOption[];
  readonly cacheImports: readonly CacheImport[];
  /** The image of the SBOM generator that was asked for (`--sbom`, `--attest type=sbom`), null for none. */
  readonly sbomGenerator: string | null;
  /** Names that the image gets; left out where none. */
  readonly tags?: readonly string[];
  /** Ids of `--secret`; left out where none. */
  readonly secrets?: readonly string[];
  /** Ids of `--ssh`; left out where none. */
  readonly ssh?: readonly string[];
  /** `--label`, the last of a name wins; left out where none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** `--network`, as written; left out where nothing was said. */
  readonly network?: string;
  /** `--add-host`, as `name:address`; left out where none. */
  readonly hosts?: readonly string[];
}

/** What stands in for a name. A list and no object: an object puts keys like `1` before all others. */
export interface NamedContextOption {
  /** As written. */
  readonly name: string;
  /** Under which the builder looks it up: of `--build-context` the short form of the reference, of a bake file the name as it is. */
  readonly key: string;
  readonly value: string;
}

export type BuildContext =
  | { readonly kind: 'folder'; readonly path: string } // absolute
  | { readonly kind: 'stdin' } // `-`: a Dockerfile or a tar archive, which its first bytes show
  | { readonly kind: 'git' | 'http'; readonly url: string }
  | { readonly kind: 'target'; readonly value: string } // bake's `target:` and the like
  | { readonly kind: 'image' | 'layout'; readonly value: string }; // docker-image://, oci-layout://

export type DockerfileSource =
  | { readonly kind: 'file'; readonly path: string; readonly written: string } // absolute path on this machine; as the user wrote it
  | { readonly kind: 'in-context'; readonly path: string } // within a context that is no local folder
  | { readonly kind: 'stdin' }
  | { readonly kind: 'inline'; readonly text: string } // bake's dockerfile-inline
  | { readonly kind: 'remote'; readonly url: string };

export interface CacheImport {
  /** `registry`, `local`, `gha`, `s3`, … */
  readonly type: string;
  /** The image reference of a registry cache, else the attributes as written. */
  readonly ref: string;
}
