import { existsSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lab, mustRun, type Outcome, runDocker, runVerify, temporaryFolder, writeFiles } from '../../support/lab.ts';
import { executable } from '../../support/paths.ts';
import { registry } from '../project.ts';

const deny = 'version: 1\nmode: enforce\ndefault: deny\n';
const image = 'no-way-around-compose';

/** A configuration folder with real buildx and compose; `mode` is what is installed in it. */
async function configuration(mode: 'full' | 'nothing'): Promise<string> {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'config.json': '{}', 'cli-plugins/.keep': '' });
  for (const [name, real] of [
    ['docker-buildx', lab().buildx],
    ['docker-compose', join(lab().dockerConfig, 'cli-plugins/docker-compose')],
  ] as const)
    await symlink(real, join(folder, 'cli-plugins', name));
  if (mode === 'full') {
    await mustRun(lab(), executable, ['install', '--mode', 'full'], { env: { DOCKER_CONFIG: folder } });
  }
  return folder;
}

const composeFile = `services:\n  bad:\n    build: .\n    image: ${image}\n    command: ["true"]\n`;

function project(dotEnv: string | null, policy = deny): Promise<string> {
  return temporaryFolder().then((folder) =>
    writeFiles(folder, {
      Dockerfile: `FROM ${registry}/unsigned/base:1\nLABEL compose="${Math.random()}"\n`,
      'compose.yaml': composeFile,
      'docker-verify.yaml': policy,
      ...(dotEnv === null ? {} : { '.env': dotEnv }),
    }),
  );
}

let full = '';
let nothing = '';
beforeAll(async () => {
  [full, nothing] = [await configuration('full'), await configuration('nothing')];
});
const forget = async (): Promise<void> => {
  await runDocker(['rm', '--force', `${image}-1`]);
  await runDocker(['image', 'rm', '--force', image]);
};
afterAll(forget);

const isBuilt = async (): Promise<boolean> => (await runDocker(['image', 'inspect', image])).status === 0;

async function compose(
  config: string,
  words: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly dotEnv?: string; readonly policy?: string } = {},
): Promise<Outcome & { readonly built: boolean }> {
  await forget();
  const cwd = await project(options.dotEnv ?? null, options.policy);
  const env = { DOCKER_CONFIG: config, ...options.env };
  const outcome = await runDocker(['compose', '-p', image, ...words], { cwd, env });
  const built = await isBuilt();
  await runDocker(['compose', '-p', image, 'down', '--remove-orphans'], { cwd, env });
  return { ...outcome, built };
}

const ways: readonly (readonly [string, Readonly<Record<string, string>>, string | undefined])[] = [
  ['nothing set', {}, undefined],
  ['COMPOSE_BAKE=false in the environment', { COMPOSE_BAKE: 'false' }, undefined],
  ['COMPOSE_BAKE=false in .env', {}, 'COMPOSE_BAKE=false\n'],
  ['DOCKER_BUILDKIT=0 in the environment', { DOCKER_BUILDKIT: '0' }, undefined],
  ['both', { COMPOSE_BAKE: '0', DOCKER_BUILDKIT: 'false' }, 'COMPOSE_BAKE=0\nDOCKER_BUILDKIT=0\n'],
];

describe('docker compose, in mode full,', () => {
  it.each(ways)('builds nothing that is not verified with %s', async (_, env, dotEnv) => {
    const given = { env, ...(dotEnv === undefined ? {} : { dotEnv }) };
    const blocked = await compose(full, ['build'], given);
    expect(blocked).toMatchObject({ built: false, status: 1 });
    expect(blocked.stderr).toMatch(/policy\.default-deny|blocked/);
    // the control: without us it is built
    expect(await compose(nothing, ['build'], given)).toMatchObject({ built: true, status: 0 });
  });

  it.each([[['up', '--no-start']], [['create']], [['run', '--rm', 'bad']], [['create', '--build']]])(
    '%j builds nothing that is not verified, whatever COMPOSE_BAKE says',
    async (words) => {
      const blocked = await compose(full, words, { env: { COMPOSE_BAKE: 'false' } });
      expect(blocked).toMatchObject({ built: false, status: 1 });
      expect(await compose(nothing, words, { env: { COMPOSE_BAKE: 'false' } })).toMatchObject({ built: true });
    },
  );

  it('builds what the policy allows', async () => {
    const env = { COMPOSE_BAKE: 'false' };
    const built = await compose(full, ['build'], { env, policy: 'version: 1\ndefault: allow\n' });
    expect(built).toMatchObject({ built: true, status: 0 });
  });

  it('is what it was in everything else: version, help, completion, exit status', async () => {
    const cwd = await project(null);
    for (const words of [['version'], ['--help'], ['no-such-command'], ['config'], ['-f', 'gone.yaml', 'config']]) {
      const [ours, theirs] = await Promise.all(
        [full, nothing].map((config) => runDocker(['compose', ...words], { cwd, env: { DOCKER_CONFIG: config } })),
      );
      expect({ words, ...ours }).toEqual({ words, ...theirs });
    }
    const completion = (config: string) =>
      runDocker(['__complete', 'compose', 'bui'], { cwd, env: { DOCKER_CONFIG: config } });
    expect((await completion(full)).stdout).toBe((await completion(nothing)).stdout);
    const info = await runDocker(['info', '--format', '{{json .ClientInfo.Plugins}}'], {
      env: { DOCKER_CONFIG: full },
    });
    const plugins: readonly { Name: string; Version?: string; Err?: string }[] = JSON.parse(info.stdout);
    expect(plugins.filter(({ Err }) => Err !== undefined)).toEqual([]);
    expect(plugins.map(({ Name }) => Name).sort()).toEqual(['buildx', 'compose', 'verify']);
  });
});

describe('doctor', () => {
  const examined = async (config: string) => {
    const { stdout } = await runVerify(['doctor', '--format', 'json'], { env: { DOCKER_CONFIG: config } });
    const examinations: readonly { name: string; result: string; detail: string }[] = JSON.parse(stdout).examinations;
    return examinations.find(({ name }) => name.startsWith('docker compose'));
  };

  it('says of compose whether it comes to us, and what would have it not', async () => {
    expect(await examined(full)).toMatchObject({ result: 'good' });
    expect(await examined(nothing)).toMatchObject({ result: 'bypass' });
    const later = await configuration('full');
    await rm(join(later, 'verify/plugins/docker-compose'));
    expect(await examined(later)).toMatchObject({
      result: 'bypass',
      detail: expect.stringMatching(/COMPOSE_BAKE=false or DOCKER_BUILDKIT=0/),
    });
    // what it says of that is true
    const env = { COMPOSE_BAKE: 'false' };
    expect(await compose(later, ['build'], { env })).toMatchObject({ built: true });
    expect(await compose(later, ['build'])).toMatchObject({ built: false });
    expect(existsSync(join(later, 'verify/plugins/docker-buildx'))).toBe(true);
  });

  it('says that an old compose builds by itself', async () => {
    const config = await configuration('full');
    const old = join(config, 'cli-plugins/docker-compose');
    await rm(old);
    await mkdir(join(config, 'cli-plugins'), { recursive: true });
    const metadata = '{"SchemaVersion":"0.1.0","Vendor":"Docker Inc.","Version":"v2.30.3"}';
    await writeFile(old, `#!/bin/sh\necho '${metadata}'\n`, { mode: 0o755 });
    expect(await examined(config)).toMatchObject({ result: 'bypass', detail: expect.stringContaining('2.31') });
  });
});
