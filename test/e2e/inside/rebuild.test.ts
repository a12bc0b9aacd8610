import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Rebuild } from '../../../src/model/index.ts';
import { containerdEngine, engines, pushGoodAndEvil } from '../no-way-around/project.ts';
import {
  acmePolicy,
  lab,
  moveTag,
  type Outcome,
  projectFolder,
  runDocker,
  runVerify,
  temporaryFolder,
} from '../support/lab.ts';

const { registry } = lab();
const base = `${registry}/signed/base:1`;

/** A minute in 2025. */
const epoch = 1_750_000_020;

/** A checkout with one commit, made at `epoch`, and a bare repository that it was pushed to. */
async function checkout(
  files: Readonly<Record<string, string>>,
): Promise<{ folder: string; remote: string; git: Git }> {
  const folder = await projectFolder({ 'docker-verify.yaml': acmePolicy(), ...files });
  const remote = join(await temporaryFolder(), 'remote.git');
  const date = `${epoch} +0000`;
  const env = { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  const git: Git = (...args) => {
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
    expect(spawnSync('git', [...identity, ...args], { cwd: folder, env }).status).toBe(0);
  };
  git('init', '-q', '--bare', remote);
  git('init', '-q');
  git('remote', 'add', 'origin', remote);
  git('add', '.');
  git('commit', '-qm', 'x');
  git('push', '-q', 'origin', 'HEAD:main');
  return { folder, remote, git };
}
type Git = (...args: string[]) => void;

interface Made extends Outcome {
  readonly rebuild: Rebuild;
}

async function rebuilt(
  wanted: string,
  state: string,
  env: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): Promise<Made> {
  const cwd = await temporaryFolder();
  const args = ['rebuild', wanted, '--format', 'json', '--output', 'rebuild.json', ...more];
  const outcome = await runVerify(args, { cwd, env: { ...env, XDG_STATE_HOME: state } });
  const read = await runVerifyResult(join(cwd, 'rebuild.json'));
  return { ...outcome, rebuild: read };
}

async function runVerifyResult(file: string): Promise<Rebuild> {
  const { readFile } = await import('node:fs/promises');
  // the tool's own result; empty where it made none
  return JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Rebuild;
}

async function build(
  folder: string,
  state: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<void> {
  const built = await runVerify(['build', ...args, '.'], { cwd: folder, env: { ...env, XDG_STATE_HOME: state } });
  expect(built).toMatchObject({ status: 0 });
}

describe.each(engines)('a build of its record (%s)', (store, env) => {
  const room = `${registry}/rebuild`;

  it('gives the same content where only times differ, and names the files', async () => {
    const { folder } = await checkout({
      Dockerfile: `FROM ${base}\nARG WORD\nCOPY note /note\nRUN --network=none echo $WORD >/word\n`,
      note: 'a note\n',
    });
    const state = await temporaryFolder();
    const tag = `${room}/times-${store}:1`;
    await build(folder, state, env, ['-t', tag, '--build-arg', 'WORD=hello']);
    await delay(1000); // the clock of the image knows no less than seconds
    const made = await rebuilt(tag, state, env);
    expect(made).toMatchObject({ status: 0, rebuild: { verdict: 'same content', missing: [] } });
    const [platform] = made.rebuild.platforms;
    expect(platform?.settings).toEqual([]);
    expect(platform?.metadata).toContain('created');
    const files = platform?.layers.flatMap((layer) => layer.files) ?? [];
    expect(files).toContainEqual({ path: 'word', changes: ['time'] });
    // it leaves no record, and nothing in the store
    const listed = await runVerify(['records', 'ls'], { env: { XDG_STATE_HOME: state } });
    expect(listed.stdout.trim().split('\n')).toHaveLength(1);
    await runDocker(['image', 'rm', '--force', tag], { env });
  });

  it('is different where a clock went into a file, which it names with the likely cause', async () => {
    const { folder } = await checkout({
      Dockerfile: `FROM ${base}\nRUN --network=none date >/stamp\n`,
    });
    const state = await temporaryFolder();
    const tag = `${room}/clock-${store}:1`;
    await build(folder, state, env, ['-t', tag]);
    await delay(1000); // the clock of the image knows no less than seconds
    const made = await rebuilt(tag, state, env);
    expect(made).toMatchObject({ status: 10, rebuild: { verdict: 'different' } });
    const [layer] = made.rebuild.platforms[0]?.layers ?? [];
    expect(layer).toMatchObject({
      isDifferent: true,
      cause: 'time',
      instruction: expect.stringContaining('date >/stamp'),
    });
    expect(layer?.files[0]).toMatchObject({ path: 'stamp', changes: expect.arrayContaining(['content']) });
    const text = await runVerify(['rebuild', tag], { env: { ...env, XDG_STATE_HOME: state } });
    expect(text.status).toBe(10);
    expect(text.stdout).toMatch(/^different: [^\n]*clock[^\n]*\n/);
    expect(text.stdout).toContain('/stamp  content');
    await runDocker(['image', 'rm', '--force', tag], { env });
  });
});

describe.skipIf(containerdEngine === null)('a reproducible build', () => {
  const env = containerdEngine ?? {};
  /** What the driver for Docker's own builder cannot push: an image with the times rewritten, loaded from an archive instead. */
  const buildAlike = async (folder: string, state: string, tag: string): Promise<void> => {
    const archive = join(await temporaryFolder(), 'image.tar');
    const outputOptions = `type=oci,dest=${archive},name=${tag},rewrite-timestamp=true`;
    const epochGiven = ['--provenance=false', '--build-arg', `SOURCE_DATE_EPOCH=${epoch}`];
    await build(folder, state, env, [...epochGiven, '--output', outputOptions]);
    expect(await runDocker(['image', 'load', '--quiet', '--input', archive], { env })).toMatchObject({ status: 0 });
  };

  it('is identical, from the folder and from the remote once the folder is gone, under the policy of its commit', async () => {
    const { folder, remote } = await checkout({
      'app/Dockerfile': `FROM ${base}\nCOPY note /note\nRUN --network=none echo same >/same\n`,
      'app/note': 'a note\n',
    });
    const state = await temporaryFolder();
    const tag = `${registry}/rebuild/identical:1`;
    await buildAlike(join(folder, 'app'), state, tag);
    const first = await rebuilt(tag, state, env);
    expect(first).toMatchObject({ status: 0, rebuild: { verdict: 'identical' } });
    expect(first.stderr).toContain('signed by');

    await rm(folder, { recursive: true });
    expect(await rebuilt(tag, state, env)).toMatchObject({ status: 0, rebuild: { verdict: 'identical' } });

    await rm(remote, { recursive: true });
    const lost = await rebuilt(tag, state, env);
    expect(lost).toMatchObject({ status: 11, rebuild: { verdict: null, platforms: [] } });
    expect(lost.rebuild.missing).toEqual([expect.stringContaining('commit')]);
    await runDocker(['image', 'rm', '--force', tag], { env });
  });

  it('builds on the recorded digest, whatever the tag stands for by then, and is refused where a policy refuses', async () => {
    const { good, evil } = await pushGoodAndEvil('rebuild/moved');
    const { folder } = await checkout({ Dockerfile: `FROM ${good}\nRUN --network=none echo same >/same\n` });
    const state = await temporaryFolder();
    const tag = `${registry}/rebuild/moved:1`;
    await buildAlike(folder, state, tag);
    await moveTag(lab(), good, evil);
    expect(await rebuilt(tag, state, env)).toMatchObject({ status: 0, rebuild: { verdict: 'identical' } });
    const strict = join(await temporaryFolder(), 'strict.yaml');
    await writeFile(strict, 'version: 1\ndefault: deny\n');
    const refused = await rebuilt(tag, state, env, ['--policy', strict]);
    expect(refused.status).toBe(10);
    expect(refused.rebuild).toMatchObject({ verdict: null, refusal: { report: { verdict: 'block' } } });
    expect(refused.stderr).toContain('policy.default');
    await runDocker(['image', 'rm', '--force', tag], { env });
  });
});

it.skipIf(containerdEngine === null)('an image that was pushed is compared as its registry has it', async () => {
  const env = containerdEngine ?? {};
  const { folder } = await checkout({ Dockerfile: `FROM ${base}\nRUN --network=none date +%s.%N >/stamp\n` });
  const state = await temporaryFolder();
  const tag = `${registry}/rebuild/pushed:1`;
  await build(folder, state, env, ['-t', tag, '--push']);
  await runDocker(['image', 'rm', '--force', tag], { env });
  const made = await rebuilt(tag, state, env);
  expect(made).toMatchObject({ status: 10, rebuild: { verdict: 'different' } });
  expect(made.rebuild.platforms[0]?.layers[0]?.files[0]?.path).toBe('stamp');
});

describe('what cannot be rebuilt', () => {
  const dockerfile = `FROM ${base}\n`;
  it.each<readonly [string, (folder: string) => Promise<unknown>, readonly string[], string]>([
    ['a folder with changes', (folder) => writeFile(join(folder, 'new'), 'x'), [], 'the folder had changes'],
    [
      'a folder that is no checkout',
      (folder) => rm(join(folder, '.git'), { recursive: true }),
      [],
      'the record names none',
    ],
    ['a build with secrets', async () => undefined, ['--secret', 'id=npm,env=HOME'], 'the secrets npm'],
    ['an image that was never kept', async () => undefined, ['--output', 'type=cacheonly'], 'the image that was built'],
  ])('%s: 11, with what is missing', async (_, change, args, missing) => {
    const { folder } = await checkout({ Dockerfile: dockerfile });
    await change(folder);
    const state = await temporaryFolder();
    await build(folder, state, {}, args);
    const listed = await runVerify(['records', 'ls', '--format', 'json'], { env: { XDG_STATE_HOME: state } });
    const { records } = JSON.parse(listed.stdout) as { records: readonly { id: string }[] }; // the tool's own
    const made = await rebuilt(records[0]?.id ?? '', state, {});
    expect(made.status).toBe(11);
    expect(made.rebuild.missing.join('; ')).toContain(missing);
    const text = await runVerify(['rebuild', records[0]?.id ?? ''], { env: { XDG_STATE_HOME: state } });
    expect(text.stdout).toContain(missing);
  });

  it('what is not recorded: 64', async () => {
    const outcome = await runVerify(['rebuild', 'nobody/built:this'], {
      env: { XDG_STATE_HOME: await temporaryFolder() },
    });
    expect(outcome).toMatchObject({ status: 64, stdout: '' });
  });
});
