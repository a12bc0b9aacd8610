/** What a word can be completed to, with a description for people. */
interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** An option that can be completed. */
export interface CompletedOption {
  /** Without dashes. */
  readonly name: string;
  readonly takes: 'value' | 'boolean';
  /** Its values, where it has few. */
  readonly choices: readonly string[];
}

/** A command that can be completed. The caller knows them; this room does not. */
export interface CompletedCommand extends Candidate {
  readonly options: () => readonly CompletedOption[];
  /** Whether what stands behind it is a folder sooner than a file. */
  readonly takesFolder: boolean;
  /** The words that it can stand before. */
  readonly operands: readonly string[];
  /** Commands behind it. */
  readonly commands: readonly CompletedCommand[];
}

/** What the shell is to do besides offering the values (spf13/cobra, completions.go: ShellCompDirective). */
const directives = { files: 0, noFiles: 4, folders: 16 } as const;

function answer(candidates: readonly Candidate[], directive: number): string {
  const lines = candidates.map(({ value, description }) => (description === '' ? value : `${value}\t${description}`));
  return `${[...lines, `:${directive}`].join('\n')}\n`;
}

function startingWith(values: readonly string[], prefix: string): readonly Candidate[] {
  return values.filter((value) => value.startsWith(prefix)).map((value) => ({ value, description: '' }));
}

/** The option that `word` is, if its value is the word to complete. */
function awaitsValue(word: string | undefined, options: readonly CompletedOption[]): CompletedOption | null {
  if (word?.startsWith('--') !== true) return null;
  return options.find(({ name, takes }) => takes === 'value' && `--${name}` === word) ?? null;
}

function completeArgument(words: readonly string[], command: CompletedCommand | undefined): string {
  const current = words.at(-1) ?? '';
  const options = command?.options() ?? [];
  const awaited = awaitsValue(words.at(-2), options);
  if (awaited !== null) {
    const isOpen = awaited.choices.length === 0;
    return answer(startingWith(awaited.choices, current), isOpen ? directives.files : directives.noFiles);
  }
  if (current.startsWith('-')) {
    const names = options.map(({ name }) => `--${name}`).toSorted();
    return answer(startingWith(names, current), directives.noFiles);
  }
  if (command !== undefined && command.operands.length > 0)
    return answer(startingWith(command.operands, current), directives.noFiles);
  return answer([], command?.takesFolder === true ? directives.folders : directives.files);
}

/**
 * Answers Docker's `__complete`: `words` are what follows the plugin's name, the last one being completed. One `value\tdescription` a
 * line, then `:` and what the shell should do.
 */
export function complete(words: readonly string[], commands: readonly CompletedCommand[]): string {
  const current = words.at(-1) ?? '';
  if (words.length < 2)
    return answer(
      commands.filter(({ value }) => value.startsWith(current)),
      directives.noFiles,
    );
  const [first, ...others] = words;
  const command = commands.find(({ value }) => value === first);
  return command !== undefined && command.commands.length > 0
    ? complete(others, command.commands)
    : completeArgument(words, command);
}
