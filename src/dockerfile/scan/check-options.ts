import { type BuildArguments, buildArgument } from '../stage/global-arguments.ts';
import { detectCheckOptions } from '../text/directives.ts';
import { invalidDockerfile } from '../text/invalid-dockerfile.ts';
import { trim } from '../text/whitespace.ts';

/** Go's strconv.ParseBool. */
const booleans: ReadonlySet<string> = new Set('1 t T TRUE true True 0 f F FALSE false False'.split(' '));

/** What is wrong with the options, null for nothing (buildkit, frontend/dockerfile/linter: ParseLintOptions). */
function problemOf(options: string): string | null {
  if (trim(options) === '') return null;
  const [first = '', second, ...others] = options.split(';');
  const parts = [first, ...(second === undefined ? [] : [second]), ...(others.length === 0 ? [] : [others.join(';')])];
  for (const part of parts) {
    const equals = part.indexOf('=');
    if (equals < 0) return `invalid check option "${part}"`;
    const name = trim(part.slice(0, equals));
    if (name === 'error' && !booleans.has(trim(part.slice(equals + 1))))
      return `failed to parse check option "${part}"`;
    if (!['skip', 'experimental', 'error'].includes(name)) return `invalid check option "${name}"`;
  }
  return null;
}

/**
 * Refuses options for BuildKit's checks that BuildKit refuses: those of `BUILDKIT_DOCKERFILE_CHECK`, else of the directive.
 * @throws VerifyError `dockerfile.invalid`
 */
export function refuseCheckOptions(text: string, file: string, given: BuildArguments): void {
  const option = buildArgument(given, 'BUILDKIT_DOCKERFILE_CHECK');
  const directive = option === null ? detectCheckOptions(text) : null;
  const problem = problemOf(option ?? directive?.word ?? '');
  if (problem === null) return;
  const place = directive === null ? { file } : { file, line: directive.line, column: directive.column };
  throw invalidDockerfile(`failed to parse check options: ${problem}`, place);
}
