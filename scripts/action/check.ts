/**
 * The action in action.yml: checks what a build would pull, and says it in the log, in the summary of the step, in the pull request and to code
 * scanning. The runner's own Node starts it without anything installed, so it uses nothing but what Node brings.
 */
import { mkdtemp, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checked, type Outcome, outcomeOf, runCheck } from './check-command.ts';
import { uploadSarif } from './code-scanning.ts';
import { markerOf, writeComment } from './comment.ts';
import { findExecutable } from './executable.ts';
import { type GitHub, gitHubOf } from './github.ts';
import { ActionError, choice, input, lines, required, type Variables } from './inputs.ts';
import { type PullRequest, pullRequestOf } from './pull-request.ts';
import { codeBlock, type Runner, runnerOf } from './runner.ts';

const words: Readonly<Record<Outcome['verdict'], string>> = {
  allow: 'allowed',
  warn: 'allowed with warnings',
  block: 'blocked',
  error: 'stopped: it could not be verified',
};

/** The report, or what docker-verify said where there is none, and what it was made for. */
async function markdownOf(
  checked: Checked,
  outcome: Outcome,
  variables: Variables,
  head: string | null,
): Promise<string> {
  const { ended, files, base, commit } = checked;
  const report = await readFile(files.markdown, 'utf8').catch(() => null);
  const title = `### ? ${words[outcome.verdict]} (exit status ${ended.status})\n\n`;
  const body = report ?? `${title}${codeBlock(ended.err.slice(-4000) || 'docker-verify wrote nothing')}`;
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = variables;
  const facts = [
    ...(commit === null ? [] : [`commit ${commit}`]),
    ...(head === null || head === commit ? [] : [`for the pull request at ${head}`]),
    ...(base === null ? [] : [`policy of the base branch at ${base}`]),
    `[the run](${server}/${repository}/actions/runs/${run})`,
  ];
  return `${body.trimEnd()}\n\n<sub>${facts.join(' · ')}</sub>\n`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Does what only tells of the verdict: whatever becomes of it, the verdict stands. */
async function attempt(runner: Runner, what: string, permission: string, action: () => Promise<string>): Promise<void> {
  try {
    runner.notice(`${what}: ${await action()}`);
  } catch (error) {
    const status = error !== null && typeof error === 'object' && 'status' in error ? error.status : null;
    const hint =
      status === 403 || status === 404
        ? `; the token may not: it needs ${permission}, which runs for forks do not get. The verdict stands here all the same`
        : '';
    runner.warning(`${what}: not written: ${reasonOf(error)}${hint}`);
    runner.summary(`\n> ${what}: not written${hint === '' ? '' : ` (the token of this run may not: ${permission})`}.`);
  }
}

/** What the workflow wants done with a verdict. */
interface Settings {
  readonly comment: 'always' | 'problems' | 'never';
  readonly failOn: 'block' | 'warn' | 'never';
  readonly hasUpload: boolean;
}

function settingsOf(variables: Variables): Settings {
  return {
    comment: choice(variables, 'comment', ['always', 'problems', 'never']),
    failOn: choice(variables, 'fail-on', ['block', 'warn', 'never']),
    hasUpload: choice(variables, 'upload-sarif', ['false', 'true']) === 'true',
  };
}

interface Step {
  readonly runner: Runner;
  readonly github: GitHub;
  readonly variables: Variables;
  readonly pullRequest: PullRequest | null;
  readonly settings: Settings;
}

async function tell(
  { runner, github, variables, pullRequest, settings }: Step,
  { checked, outcome, markdown }: { checked: Checked; outcome: Outcome; markdown: string },
): Promise<void> {
  const { comment, hasUpload } = settings;
  if (comment !== 'never' && pullRequest !== null) {
    const whatIsChecked = [input(variables, 'context'), input(variables, 'dockerfile'), ...lines(variables, 'args')];
    const verdict = { markdown, isAllowed: outcome.verdict === 'allow' };
    await attempt(runner, 'comment', 'pull-requests: write', async () => {
      return await writeComment(github, pullRequest, markerOf(variables, whatIsChecked), verdict, comment);
    });
  }
  if (hasUpload)
    await attempt(runner, 'code scanning', 'security-events: write', async () => {
      await uploadSarif(github, variables, pullRequest, checked.files.sarif);
      return 'handed in';
    });
}

function writeOutputs(runner: Runner, { ended, files }: Checked, { verdict, counts }: Outcome): void {
  const { images, allow, warn, block, error } = counts;
  const outputs = {
    verdict,
    status: ended.status,
    images,
    allowed: allow,
    warned: warn,
    blocked: block,
    errors: error,
  };
  for (const [name, value] of Object.entries(outputs)) runner.output(name, String(value));
  runner.output('report', files.json);
  runner.output('sarif', files.sarif);
  runner.output('markdown', files.markdown);
  runner.output('reports', join(files.json, '..'));
}

/** The step's own exit status: what the check said, or what the workflow wants of it. */
function statusFor({ failOn }: Settings, { ended }: Checked, { verdict }: Outcome): number {
  if (verdict === 'allow') return 0;
  if (verdict === 'warn') return failOn === 'warn' ? 10 : 0;
  // a step that never fails is one that only reports: what could not be judged at all (wrong inputs, a broken policy) is no verdict
  if (failOn === 'never' && (ended.status === 10 || ended.status === 11)) return 0;
  return ended.status === 0 ? 11 : ended.status;
}

/**
 * Runs the action.
 * @returns the exit status of the step
 */
export async function check(variables: Variables, write: (text: string) => void): Promise<number> {
  const runner = runnerOf(variables, write);
  try {
    const settings = settingsOf(variables); // what is misspelt stops the step before anything is looked up
    const token = input(variables, 'token');
    if (token !== '') runner.mask(token);
    const workspace = await realpath(required(variables, 'GITHUB_WORKSPACE'));
    const work = await mkdtemp(join(await realpath(required(variables, 'RUNNER_TEMP')), 'docker-verify-'));
    const github = gitHubOf(variables, token);
    const pullRequest = pullRequestOf(variables);
    const executable = findExecutable(variables, workspace);
    const checked = await runCheck({ variables, github, pullRequest, executable, workspace, work, echo: write });
    const outcome = await outcomeOf(checked);
    const markdown = await markdownOf(checked, outcome, variables, pullRequest?.head ?? null);
    runner.summary(markdown);
    writeOutputs(runner, checked, outcome);
    await tell({ runner, github, variables, pullRequest, settings }, { checked, outcome, markdown });
    const status = statusFor(settings, checked, outcome);
    if (status !== 0) runner.error(`docker verify: ${words[outcome.verdict]} (exit status ${checked.ended.status})`);
    return status;
  } catch (error) {
    const known = error instanceof ActionError;
    runner.error(
      `docker verify: ${reasonOf(error)}${known || !(error instanceof Error) ? '' : `\n${error.stack ?? ''}`}`,
    );
    runner.summary(`### ? stopped: nothing was verified\n\n${codeBlock(reasonOf(error))}`);
    runner.output('verdict', 'error');
    return known ? 64 : 11;
  }
}
