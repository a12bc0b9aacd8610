import { posix, win32 } from 'node:path';

/** What a run knows of the machine and the person, taken from the process once, by `cli/`. No other room reads the process. */
export interface Environment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Absolute. Where the current folder was removed, a path at which nothing is. */
  readonly workingDirectory: string;
  /** Absolute: `HOME`, else what the account says. */
  readonly homeDirectory: string;
  readonly platform: NodeJS.Platform;
  /** Node's name for the architecture: `x64`, `arm64`. */
  readonly architecture: string;
  /** Null on Windows. */
  readonly userId: number | null;
  /** Windows alone: the folder for what belongs to the machine, asked of the system and not of the variables. */
  readonly programData?: string;
  /** Docker's global flags that stood before the plugin's name, in order, to be handed on to every docker we start. */
  readonly dockerFlags: readonly string[];
  /** The folder of Docker's configuration: `--config`, else `DOCKER_CONFIG`, else `~/.docker`. */
  readonly dockerConfigDirectory: string;
}

/**
 * The folder that a variable names; null where it is unset, empty or relative: those are to be ignored (XDG Base Directory
 * Specification, "Basics"), and would make a folder of the project stand for one of the machine or the person.
 */
export function folderNamedBy(environment: Environment, ...names: readonly string[]): string | null {
  const paths = environment.platform === 'win32' ? win32 : posix;
  for (const name of names) {
    const value = environment.variables[name] ?? '';
    if (paths.isAbsolute(value)) return value;
  }
  return null;
}
