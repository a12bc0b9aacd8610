import { VerifyError } from '../../model/index.ts';
import type { ArgumentToken } from '../options/scan-arguments.ts';

function usage(message: string, hint: string): VerifyError {
  return new VerifyError('usage.invalid', message, { hint });
}

/** Whether the argument before `token` is an option that we don't know and that may take `token` as its value. */
function mayBeValue(tokens: readonly ArgumentToken[], index: number): boolean {
  const before = tokens[index - 1];
  return before?.kind === 'unknown' && !before.selfContained;
}

/**
 * The one PATH, URL or `-` of a build. buildx takes exactly one, and that settles most cases of `--unknown VALUE`: a value that
 * follows an option that we don't know is the path only where nothing else can be. Where two readings remain the command line is
 * refused, since verifying one context and building another would be worse than asking for `--unknown=VALUE`.
 * @throws VerifyError `usage.invalid` for none, several, or no telling which
 */
export function findPath(tokens: readonly ArgumentToken[]): string {
  const certain: string[] = [];
  const doubtful: string[] = [];
  tokens.forEach((token, index) => {
    if (token.kind === 'positional') (mayBeValue(tokens, index) ? doubtful : certain).push(token.value);
  });
  const [path, second] = certain.length === 0 ? doubtful : certain;
  if (path === undefined)
    throw usage('a build needs a context', 'name a folder (for instance .), a URL, or - for standard input');
  if (second === undefined) return path;
  if (certain.length > 0) {
    throw usage(
      `a build takes one context, found "${path.slice(0, 100)}" and "${second.slice(0, 100)}"`,
      'write each option before its value, and one context',
    );
  }
  throw usage(
    `either "${path.slice(0, 100)}" or "${second.slice(0, 100)}" is the context`,
    'write unknown options as --option=value',
  );
}
