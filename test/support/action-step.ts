import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { type MockGitHub, startGitHub } from './mock-github.ts';
import { writeProgram } from './write-program.ts';

/** How a step ended, and what it left for the runner. */
export interface StepOutcome {
  readonly status: number;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly paths: readonly string[];
  /** The words that docker-verify was started with; empty where it was not. */
  readonly started: readonly string[];
  /** The environment that it saw. */
  readonly seen: string;
}

/** A runner's folders, a checkout, and a docker-verify that answers with a recorded report. */
export interface Step {
  readonly github: MockGitHub;
  readonly folder: string;
  readonly workspace: string;
  readonly home: string;
  readonly variables: Record<string, string>;
  write(files: Readonly<Record<string, string>>): void;
  git(...parameters: readonly string[]): string;
  /** Has docker-verify leave this recorded report, and end so. */
  answers(report: string | null, status: number, said?: string): void;
  /** The event's file, with fields of the fixture changed. */
  event(name: string, change?: (event: PullRequestEvent) => void): void;
  run(script: 'run-check.ts' | 'run-setup.ts', inputs?: Readonly<Record<string, string>>): Promise<StepOutcome>;
}

export interface PullRequestEvent {
  readonly pull_request: { readonly head: { sha: string }; readonly base: { sha: string; ref: string } };
}

const endings = {
  json: 'json',
  sarif: 'sarif',
  markdown: 'md',
  html: 'html',
  junit: 'xml',
  codequality: 'codequality.json',
  csv: 'csv',
};

function stub(folder: string, report: string | null, status: number, said: string): string {
  const fixtures = resolve('test/fixtures/report');
  const copies = Object.entries(endings).map(
    ([name, ending]) => `    ${name}=*) cp "${fixtures}/${report}.${ending}" "\${word#*=}" ;;`,
  );
  return `#!/usr/bin/env bash
if [ "$1 $2" = 'policy convert' ]; then printf 'version: 1\\n# of %s\\n' "$3"; exit 0; fi
printf '%s\\n' "$@" >'${folder}/started'
env >'${folder}/seen'
${report === null ? '' : `for word in "$@"; do\n  case $word in\n${copies.join('\n')}\n  esac\ndone`}
printf '%s\\n' '${said}' >&2
exit ${status}
`;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function outputsOf(text: string): Readonly<Record<string, string>> {
  const blocks = [...text.matchAll(/^(\w+)<<(end-[0-9a-f-]{36})\n([\s\S]*?)\n\2$/gm)];
  return Object.fromEntries(blocks.map(([, name = '', , value = '']) => [name, value]));
}

/** A step of a job for acme/shop. */
export async function startStep(): Promise<Step> {
  const folder = mkdtempSync(join(tmpdir(), 'action-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [workspace, temporary, bin, home] = ['work', 'temp', 'bin', 'home'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const each of [workspace, temporary, bin, home]) mkdirSync(each);
  const github = await startGitHub();
  const variables: Record<string, string> = {
    PATH: `${bin}:/usr/bin:/bin`,
    HOME: home,
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: workspace,
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_API_URL: github.address,
    GITHUB_GRAPHQL_URL: `${github.address}/graphql`,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_RUN_ID: '42',
    GITHUB_WORKFLOW: 'ci --> <b>',
    GITHUB_JOB: 'check',
    GITHUB_SHA: 'c'.repeat(40),
    GITHUB_REF: 'refs/pull/12/merge',
    GITHUB_EVENT_NAME: 'pull_request',
    RUNNER_TEMP: temporary,
    ACTIONS_RUNTIME_TOKEN: 'runtime-secret',
  };
  const files = {
    GITHUB_OUTPUT: 'output',
    GITHUB_STEP_SUMMARY: 'summary',
    GITHUB_PATH: 'path',
    GITHUB_EVENT_PATH: 'event.json',
  };
  for (const [name, file] of Object.entries(files)) variables[name] = join(folder, file);

  const step: Step = {
    github,
    folder,
    workspace,
    home,
    variables,
    write: (contents) => {
      for (const [name, content] of Object.entries(contents)) {
        mkdirSync(dirname(join(workspace, name)), { recursive: true });
        writeFileSync(join(workspace, name), content);
      }
    },
    git: (...parameters) => {
      const identity = {
        GIT_AUTHOR_NAME: 'a',
        GIT_AUTHOR_EMAIL: 'a@b',
        GIT_COMMITTER_NAME: 'a',
        GIT_COMMITTER_EMAIL: 'a@b',
      };
      const env = { PATH: '/usr/bin:/bin', HOME: home, ...identity };
      return execFileSync('git', parameters, { cwd: workspace, env, encoding: 'utf8', stdio: 'pipe' }).trim();
    },
    answers: (report, status, said = 'checked') => {
      writeProgram(join(bin, 'docker-verify'), stub(folder, report, status, said));
    },
    event: (name, change) => {
      const event = JSON.parse(readFileSync(`test/fixtures/action/${name}.json`, 'utf8')) as PullRequestEvent;
      change?.(event);
      writeFileSync(join(folder, 'event.json'), JSON.stringify(event));
    },
    run: async (script, inputs = {}) => {
      const given = Object.entries({ token: 'ghs_secret', ...inputs }).map(([name, value]) => [
        `INPUT_${name.toUpperCase()}`,
        value,
      ]);
      const child = spawn(process.execPath, [resolve('scripts/action', script)], {
        cwd: workspace,
        env: { ...variables, ...Object.fromEntries(given) },
      });
      let log = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (log += text));
      const status = await new Promise<number>((done) => child.on('close', (code) => done(code ?? -1)));
      return {
        status,
        log,
        outputs: outputsOf(read(join(folder, 'output'))),
        summary: read(join(folder, 'summary')),
        paths: read(join(folder, 'path')).trim().split('\n'),
        started: read(join(folder, 'started')).split('\n').slice(0, -1),
        seen: read(join(folder, 'seen')),
      };
    },
  };
  step.event('pull-request');
  step.answers('allowed', 0);
  return step;
}
