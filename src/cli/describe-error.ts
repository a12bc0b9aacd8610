import { type ErrorCode, isVerifyError, type VerifyError } from '../gate/index.ts';
import { visible } from '../report/index.ts';
import { exitStatus, exitStatusOfError } from './exit-status.ts';

/** A stack as it is, with every line of it made harmless. */
function traceOf(error: Error): string {
  return (error.stack ?? error.message).split('\n').map(visible).join('\n');
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
  const told = hint ?? commonCures[code] ?? null;
  return told === null || message.includes(told) ? '' : ` (${told})`;
}

/**
 * One line that names the thing, its place and the cure, with the exit status that goes with it: what comes from outside cannot begin a second line.
 * An error that is none of ours is a defect: it is named without its stack unless `debug` is set.
 */
export function describeError(error: unknown, debug: boolean): { readonly text: string; readonly status: number } {
  if (!isVerifyError(error)) {
    const message = visible(error instanceof Error ? error.message : String(error));
    const detail = debug && error instanceof Error ? traceOf(error) : message;
    return {
      text: `docker verify: internal error: ${detail} (run with -D for details)`,
      status: exitStatus.defect,
    };
  }
  const trace = debug ? `\n${traceOf(error)}` : '';
  return {
    text: `${visible(`docker verify: ${place(error)}${error.message}${cure(error)}`)}${trace}`,
    status: exitStatusOfError(error.code),
  };
}
