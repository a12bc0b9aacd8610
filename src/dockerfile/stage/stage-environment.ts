import { posix } from 'node:path';

/**
 * The variables of a stage, as far as they can be known: what a base image brings along is not read here, so a name
 * that the Dockerfile does not set may still have a value.
 */
export class StageEnvironment {
  /** Absolute, null where it is not known. */
  workingDirectory: string | null = null;
  readonly #values: Map<string, string | undefined>;
  readonly #declared: Set<string>;
  readonly #complete: boolean;

  private constructor(values: Map<string, string | undefined>, declared: Set<string>, complete: boolean) {
    this.#values = values;
    this.#declared = declared;
    this.#complete = complete;
  }

  /** Of a stage on `scratch`, where everything is known. */
  static ofScratch(): StageEnvironment {
    const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    const environment = new StageEnvironment(new Map([['PATH', path]]), new Set(), true);
    environment.workingDirectory = '/';
    return environment;
  }

  /** Of a stage on an image or on other content that was not read. */
  static ofUnread(): StageEnvironment {
    return new StageEnvironment(new Map(), new Set(), false);
  }

  /** What a stage based on this one begins with. */
  inherit(): StageEnvironment {
    const child = new StageEnvironment(new Map(this.#values), new Set(this.#declared), this.#complete);
    child.workingDirectory = this.workingDirectory;
    return child;
  }

  /** What WORKDIR does; null where the path cannot be known. */
  changeDirectory(path: string | null): void {
    const base = path?.startsWith('/') === true ? '/' : this.workingDirectory;
    this.workingDirectory = path === null || base === null ? null : posix.resolve(base, path);
  }

  /** `value` undefined where it cannot be known. */
  set(name: string, value: string | undefined): void {
    this.#values.set(name, value);
  }

  /** An ARG without any value counts as unset: that the base has a variable of the same name is not expected. */
  declare(name: string): void {
    this.#declared.add(name);
  }

  /** Null where it is not set, undefined where it is not known. */
  get(name: string): string | null | undefined {
    if (this.#values.has(name)) return this.#values.get(name);
    return this.#complete || this.#declared.has(name) ? null : undefined;
  }
}
