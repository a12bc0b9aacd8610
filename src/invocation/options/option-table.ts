/** What an option of Docker's means to us. */
type Treatment =
  | 'images' // decides which images the build uses
  | 'output' // decides where results and text go; read so that a report can say so
  | 'builder' // decides who builds
  | 'passed' // changes nothing of ours
  | 'legacy' // of the builder before BuildKit: taken and ignored by buildx, or refused by it
  | 'own'; // ours, never seen by buildx

/** One option as pflag would declare it. */
export interface OptionDefinition {
  /** Long name without dashes. */
  readonly name: string;
  /** The single letter, null for none. */
  readonly short: string | null;
  /** `boolean` takes a value only after `=`; `value` takes the rest of its argument, else the next argument whatever that is. */
  readonly takes: 'value' | 'boolean';
  /** False: the last one wins. */
  readonly repeatable: boolean;
  readonly treatment: Treatment;
}

/** Options by long name and by letter. */
export interface OptionTable {
  readonly byName: ReadonlyMap<string, OptionDefinition>;
  readonly byLetter: ReadonlyMap<string, OptionDefinition>;
}

/** A table of `definitions`; of two with one name or letter the later counts. */
export function optionTable(...definitions: readonly (readonly OptionDefinition[])[]): OptionTable {
  const all = definitions.flat();
  const withLetter = all.flatMap((option) => (option.short === null ? [] : [[option.short, option] as const]));
  return { byName: new Map(all.map((option) => [option.name, option])), byLetter: new Map(withLetter) };
}

/** Shorthand of the data files: name with its letter after a comma (`file,f`), kind, treatment; `value*` may be repeated. */
export type OptionRow = readonly [names: string, takes: 'value' | 'value*' | 'boolean', treatment: Treatment];

/** The definitions that `rows` stand for. */
export function defineOptions(rows: readonly OptionRow[]): readonly OptionDefinition[] {
  return rows.map(([names, takes, treatment]) => {
    const [name = '', short = null] = names.split(',');
    return {
      name,
      short,
      takes: takes === 'boolean' ? 'boolean' : 'value',
      repeatable: takes === 'value*',
      treatment,
    };
  });
}

/** Whose options stand beside ours: those of `buildx build`, of `buildx bake`, or none. */
export type OptionHost = 'build' | 'bake' | 'none';
