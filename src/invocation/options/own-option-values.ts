import {
  defaultOwnOptions,
  nearestName,
  type OutputFormat,
  type OwnOptions,
  outputFormats,
  parseGoBoolean,
  VerifyError,
} from '../../model/index.ts';
import { ownVariables } from './own-option-table.ts';
import { parseDuration } from './parse-duration.ts';

const mostJobs = 256;

/** Whether the value of a `--policy` is buildx's: pairs, where ours is a file. */
export const buildxPolicy = /^\s*[A-Za-z-]{1,40}\s*=/;

/** @param source the option with its dashes, or the variable, that said so */
function invalid(source: string, value: string, expected: string): VerifyError {
  return new VerifyError('usage.invalid', `"${value.slice(0, 200)}" is not a value for ${source}`, {
    hint: `write ${expected}`,
  });
}

function oneOf<const T extends string>(source: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw invalid(source, value, choices.join(' or '));
  return found;
}

function fileName(source: string, value: string): string {
  if (value === '') throw invalid(source, value, 'the name of a file');
  return value;
}

/** buildx's `--policy` takes `key=value` pairs, ours a file: one given for the other would leave the build unguarded. */
function policyFile(source: string, value: string): string {
  if (buildxPolicy.test(value)) {
    throw new VerifyError('usage.invalid', `${source} names a policy file, found "${value.slice(0, 200)}"`, {
      hint: `buildx's own policy options belong to --policy of build and bake; a file of that name is written ./${value.slice(0, 100)}`,
    });
  }
  return fileName(source, value);
}

function emergencyReason(source: string, value: string): string {
  if (value.trim() === '') throw invalid(source, value, 'the reason, which stands in the report and in the record');
  return value.trim();
}

function jobCount(source: string, value: string): number {
  const count = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (count < 1 || count > mostJobs) throw invalid(source, value, `a whole number from 1 to ${mostJobs}`);
  return count;
}

function duration(source: string, value: string): number {
  const milliseconds = parseDuration(value);
  if (milliseconds === null) throw invalid(source, value, 'a duration such as 60s, 2m or 500ms');
  return milliseconds;
}

function boolean(source: string, value: string): boolean {
  const isOn = parseGoBoolean(value);
  if (isOn === null) throw invalid(source, value, 'true or false');
  return isOn;
}

/** @param formats those that the command prints: no other is proposed */
function format(source: string, value: string, formats: readonly OutputFormat[]): OutputFormat {
  const found = outputFormats.find((format) => format === value);
  if (found !== undefined) return found;
  const near = nearestName(value, formats);
  if (near === null) throw invalid(source, value, `one of ${formats.join(', ')}`);
  throw new VerifyError('usage.invalid', `"${value.slice(0, 200)}" is not a value for ${source}`, {
    hint: `did you mean ${near}?`,
  });
}

function givenTwice(what: string, hint: string): VerifyError {
  return new VerifyError('usage.invalid', `${what} is given twice`, { hint });
}

/** `FORMAT`, of what goes to standard output or `--output`, or `FORMAT=FILE` besides. */
function withFormat(options: OwnOptions, source: string, value: string, formats: readonly OutputFormat[]): OwnOptions {
  const equals = value.indexOf('=');
  const named = format(source, equals < 0 ? value : value.slice(0, equals), formats);
  const elsewhere = `write ${source} FORMAT=FILE for each but one`;
  if (equals < 0) {
    if (options.formatGiven) throw givenTwice(`${source} without a file`, elsewhere);
    return { ...options, format: named, formatGiven: true };
  }
  const file = value.slice(equals + 1);
  if (file === '' || file === '-')
    throw invalid(source, value, `${source} ${named} for standard output, or ${named}=FILE`);
  if (options.reports.some((report) => report.format === named))
    throw givenTwice(`${source} ${named}=…`, `write one file for each format`);
  return { ...options, reports: [...options.reports, { format: named, file }] };
}

/**
 * `options` after one more option of ours.
 * @param name without the prefix
 * @param source as written, with its dashes, or the variable that says so
 * @param formats those that the command prints
 * @throws VerifyError `usage.invalid` for a bad value
 */
export function withOption(
  options: OwnOptions,
  name: string,
  source: string,
  value: string,
  formats: readonly OutputFormat[] = outputFormats,
): OwnOptions {
  switch (name) {
    case 'policy':
      return { ...options, policies: [...options.policies, policyFile(source, value)] };
    case 'trusted-root':
      return { ...options, trustedRoots: [...options.trustedRoots, fileName(source, value)] };
    case 'mode':
      return { ...options, mode: oneOf(source, value, ['enforce', 'warn']) };
    case 'format':
      return withFormat(options, source, value, formats);
    case 'output':
      return { ...options, output: fileName(source, value) };
    case 'break-glass':
      return { ...options, breakGlass: emergencyReason(source, value) };
    case 'jobs':
      return { ...options, jobs: jobCount(source, value) };
    case 'timeout':
      return { ...options, timeout: duration(source, value) };
    case 'no-color':
      return { ...options, color: !boolean(source, value) };
    case 'offline':
    case 'refresh':
    case 'fresh':
    case 'quiet':
      return { ...options, [name]: boolean(source, value) };
    default:
      throw new VerifyError('internal', `${source} is declared but not read`);
  }
}

/**
 * Our options as the environment sets them (`DOCKER_VERIFY_FORMAT` and its like); an empty variable sets nothing.
 * @throws VerifyError `usage.invalid` that names the variable
 */
export function ownDefaults(variables: Readonly<Record<string, string | undefined>>): OwnOptions {
  let options = defaultOwnOptions;
  for (const { variable, option } of ownVariables) {
    const value = variables[variable]?.trim() ?? '';
    if (value === '') continue;
    // where a report goes is for the command line to say
    options =
      option === 'format'
        ? { ...options, format: format(variable, value, outputFormats) }
        : withOption(options, option, variable, value);
  }
  return options;
}
