import { type ErrorCode, isVerifyError, type VerifyError } from '../gate/index.ts';
import { page, type Shown, visible, wrapLine } from '../report/index.ts';
import { exitStatus, exitStatusOf } from './exit-status.ts';

/** Where an error came from, a line for each call: a message of several lines is one line here too. */
function traceOf(error: Error): readonly Shown[] {
  const calls = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [`${error.name}: ${error.message}`, ...calls].map(visible);
}

function place(error: VerifyError): string {
  if (error.place === null) return '';
  const { file, line, column } = error.place;
  const position = [line, line === undefined ? undefined : column]
    .filter((part) => part !== undefined)
    .map((part) => `:${part}`);
  const named = `${file}${position.join('')}: `;
  const isNamed = error.message.startsWith(named) || (line === undefined && error.message.includes(file));
  return isNamed ? '' : named;
}

/** The cure where the error itself names none. */
const commonCures: Readonly<Partial<Record<ErrorCode, string>>> = {
  'dockerfile.invalid': 'mend the Dockerfile there; BuildKit would refuse it too',
  'policy.invalid': 'mend it there; `docker verify policy check` says when it is valid',
  'lock.invalid': 'mend it there, or write it anew with `docker verify lock`',
  'bake.invalid': 'see what `docker buildx bake --print` says',
  'trust.invalid': 'name a trusted root in the format of Sigstore',
  'config.invalid': 'mend that file',
};

function cure({ hint, code, message }: VerifyError): string {
  const cure = hint ?? commonCures[code] ?? null;
  return cure === null || message.includes(cure) ? '' : ` (${cure})`;
}

/**
 * One line that names the thing, its place and the cure, with the exit status that goes with it: what comes from outside cannot begin a second line.
 * An error that is none of ours is a defect. With `debug` the lines of its stack follow. With a `width` the line is broken between words.
 */
export function describeError(
  error: unknown,
  { debug = false, width = null }: { readonly debug?: boolean; readonly width?: number | null } = {},
): { readonly text: Shown; readonly status: number } {
  const trace = debug && error instanceof Error ? traceOf(error) : [];
  if (isVerifyError(error)) {
    const line = wrapLine(`docker verify: ${place(error)}${error.message}${cure(error)}`, width);
    return { text: page([line, ...trace]), status: exitStatusOf(error) };
  }
  const message = error instanceof Error ? error.message : String(error);
  const line = wrapLine(`docker verify: internal error: ${message}${debug ? '' : ' (run with -D for details)'}`, width);
  return { text: page([line, ...trace]), status: exitStatus.defect };
}
