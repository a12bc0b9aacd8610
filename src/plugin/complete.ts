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
}

/** What there is to complete: the commands, and the options of each. The caller knows them; this room does not. */
export interface CompletionSource {
  readonly commands: readonly Candidate[];
  readonly optionsOf: (command: string) => readonly CompletedOption[];
}

/** What the shell is to do besides offering the values (spf13/cobra, completions.go: ShellCompDirective). */
const directives = { files: 0, noFiles: 4, folders: 16 } as const;

/** Values of options that have few. */
const choices: ReadonlyMap<string, readonly string[]> = new Map([
  ['mode', ['enforce', 'warn']],
  ['format', ['text', 'json', 'sarif', 'markdown', 'html', 'csv']],
  ['progress', ['auto', 'none', 'plain', 'quiet', 'rawjson', 'tty']],
]);

const contextCommands = new Set(['build', 'check', 'scan', 'init', 'lock', 'lineage', 'packages']);

function answer(candidates: readonly Candidate[], directive: number): string {
  const lines = candidates.map(({ value, description }) => (description === '' ? value : `${value}\t${description}`));
  return `${[...lines, `:${directive}`].join('\n')}\n`;
}

function startingWith(values: readonly string[], prefix: string): readonly Candidate[] {
  return values.filter((value) => value.startsWith(prefix)).map((value) => ({ value, description: '' }));
}

/** The option that `word` is, if its value is the word to complete. */
function awaitsValue(word: string | undefined, options: readonly CompletedOption[]): string | null {
  if (word?.startsWith('--') !== true) return null;
  const option = options.find(({ name, takes }) => takes === 'value' && `--${name}` === word);
  return option?.name ?? null;
}

function completeValue(option: string, current: string): string {
  const values = choices.get(option.replace(/^verify-/, ''));
  return values === undefined
    ? answer([], directives.files)
    : answer(startingWith(values, current), directives.noFiles);
}

/**
 * Answers Docker's `__complete`: `words` are what follows the plugin's name, the last one being completed. One `value\tdescription` a
 * line, then `:` and what the shell should do.
 */
export function complete(words: readonly string[], source: CompletionSource): string {
  const current = words.at(-1) ?? '';
  const [command = ''] = words;
  if (words.length < 2) {
    const commands = source.commands.filter(({ value }) => value.startsWith(current));
    return answer(commands, directives.noFiles);
  }
  const options = source.optionsOf(command);
  const awaited = awaitsValue(words.at(-2), options);
  if (awaited !== null) return completeValue(awaited, current);
  if (!current.startsWith('-')) return answer([], contextCommands.has(command) ? directives.folders : directives.files);
  const names = options.map(({ name }) => `--${name}`).toSorted();
  return answer(startingWith(names, current), directives.noFiles);
}
