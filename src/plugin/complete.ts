/** What a word can be completed to, with a description for people. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What is offered for a word, and what the shell offers where no value fits. */
export interface Offer {
  readonly values: readonly Candidate[];
  readonly otherwise: 'files' | 'folders' | 'nothing';
}

/** What stands before the word that is completed. */
export interface EarlierWords {
  /** The values of each option that was given, by its long name; a boolean's are empty. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

/** What may stand in one place of a command line. */
export type WordSource = (word: string, earlier: EarlierWords) => Offer | Promise<Offer>;

/** An option that can be completed. */
export interface CompletedOption {
  /** Without dashes. */
  readonly name: string;
  /** Its letter; null for none. */
  readonly short: string | null;
  readonly description: string;
  readonly takes: 'value' | 'boolean';
  readonly repeatable: boolean;
  readonly values: WordSource;
}

/** A command that can be completed. The caller knows them; this room does not. */
export interface CompletedCommand extends Candidate {
  readonly options: () => readonly CompletedOption[];
  readonly operands: WordSource;
  /** Commands behind it. */
  readonly commands: readonly CompletedCommand[];
}

/** What the shell is to do besides offering the values (spf13/cobra, completions.go: ShellCompDirective). */
const directives = { files: 0, noSpace: 2, nothing: 4, folders: 16 } as const;

/**
 * What may be offered: nothing in it means anything to any shell. The scripts of others that ask us, Docker's among them, hand what we
 * say to their shell, and bash's `compgen -W` runs a `$(…)` that it finds there. Files, whose names may hold anything, shells offer themselves.
 */
const harmless = /^[A-Za-z0-9_./][A-Za-z0-9_./:@+=,-]*$/;
const longestValue = 512;
const mostValues = 500;

/** What a source offers, without what is more than a name. */
async function ask(source: WordSource, word: string, earlier: EarlierWords): Promise<Offer> {
  const { values, otherwise } = await source(word, earlier);
  const kept = values.filter(({ value }) => value.length <= longestValue && harmless.test(value));
  return { values: kept, otherwise };
}

/** A description without what a shell could take for more than text. */
function harmlessText(text: string): string {
  return text
    .replaceAll(/[`$"\\]/g, '')
    .replaceAll("'", '’')
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}

function answer({ values, otherwise }: Offer, word: string): string {
  const each = new Map(values.map((candidate) => [candidate.value, candidate]));
  const fitting = [...each.values()].filter(({ value }) => value.startsWith(word)).slice(0, mostValues);
  const lines = fitting.map(({ value, description }) =>
    description === '' ? value : `${value}\t${harmlessText(description)}`,
  );
  const isOpen = fitting.length > 0 && fitting.every(({ value }) => /[/=.,]$/.test(value) && value !== '.');
  const directive = directives[otherwise] + (isOpen ? directives.noSpace : 0);
  return `${[...lines, `:${directive}`].join('\n')}\n`;
}

interface ReadWords extends EarlierWords {
  /** The option whose value comes next. */
  readonly awaited: CompletedOption | null;
  /** Whether `--` has ended the options. */
  readonly isEnded: boolean;
}

/** The options that one word holds, as pflag reads it: `--x`, `--x=v`, `-x`, `-xv`, `-xy`. The last may await its value: null. */
function optionsIn(
  word: string,
  options: readonly CompletedOption[],
): readonly (readonly [option: CompletedOption, value: string | null])[] {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const option = options.find((each) => each.name === name);
    return option === undefined ? [] : [[option, equals < 0 ? null : word.slice(equals + 1)]];
  }
  const found: (readonly [CompletedOption, string | null])[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const option = options.find(({ short }) => short !== null && short === word[at]);
    if (option === undefined) return found;
    const rest = word.slice(at + 1);
    if (option.takes === 'value') return [...found, [option, rest === '' ? null : rest.replace(/^=/, '')]];
    found.push([option, '']);
  }
  return found;
}

/** Reads the words before the one that is completed. */
function readWords(words: readonly string[], options: readonly CompletedOption[]): ReadWords {
  const given = new Map<string, string[]>();
  const operands: string[] = [];
  let awaited: CompletedOption | null = null;
  let isEnded = false;
  const give = ({ name }: CompletedOption, value: string): void => {
    given.set(name, [...(given.get(name) ?? []), value]);
  };
  for (const word of words) {
    if (awaited !== null) {
      give(awaited, word);
      awaited = null;
    } else if (isEnded || word === '-' || !word.startsWith('-')) operands.push(word);
    else if (word === '--') isEnded = true;
    else {
      for (const [option, value] of optionsIn(word, options)) {
        if (value === null && option.takes === 'value') awaited = option;
        else give(option, value ?? '');
      }
    }
  }
  return { options: given, operands, awaited, isEnded };
}

function optionNames(word: string, options: readonly CompletedOption[], given: EarlierWords['options']): Offer {
  const left = options.filter(({ name, repeatable }) => repeatable || !given.has(name));
  const long = left.map(({ name, description }) => ({ value: `--${name}`, description }));
  const short = left.flatMap(({ short: letter, description }) =>
    letter === null || word !== '-' ? [] : [{ value: `-${letter}`, description }],
  );
  return {
    values: [...long.toSorted((one, other) => (one.value < other.value ? -1 : 1)), ...short],
    otherwise: 'nothing',
  };
}

async function completeArgument(words: readonly string[], command: CompletedCommand): Promise<string> {
  const word = words.at(-1) ?? '';
  const options = command.options();
  const { awaited, isEnded, ...earlier } = readWords(words.slice(0, -1), options);
  if (awaited !== null) return answer(await ask(awaited.values, word, earlier), word);
  if (isEnded || !word.startsWith('-')) return answer(await ask(command.operands, word, earlier), word);
  // of `--x=v` only the value is answered: the scripts of spf13/cobra put the rest before it themselves
  const [, name, begun = ''] = /^--([^=]+)=(.*)$/s.exec(word) ?? [];
  if (name === undefined) return answer(optionNames(word, options, earlier.options), word);
  const option = options.find((each) => each.name === name);
  const offer: Offer =
    option === undefined ? { values: [], otherwise: 'nothing' } : await ask(option.values, begun, earlier);
  return answer(offer, begun);
}

const anything: CompletedCommand = {
  value: '',
  description: '',
  options: () => [],
  operands: () => ({ values: [], otherwise: 'files' }),
  commands: [],
};

/**
 * Answers Docker's `__complete`: `words` are what follows the plugin's name, the last one being completed. One `value\tdescription` a
 * line, then `:` and what the shell should do.
 */
export async function complete(words: readonly string[], commands: readonly CompletedCommand[]): Promise<string> {
  const [first = '', ...others] = words;
  if (words.length < 2) return answer({ values: commands, otherwise: 'nothing' }, first);
  const command = commands.find(({ value }) => value === first) ?? anything;
  return await (command.commands.length > 0 ? complete(others, command.commands) : completeArgument(others, command));
}
