import { isVerifyError, nearestName, VerifyError } from '../model/index.ts';
import { dockerFlagLength } from './docker-flags.ts';

/** How the executable was called: by Docker as a plugin, or by a person. */
export interface PluginCall {
  /** `buildx` where we stand in front of buildx (`install --mode full`), by the name that the executable was started under. */
  readonly role: 'verify' | 'buildx';
  /** Docker's global flags, as given. */
  readonly dockerFlags: readonly string[];
  /**
   * The first word: one of our commands, a verb of buildx, `help`, `version`, `__complete`, or `docker-cli-plugin-metadata`.
   * In buildx's place a call for help is its own option: `--help` or `-h` (it has no command `help`).
   */
  readonly command: string;
  readonly args: readonly string[];
  /** Whether Docker was left out: the plugin's name does not stand before the command. */
  readonly standalone: boolean;
}

/** Names that buildx has for the verbs that we guard (buildx, commands/build.go and commands/bake.go). */
const verbAliases: ReadonlyMap<string, string> = new Map([
  ['b', 'build'],
  ['f', 'bake'],
]);

const completionCommands = new Set(['__complete', '__completeNoDesc']);

interface Words {
  readonly flags: readonly string[];
  readonly verbFlags: readonly string[];
  readonly words: readonly string[];
}

/** How many arguments one of buildx's own root flags takes: `docker builder --builder x build .` is a way to write it. */
function rootFlagLength(argument: string): 0 | 1 | 2 {
  if (argument === '--builder') return 2;
  return argument.startsWith('--builder=') || /^(?:-D|--debug)(?:=|$)/.test(argument) ? 1 : 0;
}

function splitLeading(argv: readonly string[], whose: 'docker and buildx' | 'buildx'): Words {
  const flags: string[] = [];
  const verbFlags: string[] = [];
  let at = 0;
  while (at < argv.length) {
    const argument = argv[at] ?? '';
    const ofDocker = whose === 'docker and buildx' ? dockerFlagLength(argument) : 0;
    const ofRoot = ofDocker > 0 ? 0 : rootFlagLength(argument);
    if (ofDocker + ofRoot === 0) break;
    const end = at + ofDocker + ofRoot;
    if (end > argv.length)
      throw new VerifyError('usage.invalid', `${argument} needs a value`, { hint: `write ${argument} VALUE` });
    (ofDocker > 0 ? flags : verbFlags).push(...argv.slice(at, end));
    at = end;
  }
  const words = argv.slice(argv[at] === '--' ? at + 1 : at);
  return { flags, verbFlags, words };
}

const helpOptions = new Set(['-h', '--help']);

/** The command that `words` begin with, buildx's root flags put behind it. */
function commandOf(
  words: readonly string[],
  verbFlags: readonly string[],
  role: PluginCall['role'],
): Pick<PluginCall, 'command' | 'args'> {
  const [first = '--help', ...rest] = words;
  if (helpOptions.has(first)) return { command: role === 'buildx' ? first : 'help', args: rest };
  if (first === '-v' || first === '--version') return { command: 'version', args: rest };
  if (first.startsWith('-')) {
    const near = first.startsWith('--') ? nearestName(first.slice(2), ['help', 'version']) : null;
    throw new VerifyError('usage.invalid', `there is no option ${first.slice(0, 100)} before the command`, {
      hint: near === null ? 'write the command first: docker verify build [OPTIONS] PATH' : `did you mean --${near}?`,
    });
  }
  return { command: verbAliases.get(first) ?? first, args: [...verbFlags, ...rest] };
}

/** The name that a program was started under, without folder and `.exe`. */
function programName(path: string): string {
  return (path.split(/[/\\]/).at(-1) ?? '').replace(/\.exe$/i, '');
}

/** Docker's global flags that `argv` begins with. @throws VerifyError `usage.invalid` */
export function leadingDockerFlags(argv: readonly string[]): readonly string[] {
  return splitLeading(argv, 'docker and buildx').flags;
}

/** Whether we were started in docker-compose's place (`install --mode full`): `startedAs` as in `parsePluginArguments`. */
export function standsInForCompose(startedAs: string): boolean {
  return programName(startedAs) === 'docker-compose';
}

/** `help verify build` and `__complete verify build --f` carry the plugin's name second. */
function withoutName(words: readonly string[], name: PluginCall['role']): readonly string[] {
  const [first = '', second, ...rest] = words;
  const isWrapped = first === 'help' || completionCommands.has(first);
  if (!isWrapped || second !== name) return words;
  return [first === 'help' && name === 'buildx' ? '--help' : first, ...rest];
}

/** The flags of Docker's that stand before the word which is completed, taken out; one that still lacks its value is left there. */
function withoutFlags(words: readonly string[]): Pick<Words, 'flags' | 'words'> {
  const [command = '', ...others] = words;
  if (!completionCommands.has(command)) return { flags: [], words };
  try {
    const before = splitLeading(others.slice(0, -1), 'docker and buildx');
    return { flags: before.flags, words: [command, ...before.words, ...others.slice(-1)] };
  } catch (error) {
    if (isVerifyError(error)) return { flags: [], words };
    throw error;
  }
}

/**
 * Reads `argv` (without the program itself) as Docker hands it to a plugin: `[GLOBAL FLAGS] verify COMMAND …`, `help verify …`,
 * `__complete verify …`, `docker-cli-plugin-metadata`; or as a person writes it: `COMMAND …`. `startedAs` is the path that the program
 * was started under: as `docker-verify-build` everything is the arguments of `build`, as `docker-buildx` we stand in front of buildx.
 * @throws VerifyError `usage.invalid` for an unknown option before the command
 */
export function parsePluginArguments(argv: readonly string[], startedAs: string): PluginCall {
  const program = programName(startedAs);
  const role = program === 'docker-buildx' ? 'buildx' : 'verify';
  if (program === 'docker-verify-build')
    return { role, dockerFlags: [], command: 'build', args: argv, standalone: true };
  const leading = splitLeading(argv, 'docker and buildx');
  const { flags: dockerFlags } = leading;
  if (leading.words[0] === role) {
    const inner = splitLeading(leading.words.slice(1), 'buildx');
    const verbFlags = [...leading.verbFlags, ...inner.verbFlags];
    return { role, dockerFlags, standalone: false, ...commandOf(inner.words, verbFlags, role) };
  }
  const named = withoutName(leading.words, role);
  const { flags, words } = withoutFlags(named);
  const standalone = named === leading.words;
  const command = commandOf(words, leading.verbFlags, role);
  return { role, dockerFlags: [...dockerFlags, ...flags], standalone, ...command };
}
