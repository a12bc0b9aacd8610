import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitHub } from './github.ts';
import { ActionError } from './inputs.ts';
import type { PullRequest } from './pull-request.ts';
import { type Ended, runProgram } from './run-program.ts';

export interface BaseOptions {
  /** The root of the checkout that holds the change. */
  readonly repository: string;
  /** A folder outside of it, that is made here. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Where the base branch stands now: what the event says of it may be as old as the pull request, and so may be the policy there. It is asked of
 * GitHub and not of the checkout, whose `origin` may be the fork.
 */
async function tipOf(github: GitHub, { base }: PullRequest): Promise<string> {
  try {
    const branch = base.branch.split('/').map(encodeURIComponent).join('/');
    const answer = (await github.call('GET', `/git/ref/heads/${branch}`)) as {
      readonly object?: { readonly sha?: unknown };
    } | null;
    const sha = answer?.object?.sha;
    if (typeof sha === 'string' && /^[0-9a-f]{40,64}$/.test(sha)) return sha;
  } catch {
    // a commit of the base branch that is a little older is as trusted
  }
  return base.commit;
}

/**
 * Writes the files of the base branch, as they are there, beside the checkout, which stays as it is.
 * @returns the commit
 * @throws ActionError where git cannot
 */
export async function writeBaseBranch(
  github: GitHub,
  pullRequest: PullRequest,
  { repository, folder, env }: BaseOptions,
): Promise<string> {
  const commit = await tipOf(github, pullRequest);
  await mkdir(folder, { recursive: true });
  const git = async (...parameters: readonly string[]): Promise<Ended> => {
    const settings = ['-c', `safe.directory=${repository}`, '-c', 'core.hooksPath=/dev/null'];
    const index = { GIT_INDEX_FILE: join(folder, '..', 'base.index'), GIT_TERMINAL_PROMPT: '0' };
    return await runProgram('git', [...settings, ...parameters], { cwd: repository, env: { ...env, ...index } });
  };
  const must = async (...parameters: readonly string[]): Promise<string> => {
    const ended = await git(...parameters);
    if (ended.status === 0) return ended.out.trim();
    throw new ActionError(
      `the policy of the base branch ${pullRequest.base.branch} cannot be read: git ${parameters[0]} said ${ended.err.trim()}. Check the repository out with actions/checkout before this step`,
    );
  };
  if ((await git('cat-file', '-e', `${commit}^{commit}`)).status !== 0) {
    // one commit for a checkout that is shallow; a whole one stays whole
    const isShallow = (await must('rev-parse', '--is-shallow-repository')) === 'true';
    await must(
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-recurse-submodules',
      ...(isShallow ? ['--depth=1'] : []),
      'origin',
      commit,
    );
  }
  await must('read-tree', commit);
  await must('checkout-index', '--all', '--force', `--prefix=${folder}/`);
  return commit;
}
