import { VerifyError } from '../model/index.ts';

/** The shells that we write functions and completions for. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;

export type Shell = (typeof shells)[number];

/**
 * The shell that `name` names.
 * @throws VerifyError `usage.invalid`
 */
export function parseShell(name: string): Shell {
  const shell = shells.find((candidate) => candidate === name);
  if (shell !== undefined) return shell;
  throw new VerifyError('usage.invalid', `"${name.slice(0, 100)}" is not a shell that is known here`, {
    hint: `write one of ${shells.join(', ')}`,
  });
}
