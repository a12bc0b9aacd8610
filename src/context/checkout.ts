import type { Environment } from '../model/index.ts';
import { runGit } from './git-process.ts';
import { Unread } from './unread.ts';

/** The state of a checkout that a folder lies in. */
export interface Checkout {
  /** The address of `origin`, as it is written there; null for none. */
  readonly remote: string | null;
  readonly commit: string;
  /** Whether files differ from the commit; null where that could not be found out. */
  readonly dirty: boolean | null;
  /** The folder below the checkout's top; empty for the top itself. */
  readonly subdirectory: string;
}

/** How git is run. */
export interface CheckoutQuestion {
  /** Git, absolute. */
  readonly program: string;
  readonly folder: string;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/** Nothing that a repository's own configuration names is run. */
const harmless = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-optional-locks'];
const mostOutput = 1024 * 1024;

async function ask(
  { program, folder, environment, signal }: CheckoutQuestion,
  args: readonly string[],
): Promise<string> {
  const { variables, platform } = environment;
  const run = { program, options: harmless, args, folder, variables, platform, limit: mostOutput, signal };
  return (await runGit(run)).toString('utf8');
}

async function orNull<Result>(asked: Promise<Result>): Promise<Result | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Unread) return null;
    throw error;
  }
}

/** What git says of the checkout that a folder lies in; null where it lies in none, or has no commit yet. */
export async function describeCheckout(question: CheckoutQuestion): Promise<Checkout | null> {
  // alone: most that are no checkouts are told by it, and each start of a program costs time
  const place = await orNull(ask(question, ['rev-parse', '--show-prefix', 'HEAD']));
  const [prefix = '', commit = ''] = place?.split('\n') ?? [];
  if (!/^[0-9a-f]{40,64}$/.test(commit)) return null;
  const [remote, status] = await Promise.all([
    orNull(ask(question, ['config', '--get', 'remote.origin.url'])),
    orNull(ask(question, ['status', '--porcelain', '.'])),
  ]);
  return {
    remote: remote?.trim() || null,
    commit,
    dirty: status === null ? null : status.trim() !== '',
    subdirectory: prefix.replace(/\/$/, ''),
  };
}
