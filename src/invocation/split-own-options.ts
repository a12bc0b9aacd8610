import leven from 'leven';
import { defaultOwnOptions, type OwnOptions, VerifyError } from '../model/index.ts';
import { bakeOptions } from './bake-options.ts';
import { buildOptions } from './build-options.ts';
import { type OptionTable, optionTable } from './option-table.ts';
import { bareOwnOptions, ownPrefix, prefixedOwnOptions } from './own-option-table.ts';
import { parseDuration } from './parse-duration.ts';
import { type ArgumentToken, parseGoBoolean, scanArguments } from './scan-arguments.ts';

const mostJobs = 256;

/** Whether the value of a `--policy` is buildx's: pairs, where ours is a file. */
const buildxPolicy = /^\s*[A-Za-z-]{1,40}\s*=/;

function invalid(option: string, value: string, expected: string): VerifyError {
  return new VerifyError('usage.invalid', `"${value.slice(0, 200)}" is not a value for --${option}`, {
    hint: `write ${expected}`,
  });
}

function oneOf<const T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw invalid(option, value, choices.join(' or '));
  return found;
}

function fileName(option: string, value: string): string {
  if (value === '') throw invalid(option, value, 'the name of a file');
  return value;
}

/** buildx's `--policy` takes `key=value` pairs, ours a file: one given for the other would leave the build unguarded. */
function policyFile(option: string, value: string): string {
  if (buildxPolicy.test(value)) {
    throw new VerifyError('usage.invalid', `--${option} names a policy file, found "${value.slice(0, 200)}"`, {
      hint: `buildx's own policy options belong to --policy of build and bake; a file of that name is written ./${value.slice(0, 100)}`,
    });
  }
  return fileName(option, value);
}

function emergencyReason(option: string, value: string): string {
  if (value.trim() === '') throw invalid(option, value, 'the reason, which stands in the report and in the record');
  return value.trim();
}

function jobCount(option: string, value: string): number {
  const count = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (count < 1 || count > mostJobs) throw invalid(option, value, `a whole number from 1 to ${mostJobs}`);
  return count;
}

function duration(option: string, value: string): number {
  const milliseconds = parseDuration(value);
  if (milliseconds === null) throw invalid(option, value, 'a duration such as 60s, 2m or 500ms');
  return milliseconds;
}

/** `options` after one more option of ours, `option` being its name as written and `name` that without the prefix. */
function withOption(options: OwnOptions, name: string, option: string, value: string): OwnOptions {
  const isOn = parseGoBoolean(value) === true;
  switch (name) {
    case 'policy':
      return { ...options, policies: [...options.policies, policyFile(option, value)] };
    case 'trusted-root':
      return { ...options, trustedRoots: [...options.trustedRoots, fileName(option, value)] };
    case 'mode':
      return { ...options, mode: oneOf(option, value, ['enforce', 'warn']) };
    case 'format':
      return { ...options, format: oneOf(option, value, ['text', 'json', 'sarif', 'markdown', 'html', 'csv']) };
    case 'output':
      return { ...options, output: fileName(option, value) };
    case 'break-glass':
      return { ...options, breakGlass: emergencyReason(option, value) };
    case 'jobs':
      return { ...options, jobs: jobCount(option, value) };
    case 'timeout':
      return { ...options, timeout: duration(option, value) };
    case 'no-color':
      return { ...options, color: !isOn };
    case 'offline':
    case 'refresh':
    case 'fresh':
    case 'quiet':
      return { ...options, [name]: isOn };
    default:
      throw new VerifyError('internal', `--${option} is declared but not read`);
  }
}

const mostMistyped = 2; // letters

/**
 * The error for an unknown option that must be one of ours: it begins like them, or (`bare`) is a letter or two from one. Nobody
 * else would refuse it, and a policy that was named with a slip of the finger would not be in force. Null for any other.
 */
function mistypedOption(token: ArgumentToken, bare: boolean): VerifyError | null {
  if (token.kind !== 'unknown' || !token.written.startsWith('--')) return null;
  const name = token.written.slice(2).split('=', 1)[0]?.slice(0, 40) ?? '';
  const isPrefixed = name.startsWith(ownPrefix);
  const names = (isPrefixed ? prefixedOwnOptions : bareOwnOptions).map((option) => option.name);
  const [nearest = ''] = names.toSorted((left, right) => leven(left, name) - leven(right, name));
  if (!isPrefixed && !(bare && leven(nearest, name) <= mostMistyped)) return null;
  return new VerifyError('usage.invalid', `there is no option --${name}`, { hint: `did you mean --${nearest}?` });
}

/** Of a command that builds: ours without the prefix. buildx would refuse it only later, or read it as its own, and the build go unguarded. */
function refuseBare(token: ArgumentToken, args: readonly string[]): void {
  const name = bareName(token);
  if (name === null || !bareOwnOptions.some((option) => option.name === name)) return;
  if (name === 'output' || name === 'quiet') return;
  if (name === 'policy' && buildxPolicy.test(policyValue(token, args))) return;
  throw new VerifyError('usage.invalid', `--${name} is no option of a build`, {
    hint: `ours is written --${ownPrefix}${name}`,
  });
}

function bareName(token: ArgumentToken): string | null {
  if (token.kind === 'option') return token.option.name === 'policy' ? 'policy' : null;
  if (token.kind !== 'unknown' || !token.written.startsWith('--')) return null;
  return token.written.slice(2).split('=', 1)[0] ?? null;
}

function policyValue(token: ArgumentToken, args: readonly string[]): string {
  if (token.kind === 'option') return token.value;
  if (token.kind !== 'unknown') return '';
  return token.selfContained ? token.written.slice('--policy='.length) : (args[token.first + 1] ?? '');
}

/** Where results of a build would go (buildx, util/buildflags/export.go): such a value of `--output` stays Docker's. */
function isBuildOutput(name: string, value: string): boolean {
  return name === 'output' && /(?:^|,)(?:type|dest)=/.test(value);
}

/** One argument that carries a letter of ours and one of Docker's cannot be taken apart. */
function refuseMixed(tokens: readonly ArgumentToken[], taken: ReadonlySet<number>, args: readonly string[]): void {
  const mixed = tokens.find(
    (token) => taken.has(token.first) && !(token.kind === 'option' && token.option.treatment === 'own'),
  );
  if (mixed === undefined) return;
  throw new VerifyError(
    'usage.invalid',
    `"${args[mixed.first]?.slice(0, 100)}" mixes an option of ours with Docker's`,
    {
      hint: 'write each letter apart',
    },
  );
}

/**
 * Refuses what neither we nor `docker build` have, for commands that never build and so have nobody else to refuse it.
 * @throws VerifyError `usage.invalid` with the nearest name
 */
export function refuseUnknownOptions(rest: readonly string[], flags: readonly string[] = []): void {
  const unknown = scanArguments(rest, tableFor(true, 'build')).find((token) => token.kind === 'unknown');
  if (unknown?.kind !== 'unknown') return;
  const written = unknown.written.split('=', 1)[0]?.slice(0, 60) ?? '';
  const names = [...flags, ...[...buildOptions, ...bareOwnOptions].map((option) => option.name)];
  const name = written.replace(/^-+/, '');
  const [nearest = ''] = names.toSorted((left, right) => leven(left, name) - leven(right, name));
  throw new VerifyError('usage.invalid', `there is no option ${written}`, { hint: `did you mean --${nearest}?` });
}

/** `-` stands for standard output where the result goes there anyway; a build's is Docker's alone. */
function settleOutput(own: OwnOptions, bare: boolean): OwnOptions {
  if (own.output !== '-') return own;
  if (bare) return { ...own, output: null };
  throw new VerifyError('usage.invalid', "the report cannot go to standard output, which is Docker's alone", {
    hint: 'name a file; one of that name is written ./-',
  });
}

const dockerOptions = { build: buildOptions, bake: bakeOptions, none: [] } as const;

/** Whose options stand beside ours: those of `buildx build`, of `buildx bake`, or nobody's. */
export type OptionHost = keyof typeof dockerOptions;

function tableFor(bare: boolean, host: OptionHost): OptionTable {
  return optionTable(dockerOptions[host], prefixedOwnOptions, bare ? bareOwnOptions : []);
}

/** A command line without our options, and what they say. */
export interface SplitArguments {
  readonly own: OwnOptions;
  /** Everything that is not ours, as given and in order. */
  readonly rest: readonly string[];
}

/**
 * Takes our options out of `args`: `--verify-…` and, with `bare`, the same without the prefix (a value of
 * `--output` that only a build could have stays Docker's). What is the value of one of Docker's options, or stands after `--`, is not ours whatever it looks like.
 * @throws VerifyError `usage.invalid` for a bad value, and for an option that can only be one of ours mistyped, with the nearest known name
 */
export function splitOwnOptions(args: readonly string[], bare: boolean, host: OptionHost = 'build'): SplitArguments {
  let own = defaultOwnOptions;
  const taken = new Set<number>();
  const tokens = scanArguments(args, tableFor(bare, host));
  for (const token of tokens) {
    if (!bare) refuseBare(token, args);
    const mistyped = mistypedOption(token, bare);
    if (mistyped !== null) throw mistyped;
    if (token.kind !== 'option' || token.option.treatment !== 'own') continue;
    const written = token.option.name;
    if (isBuildOutput(written, token.value)) continue;
    own = withOption(
      own,
      written.startsWith(ownPrefix) ? written.slice(ownPrefix.length) : written,
      written,
      token.value,
    );
    for (let index = token.first; index < token.first + token.count; index += 1) taken.add(index);
  }
  refuseMixed(tokens, taken, args);
  return { own: settleOutput(own, bare), rest: args.filter((_, index) => !taken.has(index)) };
}
