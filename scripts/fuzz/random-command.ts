import { Random } from '../oracle/seeded-random.ts';
import {
  buildOptions,
  commands,
  dockerFlags,
  plainOptions,
  variableNames,
  variableValues,
  wellMeant,
} from './command-words.ts';
import { hostile } from './hostile-values.ts';
import { randomFiles } from './random-files.ts';

/** One run of the executable. */
export interface RandomCommand {
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Content by path, below the folder of the run; a path with a slash at its end is an empty folder, `-> x` a link, `|` a pipe. */
  readonly files: Readonly<Record<string, string>>;
  readonly stdin: string;
  /** The name that the executable is started under. */
  readonly startedAs: 'docker-verify' | 'docker-verify-build' | 'docker-buildx' | 'docker-compose';
  /** Whether the current folder is removed before. */
  readonly removed: boolean;
  /** Whether there is an engine. */
  readonly engine: boolean;
}

function reference(random: Random): string {
  const host = random.pick(hostile.hosts);
  const repository = random.pick(hostile.repositories);
  return `${host === '' ? '' : `${host}/`}${repository}${random.pick(hostile.suffixes)}`;
}

function value(random: Random): string {
  if (random.chance(25)) return reference(random);
  if (random.chance(30)) return random.pick(hostile.sources);
  return random.chance(55) ? random.pick(hostile.settings) : random.pick(hostile.strange);
}

const places = ['.', './sub', './link', 'docker-bake.json', 'policy.json', 'tests.yaml', 'x@1.0'] as const;

function operand(random: Random): string {
  return random.chance(55)
    ? random.pick(['.', './sub', 'link', '-', 'docker-bake.json', 'policy.json'])
    : value(random);
}

/** An option as it is meant to be written, as far as a value drawn at random can be that. */
function optionWords(random: Random, builds: boolean): readonly string[] {
  const option = random.chance(builds ? 85 : 15) ? random.pick(buildOptions) : random.pick(plainOptions);
  const given = wellMeant[option];
  const text = given !== undefined && random.chance(60) ? random.pick(given) : value(random);
  if (text === '') return [option];
  return random.chance(30) ? [`${option}=${text}`] : [option, text];
}

function words(random: Random): readonly string[] {
  const command: string[] = [...random.pick(commands)];
  if (random.chance(40)) return [...command, random.chance(60) ? random.pick(places) : reference(random)];
  const builds = ['build', 'bake', 'check', 'scan', 'init', 'lock', 'debug', 'verify'].includes(command[0] ?? '');
  if (random.chance(3)) command.unshift(random.pick(hostile.strange));
  const flags = random.chance(6) ? [random.pick(dockerFlags), random.pick(hostile.strange)] : [];
  const given = Array.from({ length: random.number(4) }, () => optionWords(random, builds)).flat();
  const operands = Array.from({ length: random.pick([0, 1, 1, 1, 1, 1, 2]) }, () => operand(random));
  const rest = random.chance(20) ? [...operands, ...given] : [...given, ...operands];
  return [...flags, ...command, ...rest];
}

function variablesOf(random: Random, removed: boolean): Readonly<Record<string, string>> {
  const chosen = Array.from({ length: random.pick([0, 0, 1, 1, 2, 3]) }, () => {
    const given = random.chance(50) ? random.pick(variableValues) : random.pick(hostile.strange);
    return [random.pick(variableNames), given] as const;
  });
  // Node itself gives up on a relative HOME in a removed folder, before any line of ours runs (lib/internal/modules/cjs/loader.js: _initPaths)
  const isStartable = ([name, given]: readonly [string, string]): boolean =>
    !removed || name !== 'HOME' || given === '' || given.startsWith('/');
  return Object.fromEntries(chosen.filter(isStartable));
}

/** The run that belongs to a number: the same for the same number. */
export function randomCommand(number: number): RandomCommand {
  const random = new Random(number);
  const startedAs = random.chance(88)
    ? 'docker-verify'
    : random.pick(['docker-verify-build', 'docker-buildx', 'docker-compose'] as const);
  const removed = random.chance(4);
  return {
    args: words(random),
    variables: variablesOf(random, removed),
    files: randomFiles(
      random,
      () => reference(random),
      () => value(random),
    ),
    stdin: random.pick([
      '',
      'FROM scratch\n',
      'FROM app-1.0/x\n',
      '{',
      '\u001f\u008b\u0008',
      'BZh9',
      '\u0000'.repeat(600),
      'y\n',
    ]),
    startedAs,
    removed,
    engine: random.chance(50),
  };
}
