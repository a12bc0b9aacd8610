import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeBaseBranch } from './base-branch.ts';
import { environmentFor } from './environment.ts';
import type { GitHub } from './github.ts';
import { ActionError, choice, input, lines, type Variables } from './inputs.ts';
import { below, checkoutRoot, policiesFor, type TrustedBase } from './policies.ts';
import type { PullRequest } from './pull-request.ts';
import { type Ended, runProgram } from './run-program.ts';

/** Where a check is run, and for whom. */
export interface CheckRun {
  readonly variables: Variables;
  readonly github: GitHub;
  readonly pullRequest: PullRequest | null;
  readonly executable: string;
  readonly workspace: string;
  /** A new folder outside of the checkout, for all that is written. */
  readonly work: string;
  readonly echo: (text: string) => void;
}

/** How a check ended, and the files that it left. */
export interface Checked {
  readonly ended: Ended;
  readonly files: Readonly<Record<'json' | 'sarif' | 'markdown', string>>;
  /** The commit that was checked; null where the checkout is none of git's. */
  readonly commit: string | null;
  /** The commit of the base branch whose policy was used; null where it is that of the checkout. */
  readonly base: string | null;
}

const fileEndings: Readonly<Record<string, string>> = {
  json: 'json',
  sarif: 'sarif',
  markdown: 'md',
  html: 'html',
  junit: 'junit.xml',
  codequality: 'codequality.json',
  csv: 'csv',
};

/** A path that docker-verify cannot take for an option or the name of an image. */
function asPath(path: string): string {
  return /^(?:\.{0,2}\/|\.{1,2}$|[a-z]+:\/\/|[A-Za-z]:[\\/])/.test(path) ? path : `./${path}`;
}

/** The formats that are always written, and those that are asked for besides. */
function formatsOf(variables: Variables): readonly string[] {
  const more = lines(variables, 'formats').flatMap((line) => line.split(/[\s,]+/));
  const unknown = more.find((format) => !(format in fileEndings));
  if (unknown !== undefined)
    throw new ActionError(`formats: ${unknown} is not one of ${Object.keys(fileEndings).join(', ')}`);
  return [...new Set(['json', 'sarif', 'markdown', ...more])];
}

/** The commits that hold a change: its author's, and the one that GitHub made of it and the base branch. */
function commitsOf(variables: Variables, { head }: PullRequest): readonly string[] {
  return variables['GITHUB_EVENT_NAME'] === 'pull_request' ? [head, variables['GITHUB_SHA'] ?? ''] : [head];
}

/** The commit that is checked out there; null where git cannot say. */
async function checkedOut(repository: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const parameters = ['-c', `safe.directory=${repository}`, 'rev-parse', '--verify', 'HEAD'];
  const ended = await runProgram('git', parameters, { cwd: repository, env }).catch(() => null);
  return ended?.status === 0 ? ended.out.trim() : null;
}

async function trustedBase(
  run: CheckRun,
  repository: string,
): Promise<(TrustedBase & { readonly commit: string }) | null> {
  const { variables, pullRequest, work, github } = run;
  const from = choice(variables, 'policy-from', ['auto', 'base', 'checkout']);
  if (pullRequest === null) {
    if (from === 'base') throw new ActionError('policy-from: base is for runs about a pull request');
    return null;
  }
  if (from === 'checkout' && pullRequest.isUntrusted)
    throw new ActionError(
      'policy-from: checkout would have a change from outside bring the policy that it is judged by',
    );
  if (from === 'checkout' || (from === 'auto' && !pullRequest.isUntrusted)) return null;
  const folder = join(work, 'base');
  const commit = await writeBaseBranch(github, pullRequest, { repository, folder, env: { ...variables } });
  return { repository, folder, commit, changed: commitsOf(variables, pullRequest) };
}

/**
 * Runs `docker-verify check` as the inputs ask.
 * @throws ActionError for inputs that make no sense, and where a trusted policy cannot be had
 */
export async function runCheck(run: CheckRun): Promise<Checked> {
  const { variables, pullRequest, executable, workspace, work, echo } = run;
  const context = input(variables, 'context') || '.';
  const dockerfile = input(variables, 'dockerfile');
  const isRecursive = choice(variables, 'recursive', ['false', 'true']) === 'true';
  const isLocal = !/^[a-z]+:\/\//i.test(context);
  const folder = resolve(workspace, isLocal ? context : '.');
  const isWithin = isRecursive || dockerfile === '' || below(workspace, resolve(workspace, dockerfile)) === null;
  const start = isWithin ? folder : dirname(resolve(workspace, dockerfile));
  const env = environmentFor(variables, { isUntrusted: pullRequest?.isUntrusted ?? false });

  const repository = checkoutRoot(workspace, start);
  const commit = await checkedOut(repository, { ...variables });
  if (pullRequest?.isUntrusted && (commit === null || !commitsOf(variables, pullRequest).includes(commit)))
    throw new ActionError(
      `the checkout is at ${commit ?? 'no commit'}, and the pull request at ${pullRequest.head}: what would be checked is not the change. Give actions/checkout its ref, as docs/ci.md shows`,
    );
  const base = await trustedBase(run, repository);
  const convert = async (path: string): Promise<string> => {
    const { status, out, err } = await runProgram(executable, ['policy', 'convert', path], { cwd: work, env });
    if (status !== 0) throw new ActionError(`policy: ${path} cannot be converted: ${err.trim()}`);
    return out;
  };
  const given = [...lines(variables, 'policy'), ...lines(variables, 'policy-file')];
  const policies = await policiesFor({ workspace, given, start, isRecursive, base }, convert, work);

  const reports = join(work, 'reports');
  await mkdir(reports, { recursive: true });
  const fileOf = (format: string): string => join(reports, `docker-verify.${fileEndings[format]}`);
  const parameters = [
    'check',
    ...formatsOf(variables).flatMap((format) => ['--format', `${format}=${fileOf(format)}`]),
    ...policies.flatMap((policy) => ['--policy', policy]),
    ...(dockerfile === '' ? [] : ['--file', dockerfile]),
    ...(isRecursive ? ['--recursive'] : []),
    ...lines(variables, 'args'),
    asPath(context),
  ];
  const ended = await runProgram(executable, parameters, { cwd: workspace, env, echo });
  const files = { json: fileOf('json'), sarif: fileOf('sarif'), markdown: fileOf('markdown') };
  return { ended, files, commit, base: base?.commit ?? null };
}

/** What the report says as a whole. */
export interface Outcome {
  readonly verdict: 'allow' | 'warn' | 'block' | 'error';
  readonly counts: Readonly<Record<'images' | 'allow' | 'warn' | 'block' | 'error', number>>;
}

const nothing = { images: 0, allow: 0, warn: 0, block: 0, error: 0 };

/**
 * The outcome of a check by its report and its status together: where they disagree, or there is no report, it is an error, since nothing but
 * both of them makes "allowed".
 */
export async function outcomeOf({ ended, files }: Checked): Promise<Outcome> {
  let report: Partial<{ verdict: unknown; summary: Partial<Record<keyof typeof nothing, unknown>> }>;
  try {
    report = JSON.parse(await readFile(files.json, 'utf8'));
  } catch {
    return { verdict: 'error', counts: nothing };
  }
  const { verdict } = report;
  const count = (name: keyof typeof nothing): number => Number(report.summary?.[name] ?? 0);
  const counts = {
    images: count('images'),
    allow: count('allow'),
    warn: count('warn'),
    block: count('block'),
    error: count('error'),
  };
  if ((verdict === 'allow' || verdict === 'warn') && ended.status === 0) return { verdict, counts };
  if (verdict === 'block' && ended.status === 10) return { verdict, counts };
  return { verdict: 'error', counts };
}
