import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Outcome, type RunningLab, run } from '../lab/running-lab.ts';
import type { RandomCommand } from './random-command.ts';

/** What must never be seen, whatever is asked. */
export type Failure = 'internal error' | 'stack trace' | 'ended by a signal' | 'no end';

export interface Judged {
  readonly outcome: Outcome;
  readonly failure: Failure | null;
}

const timeout = 40_000; // milliseconds: more than what a machine under load needs

function layOut(folder: string, files: RandomCommand['files']): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (name.endsWith('/')) mkdirSync(path, { recursive: true });
    else if (content === '|') execFileSync('mkfifo', [path]);
    else if (content.startsWith('-> ')) symlinkSync(content.slice(3), path);
    else writeFileSync(path, content);
  }
}

function failureOf({ status, stdout, stderr }: Outcome, tookTooLong: boolean): Failure | null {
  if (tookTooLong) return 'no end';
  if (status === 70 || stderr.includes('internal error')) return 'internal error';
  // also what V8 ends with where it gives up, and the system where there is no memory left; 130 is a command that was cancelled
  if (status > 128 && status !== 130) return 'ended by a signal';
  const trace = /^\s+at (?:.+ \()?(?:node:|file:|app\.cjs|\/)[^\n]*:\d+:\d+\)?$|^Node\.js v\d/m;
  return trace.test(stderr) || trace.test(stdout) ? 'stack trace' : null;
}

/** Runs the executable as a random command asks, in a folder of its own that is removed afterwards, and judges how it ended. */
export async function runCommand(lab: RunningLab, executable: string, command: RandomCommand): Promise<Judged> {
  const folder = mkdtempSync(join(tmpdir(), 'verify-fuzz-'));
  try {
    const project = join(folder, 'project');
    mkdirSync(project);
    layOut(project, command.files);
    const plugins = join(project, 'config', 'cli-plugins');
    mkdirSync(plugins, { recursive: true });
    symlinkSync(lab.buildx, join(plugins, 'docker-buildx'));
    symlinkSync(join(lab.dockerConfig, 'cli-plugins', 'docker-compose'), join(plugins, 'docker-compose'));
    const program = join(folder, command.startedAs);
    symlinkSync(executable, program);
    const env = {
      DOCKER_CONFIG: join(project, 'config'),
      ...(command.engine ? {} : { DOCKER_HOST: 'unix:///nonexistent.sock' }),
      HOME: join(folder, 'home'),
      XDG_STATE_HOME: join(project, 'state'),
      XDG_CACHE_HOME: join(folder, 'cache'),
      DOCKER_VERIFY_TIMEOUT: '5s',
      ...command.variables,
    };
    // the program is named from the root: where its folder was removed, and whatever PATH says
    const script = command.removed ? 'mkdir gone && cd gone && rmdir ../gone && exec "$@"' : 'exec "$@"';
    const words = ['-c', script, 'sh', program, ...command.args];
    const begun = Date.now();
    const outcome = await run(lab, '/bin/sh', words, { cwd: project, env, stdin: command.stdin, timeout });
    return { outcome, failure: failureOf(outcome, Date.now() - begun >= timeout) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
