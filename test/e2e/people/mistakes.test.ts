import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { executable } from '../support/paths.ts';

/** A mistake that a person makes: the files of the project, what is typed, and the exit status. Needs the executable and nothing else. */
type Mistake = readonly [title: string, status: number, typed: string, files?: Readonly<Record<string, string>>];

const plain = { Dockerfile: 'FROM alpine:3.20\n' };
const withPolicy = (policy: string): Readonly<Record<string, string>> => ({ ...plain, 'docker-verify.yaml': policy });
const rule = (fields: string): Readonly<Record<string, string>> =>
  withPolicy(`version: 1\nrules:\n  - images: [alpine]\n    ${fields}\n`);
const staged = (more: string): Readonly<Record<string, string>> => ({
  Dockerfile: `FROM golang:1.22 AS builder\nFROM scratch\n${more}`,
});

const mistakes: readonly Mistake[] = [
  ['a command is mistyped', 64, 'biuld .', plain],
  ['a build has no context', 64, 'build', plain],
  ['our option has no prefix on build', 64, 'build --offline .', plain],
  ['our option is mistyped on build', 64, 'build --verify-polcy strict.yaml .', plain],
  ['our option is mistyped on check', 64, 'check --polcy strict.yaml .', plain],
  ['an option of a command is mistyped', 64, 'lock --chek', plain],
  ['an option is one of another command', 64, 'init --recursive .', plain],
  ['a format does not exist', 64, 'check --format xml .', plain],
  ['a format is mistyped', 64, 'check --format htm .', plain],
  ['a format is one of other commands', 64, 'check --format svg .', plain],
  ['a format is like none that the command has', 64, 'scan --format htm .', plain],
  ['nothing is near to an option of ours', 64, 'build --verify-foo .', plain],
  ['a file is given for a folder', 64, 'check ./Dockerfile', plain],
  ['the name of a folder is mistyped', 64, 'check ./webb', { 'web/Dockerfile': 'FROM alpine\n' }],
  ['a duration has no unit', 64, 'check --timeout 60 .', plain],
  ['a folder has no ./', 64, 'check app', { 'app/Dockerfile': 'FROM alpine\n' }],
  ['a folder that is not there has no ./', 64, 'check app/', plain],
  ['a folder is not there', 64, 'check ./app', plain],
  ['a folder is given for an image', 64, 'inspect .', plain],
  ['a file has the name of the image', 64, 'inspect Dockerfile', plain],
  ['the address of a page is given for an image', 64, 'inspect https://hub.docker.com/_/alpine'],
  ['an image is in upper case', 64, 'inspect Alpine:3.20'],
  ['a digest is cut short', 64, 'inspect alpine@sha256:1234'],
  ['the Dockerfile lies elsewhere', 65, 'check .'],
  ['the name of the Dockerfile is mistyped', 65, 'check -f Dokcerfile .', plain],
  [
    'the Dockerfile is named from the context',
    65,
    'check -f Api.Dockerfile ./api',
    { 'api/Api.Dockerfile': 'FROM a\n' },
  ],
  ['it is mistyped, too', 65, 'check -f Apii.Dockerfile ./api', { ...plain, 'api/Api.Dockerfile': 'FROM a\n' }],
  ['an instruction is mistyped', 65, 'check .', { Dockerfile: 'FORM alpine\n' }],
  ['the Dockerfile has no FROM', 65, 'check .', { Dockerfile: 'RUN true\n' }],
  ['a build argument is forgotten', 65, 'check .', { Dockerfile: 'ARG TAG\nFROM alpine:$TAG\n' }],
  ['a flag of COPY is mistyped', 65, 'check .', staged('COPY --form=builder /a /a\n')],
  ['a stage is mistyped', 11, 'check --offline --mode enforce .', staged('COPY --from=bulder /a /a\n')],
  ['a stage is mistyped in upper case', 65, 'check .', staged('COPY --from=BULDER /a /a\n')],
  ['a stage is mistyped in FROM', 65, 'check .', staged('FROM Buildr\n')],
  ['a stage has a dash too many', 65, 'check .', staged('COPY --from=builder- /a /a\n')],
  ['a stage is counted wrongly', 65, 'check .', staged('COPY --from=2 /a /a\n')],
  ['a stage is numbered in FROM', 11, 'check --offline --mode enforce .', staged('FROM 0\n')],
  ['a target is mistyped', 65, 'check --target bilder .', staged('')],
  ['a field of the policy is mistyped', 78, 'check .', withPolicy('version: 1\nrule: []\n')],
  ['the policy has no version', 78, 'check .', withPolicy('rules: []\n')],
  ['a mode is mistyped', 78, 'check .', withPolicy('version: 1\nmode: enforced\n')],
  ['a list is written as a text', 78, 'check .', withPolicy('version: 1\nrules:\n  - images: alpine\n')],
  ['the policy is indented with tabs', 78, 'check .', withPolicy('version: 1\nrules:\n\t- images: [alpine]\n')],
  ['a key is not there', 78, 'check .', rule('signedBy: [{key: acme.pub}]')],
  ['an identity is forgotten', 78, 'check .', rule('signedBy: [{keyless: {issuer: "https://accounts.example"}}]')],
  ['the policy has a name that is not read', 78, 'check .', { ...plain, 'docker-verify.yml': 'version: 1\n' }],
  ['a policy that is named is not there', 78, 'check --policy strict.yaml .', plain],
  ['the name of a policy is mistyped', 78, 'check --policy strict.yml .', { ...plain, 'strict.yaml': 'version: 1\n' }],
  [
    'a policy that is named has no version',
    78,
    'check --policy strict.yaml .',
    { ...plain, 'strict.yaml': 'rules: []\n' },
  ],
  ['a table of tests has no version', 78, 'policy test tests.yaml', { 'tests.yaml': 'tests: []\n' }],
  ['a policy of ours is converted', 78, 'policy convert docker-verify.yaml', withPolicy('version: 1\nrules: []\n')],
  [
    'a check is to warn where the policy enforces',
    64,
    'check --mode warn .',
    withPolicy('version: 1\nmode: enforce\n'),
  ],
  ['the folder of a result is not there', 64, 'check --format json=out/check.json .', plain],
  ['the lock has a conflict', 78, 'check .', { ...plain, 'docker-verify.lock.json': '<<<<<<< ours\n' }],
  ['a group has no such command', 64, 'policy chek'],
  ['a code is mistyped', 64, 'explain signature.mising'],
  ['a shell is not known', 64, 'shell tcsh'],
  ['init cannot ask', 64, 'init', plain],
  ['a record is not there', 64, 'records show app:1'],
];

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'verify-mistakes-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(project: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(project, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), content);
  }
}

/** What a person sees: the one line of an error, or what a report says to do next. */
function toldLines(stdout: string, stderr: string): readonly string[] {
  const next = stdout.split('\n').flatMap((line, index, lines) => {
    if (!/^ +next +/.test(line)) return [];
    const more = lines.slice(index + 1);
    const end = more.findIndex((each) => !/^ {16}\S/.test(each));
    return [[line, ...more.slice(0, end)].map((each) => each.trim()).join(' ')];
  });
  return [...stderr.split('\n').filter((line) => line !== ''), ...next];
}

function made(typed: string, project: string): { readonly status: number | null; readonly lines: readonly string[] } {
  const { status, stdout, stderr } = spawnSync(executable, typed.split(' '), {
    cwd: project,
    encoding: 'utf8',
    input: '',
    timeout: 60_000,
    env: { HOME: folder, DOCKER_CONFIG: folder, DOCKER_HOST: `unix://${folder}/no-daemon.sock`, PATH: '/nowhere' },
  });
  return { status, lines: toldLines(stdout, stderr).map((line) => line.replaceAll(project, '/project')) };
}

describe('a mistake of a person', () => {
  const golden: string[] = [];

  const each = mistakes.map(([title, status, typed, files = {}]) => ({ title, status, typed, files }));
  it.each(each)('gets one line and $status where $title', ({ title, status, typed, files }) => {
    const project = join(folder, `${golden.length}`);
    write(project, files);
    const reported = made(typed, project);
    golden.push(`# ${title}\n$ docker verify ${typed}\n${reported.lines.join('\n')}\n[${reported.status}]\n`);
    expect(reported).toEqual({ status, lines: [expect.stringMatching(/^(?:docker verify: |next ).+/)] });
    // it says what to do, in brackets or after a semicolon, and shows nothing of our insides
    expect(reported.lines[0]).toMatch(/^next |\(.+\)$|; .+$/);
    expect(reported.lines[0]).not.toMatch(/internal error| at .*\.[cm]?[jt]s:\d+/);
  });

  it('gets the line that the golden file has', async () => {
    expect(golden.length).toBe(mistakes.length);
    await expect(golden.join('\n')).toMatchFileSnapshot('../../fixtures/mistakes.txt');
  });
});
