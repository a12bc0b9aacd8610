import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { projectAddress } from '../../src/report/index.ts';
import { root } from '../build/folders.ts';

const run = promisify(execFile);

/** What is built. */
export interface Source {
  /** Where its repository is. */
  readonly repository: string;
  /** Whole; null where this folder is no checkout. */
  readonly commit: string | null;
  /** Whether tracked files differ from that commit. */
  readonly isChanged: boolean;
  /** The commit's, or SOURCE_DATE_EPOCH: the time that everything made bears. */
  readonly time: Date;
}

async function git(...words: readonly string[]): Promise<string | null> {
  try {
    return (await run('git', [...words], { cwd: root })).stdout.trim();
  } catch {
    return null;
  }
}

function repositoryOf({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name }: NodeJS.ProcessEnv): string {
  return server && name ? `${server}/${name}` : projectAddress.replace(/\/$/, '');
}

/**
 * Looks at what this folder is a checkout of.
 * @throws Error where nothing says what time to write: it would be another one in each build
 */
export async function readSource(variables: NodeJS.ProcessEnv): Promise<Source> {
  const commit = await git('rev-parse', 'HEAD');
  const seconds = variables['SOURCE_DATE_EPOCH'] ?? (await git('log', '-1', '--format=%ct')) ?? '';
  if (!/^\d+$/.test(seconds)) throw new Error('set SOURCE_DATE_EPOCH: this is no git checkout that would tell a time');
  const isChanged = commit !== null && (await git('status', '--porcelain', '--untracked-files=no')) !== '';
  return { repository: repositoryOf(variables), commit, isChanged, time: new Date(Number(seconds) * 1000) };
}
