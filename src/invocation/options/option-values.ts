import { parseGoBoolean } from '../../model/index.ts';
import type { ArgumentToken } from './scan-arguments.ts';

/** The values of every option on a command line, by name, in order. */
export class OptionValues {
  readonly #values = new Map<string, string[]>();
  readonly #last = new Map<string, number>();

  constructor(tokens: readonly ArgumentToken[]) {
    for (const token of tokens) {
      if (token.kind !== 'option') continue;
      const { name } = token.option;
      this.#values.set(name, [...(this.#values.get(name) ?? []), token.value]);
      this.#last.set(name, token.first);
    }
  }

  /** All values, in order. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** The last value, which is the one that counts where an option does not repeat; null where it is absent or empty. */
  last(name: string): string | null {
    const value = this.all(name).at(-1);
    return value === undefined || value === '' ? null : value;
  }

  /** Whether a boolean is on. */
  isOn(name: string): boolean {
    return parseGoBoolean(this.all(name).at(-1) ?? 'false') === true;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The argument's index where an option stands last, -1 where it is absent. */
  position(name: string): number {
    return this.#last.get(name) ?? -1;
  }
}
