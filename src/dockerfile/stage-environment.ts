/**
 * The variables of a stage, as far as they can be known: what a base image brings along is not read here, so a name
 * that the Dockerfile does not set may still have a value.
 */
export class StageEnvironment {
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
    return new StageEnvironment(new Map([['PATH', path]]), new Set(), true);
  }

  /** Of a stage on an image or on other content that was not read. */
  static ofUnread(): StageEnvironment {
    return new StageEnvironment(new Map(), new Set(), false);
  }

  /** What a stage based on this one begins with. */
  inherit(): StageEnvironment {
    return new StageEnvironment(new Map(this.#values), new Set(this.#declared), this.#complete);
  }

  /** `value` undefined where it cannot be known. */
  set(name: string, value: string | undefined): void {
    this.#values.set(name, value);
  }

  /** An ARG without any value. Nobody names one like a variable of the base and means that one, so it counts as unset. */
  declare(name: string): void {
    this.#declared.add(name);
  }

  /** Null where it is not set, undefined where nobody can know. */
  get(name: string): string | null | undefined {
    if (this.#values.has(name)) return this.#values.get(name);
    return this.#complete || this.#declared.has(name) ? null : undefined;
  }
}
