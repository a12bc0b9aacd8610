// A home that cannot be written: tried on a file system that is mounted read-only, and as a user whom nothing there belongs to.
// To root mode bits say nothing.
import { execFile } from 'node:child_process';
import { appendFile, chmod, cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import {
  acmePolicy,
  attest,
  copyImage,
  lab,
  type Outcome,
  projectFolder,
  runVerify,
  temporaryFolder,
} from '../support/lab.ts';
import { executable } from '../support/paths.ts';
import { spdxOf } from '../support/sboms.ts';

const run = promisify(execFile);
const running = lab();
const base = `${running.registry}/inside-read-only-${process.pid}-${Date.now()}/base:1`;
const testing = 'pkg:deb/debian/liblzma5@5.6.1-1?arch=amd64&upstream=xz-utils&distro=debian-13';

const canMount = await run('unshare', ['-m', 'true']).then(
  () => true,
  () => false,
);

let project = '';

beforeAll(async () => {
  await copyImage(running, `${running.registry}/signed/base:1`, base);
  const signer = { key: running.keys.acme.privateKey };
  await attest(running, base, { type: 'spdxjson', content: spdxOf([{ purl: testing }]) }, { signer, cosign: 2 });
  project = await projectFolder({
    Dockerfile: `FROM ${base}\nCOPY Dockerfile /Dockerfile\n`,
    'docker-verify.yaml': acmePolicy({ mode: 'warn', default: 'allow', images: ['none/**'] }),
  });
}, 120_000);

/** Runs the executable where `folder` is mounted read-only. */
async function runReadOnly(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"';
  return await run('unshare', ['-m', 'sh', '-ec', script, 'sh', folder, executable, ...args], {
    cwd: project,
    env: { ...running.environment, ...env },
    encoding: 'utf8',
  }).then(
    ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ status: code, stdout, stderr }),
  );
}

function linesAbout(stderr: string, text: string): readonly string[] {
  return stderr.split('\n').filter((line) => line.includes(text));
}

async function filesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { recursive: true })).toSorted();
}

it.skipIf(!canMount)(
  'a build in a home that cannot be written succeeds, and says in one line that it is not recorded',
  async () => {
    const state = await temporaryFolder();
    const built = await runReadOnly(state, ['build', '.'], { XDG_STATE_HOME: state });
    expect(built.status).toBe(0);
    expect(linesAbout(built.stderr, 'could not be added to')).toHaveLength(1);
    expect(linesAbout(built.stderr, 'EROFS')).toHaveLength(1);
    expect(await filesIn(state)).toEqual([]);
    // the same build is recorded where the folder can be written
    expect((await runVerify(['build', '.'], { cwd: project, env: { XDG_STATE_HOME: state } })).status).toBe(0);
    expect(await filesIn(state)).toContain('docker-verify/journal.jsonl');
  },
);

interface Answer {
  readonly builds: number;
  readonly summary: Readonly<Record<string, number>>;
}

async function answerOf(asked: Outcome): Promise<Answer> {
  expect(`${asked.status} ${asked.stderr}`).toMatch(/^10 /);
  const { builds, summary } = JSON.parse(asked.stdout) as Answer;
  return { builds, summary };
}

const question = ['exposure', 'xz-utils@5.6.0 - 5.6.1', '--format', 'json'];

it.skipIf(!canMount)(
  'a question is answered from a folder that cannot be written, also where the journal is newer than the index',
  async () => {
    const state = await temporaryFolder();
    const env = { XDG_STATE_HOME: state };
    expect((await runVerify(['build', '.'], { cwd: project, env })).status).toBe(0);
    expect((await runVerify(['build', '--no-cache', '.'], { cwd: project, env })).status).toBe(0);
    const withoutIndex = await answerOf(await runReadOnly(state, question, env));
    const made = await answerOf(await runVerify(question, { cwd: project, env }));
    expect(made).toMatchObject({ builds: 2, summary: { affected: 2 } });
    expect(withoutIndex).toEqual(made);
    const before = await filesIn(state);
    expect(before).toContain('docker-verify/index.sqlite');
    expect(await answerOf(await runReadOnly(state, question, env))).toEqual(made);
    const journal = join(state, 'docker-verify', 'journal.jsonl');
    const [line = ''] = (await readFile(journal, 'utf8')).split('\n');
    await appendFile(journal, `${line.replace(/"id":"[^"]{26}"/, '"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV"')}\n`);
    const newer = await runReadOnly(state, question, env);
    expect(await answerOf(newer)).toMatchObject({ builds: 3, summary: { affected: 3 } });
    expect(newer.stderr).not.toMatch(/sqlite|internal/i);
    expect(await filesIn(state)).toEqual(before);
    const inside = await runReadOnly(state, ['packages', base, '--format', 'json'], env);
    expect(inside.status).toBe(0);
    expect(inside.stdout).toContain('liblzma5');
  },
);

it.skipIf(process.getuid?.() !== 0)('another user, to whom nothing in it belongs, gets the same answer', async () => {
  const state = await temporaryFolder();
  // the folder of other temporary files is closed to that user
  const parent = await mkdtemp('/tmp/verify-reader-');
  onTestFinished(async () => await rm(parent, { recursive: true, force: true }));
  expect((await runVerify(['build', '.'], { cwd: project, env: { XDG_STATE_HOME: state } })).status).toBe(0);
  const made = await answerOf(await runVerify(question, { cwd: project, env: { XDG_STATE_HOME: state } }));
  // the executable and the state lie where that user may read them, and the journal is newer than the index
  const [home, program] = [join(parent, 'home'), join(parent, 'docker-verify')];
  await Promise.all([mkdir(home), cp(executable, program), cp(state, join(parent, 'state'), { recursive: true })]);
  const journal = join(parent, 'state', 'docker-verify', 'journal.jsonl');
  const [line = ''] = (await readFile(journal, 'utf8')).split('\n');
  await appendFile(journal, `${line.replace(/"id":"[^"]{26}"/, '"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV"')}\n`);
  await run('chmod', ['-R', 'a+rX,go-w', parent]);
  await chmod(home, 0o555);
  const identity = ['--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs'];
  const asked = await run('setpriv', [...identity, program, ...question], {
    cwd: parent,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, XDG_STATE_HOME: join(parent, 'state') },
    encoding: 'utf8',
  }).catch(({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
    status: code,
    stdout,
    stderr,
  }));
  const { builds, summary } = await answerOf({ status: 0, ...asked });
  expect([builds, summary['affected']]).toEqual([made.builds + 1, (made.summary['affected'] ?? 0) + 1]);
});
