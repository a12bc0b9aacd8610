import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  acmePolicy,
  dockerConfiguration,
  lab,
  type Outcome,
  projectFolder,
  runVerify,
  temporaryFolder,
  writeFiles,
} from '../support/lab.ts';

const { registry } = lab();
const base = `${registry}/signed/base:1`;
const dockerfile = [
  'ARG GREETING=hello',
  'ARG NPM_TOKEN',
  `FROM ${base} AS tools`,
  `FROM ${base}`,
  'COPY --from=tools /marker /copied',
  '',
].join('\n');

async function project(): Promise<string> {
  return await projectFolder({ Dockerfile: dockerfile, 'docker-verify.yaml': acmePolicy() });
}

function build(folder: string, state: string, more: readonly string[] = [], env = {}): Promise<Outcome> {
  return runVerify(['build', ...more, '.'], { cwd: folder, env: { XDG_STATE_HOME: state, ...env } });
}

async function journalIn(state: string): Promise<readonly Record<string, unknown>[]> {
  const text = await readFile(join(state, 'docker-verify', 'journal.jsonl'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a build that ends well', () => {
  it('adds one line that says what it was made of, and no secret', async () => {
    const [folder, state] = [await project(), await temporaryFolder()];
    const git = (...args: string[]): void => {
      const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
      expect(spawnSync('git', [...identity, ...args], { cwd: folder }).status).toBe(0);
    };
    git('init', '-q');
    git('remote', 'add', 'origin', 'https://user:hunter2@example.com/acme/app.git');
    git('add', '.');
    git('commit', '-qm', 'x');
    await writeFile(join(folder, 'changed'), 'x');
    const secret = join(await temporaryFolder(), 'secret');
    await writeFile(secret, 'hunter2');
    const args = ['--build-arg', 'GREETING=hi', '--build-arg', 'NPM_TOKEN=hunter2', '--build-arg', 'OTHER=hunter2'];
    const built = await build(folder, state, [...args, '--secret', `id=npm,src=${secret}`, '-t', 'recorded/app:1']);
    expect(built.status).toBe(0);
    const journal = await journalIn(state);
    expect(journal).toMatchObject([
      {
        schemaVersion: 1,
        id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
        verb: 'build',
        target: 'default',
        tags: ['docker.io/recorded/app:1'],
        pushed: [],
        digest: expect.stringMatching(/^sha256:/),
        context: {
          kind: 'folder',
          source: folder,
          remote: 'https://example.com/acme/app.git',
          dirty: true,
          subdirectory: '',
        },
        dockerfile: { path: 'Dockerfile', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        arguments: { build: { GREETING: 'hi', NPM_TOKEN: null, OTHER: null }, secrets: ['npm'] },
        images: [{ name: base, role: 'runtime-base', verified: true, status: 'allow', signer: { kind: 'key' } }],
        verdict: 'allow',
      },
    ]);
    expect(JSON.stringify(journal)).not.toContain('hunter2');
    const env = { XDG_STATE_HOME: state };
    const listed = await runVerify(['records', 'ls'], { env });
    expect(listed.stdout).toContain('docker.io/recorded/app:1  1 image');
    const shown = await runVerify(['records', 'show', 'recorded/app:1', '--format', 'json'], { env });
    expect(JSON.parse(shown.stdout)).toEqual(journal[0]);
    const exported = await runVerify(['records', 'export', 'recorded/app:1', '--offline'], { env });
    expect(exported.status).toBe(11); // nothing is known of what is inside
    expect(JSON.parse(exported.stdout)).toMatchObject({
      bomFormat: 'CycloneDX',
      compositions: [{ aggregate: 'incomplete' }],
    });
    const github = ['records', 'export', 'recorded/app:1', '--offline', '--format', 'github'];
    expect(await runVerify(github, { env })).toMatchObject({ status: 64, stderr: expect.stringContaining('--ref') });
    const submitted = await runVerify([...github, '--ref', 'refs/heads/main'], { env });
    expect(JSON.parse(submitted.stdout)).toMatchObject({
      sha: expect.stringMatching(/^[0-9a-f]{40}$/),
      ref: 'refs/heads/main',
    });
  });

  it.each([
    ['the variable', {}, { DOCKER_VERIFY_RECORDS: 'off' }],
    ["the user's policy", { 'verify/policy.yaml': 'version: 1\nrecords: off\n' }, {}],
  ])('adds nothing where %s switches records off', async (_, files, env) => {
    const [folder, state] = [await project(), await temporaryFolder()];
    const config = Object.keys(files).length === 0 ? {} : { DOCKER_CONFIG: await userPolicy(files) };
    expect((await build(folder, state, [], { ...env, ...config })).status).toBe(0);
    expect(await journalIn(state)).toEqual([]);
  });

  it('is not kept from it by a journal that cannot be written, and says so', async () => {
    const [folder, state] = [await project(), await temporaryFolder()];
    await writeFile(join(state, 'docker-verify'), 'a file where the folder should be');
    const built = await build(folder, state);
    expect(built.status).toBe(0);
    expect(built.stderr).toContain('this build could not be added to');
    expect(built.stderr).toContain('DOCKER_VERIFY_RECORDS=off');
  });
});

it('a build that is refused or fails adds nothing', async () => {
  const state = await temporaryFolder();
  const refused = await projectFolder({
    Dockerfile: `FROM ${registry}/unsigned/base:1\n`,
    'docker-verify.yaml': acmePolicy(),
  });
  expect((await build(refused, state)).status).toBe(10);
  const failing = await projectFolder({
    Dockerfile: `FROM ${base}\nCOPY missing /\n`,
    'docker-verify.yaml': acmePolicy(),
  });
  expect((await build(failing, state)).status).not.toBe(0);
  expect(await journalIn(state)).toEqual([]);
});

async function userPolicy(files: Readonly<Record<string, string>>): Promise<string> {
  return await writeFiles(await dockerConfiguration(), files);
}
