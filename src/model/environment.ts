/** What a run knows of the machine and the person, taken from the process once, by `cli/`. No other room reads the process. */
export interface Environment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  readonly platform: NodeJS.Platform;
  /** Node's name for the architecture: `x64`, `arm64`. */
  readonly architecture: string;
  /** Null on Windows. */
  readonly userId: number | null;
  /** Docker's global flags that stood before the plugin's name, in order, to be handed on to every docker we start. */
  readonly dockerFlags: readonly string[];
  /** The folder of Docker's configuration: `--config`, else `DOCKER_CONFIG`, else `~/.docker`. */
  readonly dockerConfigDirectory: string;
}
