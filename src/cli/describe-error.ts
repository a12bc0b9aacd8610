import { type ErrorCode, isVerifyError, type VerifyError } from '../gate/index.ts';
import { exitStatus, exitStatusOfError } from './exit-status.ts';

/** Control characters, which could come from a hostile registry and rule the terminal, made visible. */
function printable(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => {
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    },
  );
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
 * One line that names the thing, its place and the cure, with the exit status that goes with it.
 * An error that is none of ours is a defect: it is named without its stack unless `debug` is set.
 */
export function describeError(error: unknown, debug: boolean): { readonly text: string; readonly status: number } {
  if (!isVerifyError(error)) {
    const detail = error instanceof Error ? (debug ? (error.stack ?? error.message) : error.message) : String(error);
    return {
      text: `docker verify: internal error: ${printable(detail)} (run with -D for details)`,
      status: exitStatus.defect,
    };
  }
  const trace = debug && error.stack !== undefined ? `\n${error.stack}` : '';
  return {
    text: printable(`docker verify: ${place(error)}${error.message}${cure(error)}${trace}`),
    status: exitStatusOfError(error.code),
  };
}
