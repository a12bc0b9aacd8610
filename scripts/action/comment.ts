import { createHash } from 'node:crypto';
import type { GitHub } from './github.ts';
import type { Variables } from './inputs.ts';
import type { PullRequest } from './pull-request.ts';
import { shortened } from './runner.ts';

/** GitHub takes 65,536 characters; the rest is for what stands around the report. */
const mostOfComment = 60_000;
const mostPages = 30;
const perPage = 100;

interface Comment {
  readonly id?: unknown;
  readonly body?: unknown;
  readonly user?: { readonly login?: unknown } | null;
}

/** What a comment is to say. */
export interface Verdict {
  readonly markdown: string;
  readonly isAllowed: boolean;
}

/**
 * What a comment of ours begins with, one for each job and folder that is checked. It is a hash, since the name of a workflow or folder could
 * end the HTML comment.
 */
export function markerOf(variables: Variables, checked: readonly string[]): string {
  const names = [variables['GITHUB_WORKFLOW'], variables['GITHUB_JOB'], variables['GITHUB_ACTION'], ...checked];
  return `<!-- docker-verify ${createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 24)} -->`;
}

/** Who writes with the token that every run has. */
const everyRun = 'github-actions[bot]';

/**
 * The comment that begins with the marker and is our own. One that somebody else began so is left alone: its author could write another
 * verdict into it later.
 */
async function findComment(github: GitHub, number: number, marker: string): Promise<number | null> {
  let name: string | null = null;
  for (let page = 1; page <= mostPages; page++) {
    const path = `/issues/${number}/comments?per_page=${perPage}&page=${page}`;
    const answer = await github.call('GET', path);
    if (!Array.isArray(answer)) throw new Error('GitHub answered no list of comments');
    for (const { id, body, user } of answer as readonly Comment[]) {
      if (typeof body !== 'string' || !body.startsWith(marker) || typeof id !== 'number') continue;
      name ??= (await github.ownName()) ?? everyRun;
      if (user?.login === name) return id;
    }
    if (answer.length < perPage) return null;
  }
  return null;
}

/** Whether the pull request still has the commit that was checked: an older run that ends late must not overwrite a newer one's word. */
async function isCurrent(github: GitHub, { number, head }: PullRequest): Promise<boolean> {
  const answer = (await github.call('GET', `/pulls/${number}`)) as {
    readonly head?: { readonly sha?: unknown };
  } | null;
  return answer?.head?.sha === head;
}

/**
 * Says the verdict in the pull request: one comment, written anew each time.
 * @param when `problems` begins none where all is well, but updates one that is there
 * @returns what was done, or why nothing
 * @throws RefusedError, Error where GitHub takes none
 */
export async function writeComment(
  github: GitHub,
  pullRequest: PullRequest,
  marker: string,
  { markdown, isAllowed }: Verdict,
  when: 'always' | 'problems',
): Promise<'written' | 'updated' | 'not needed' | 'outdated'> {
  if (!(await isCurrent(github, pullRequest))) return 'outdated';
  const body = `${marker}\n${shortened(markdown, mostOfComment)}`;
  const found = await findComment(github, pullRequest.number, marker);
  if (found !== null) {
    await github.call('PATCH', `/issues/comments/${found}`, { body });
    return 'updated';
  }
  if (isAllowed && when === 'problems') return 'not needed';
  await github.call('POST', `/issues/${pullRequest.number}/comments`, { body });
  return 'written';
}
