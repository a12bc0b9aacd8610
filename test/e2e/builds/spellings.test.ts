import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  acmePolicy,
  dockerConfiguration,
  lab,
  type Outcome,
  projectFolder,
  run,
  runDocker,
  runVerify,
  temporaryFolder,
} from '../support/lab.ts';
import { executable } from '../support/paths.ts';

const { registry } = lab();

function projectOn(image: string): Promise<string> {
  return projectFolder({
    Dockerfile: `FROM ${registry}/${image}\nCOPY acme.pub /\n`,
    'docker-bake.json': JSON.stringify({ target: { default: { context: '.', output: ['type=cacheonly'] } } }),
    'docker-verify.yaml': acmePolicy(),
  });
}

let good = '';
let bad = '';
let plugin: Readonly<Record<string, string>> = {};
let alias: Readonly<Record<string, string>> = {};
let link = '';

beforeAll(async () => {
  [good, bad] = await Promise.all([projectOn('signed/base:1'), projectOn('unsigned/base:1')]);
  plugin = { DOCKER_CONFIG: await dockerConfiguration() };
  alias = { DOCKER_CONFIG: await dockerConfiguration({ alias: true }) };
  link = join(await temporaryFolder(), 'docker-verify-build');
  await symlink(executable, link);
});

const withAlias = (words: readonly string[], cwd: string): Promise<Outcome> => runDocker(words, { cwd, env: alias });
const withPlugin = (words: readonly string[], cwd: string): Promise<Outcome> => runDocker(words, { cwd, env: plugin });

/** Runs `script` in bash, after the function that `docker verify shell bash` prints. */
function inShell(script: string, cwd: string): Promise<Outcome> {
  const words = ['-c', `eval "$(docker verify shell bash)"; ${script}`];
  return run(lab(), '/bin/bash', words, { cwd, env: plugin });
}

describe('every way to start a build verifies it:', () => {
  const ways: readonly (readonly [string, (cwd: string) => Promise<Outcome>])[] = [
    ['docker-verify build .', (cwd) => runVerify(['build', '.'], { cwd })],
    ['docker-verify bake', (cwd) => runVerify(['bake'], { cwd })],
    ['docker-verify-build .', (cwd) => run(lab(), link, ['.'], { cwd })],
    ['docker verify build .', (cwd) => withPlugin(['verify', 'build', '.'], cwd)],
    ['docker verify bake', (cwd) => withPlugin(['verify', 'bake'], cwd)],
    ['docker build .', (cwd) => withAlias(['build', '.'], cwd)],
    ['docker image build .', (cwd) => withAlias(['image', 'build', '.'], cwd)],
    ['docker builder build .', (cwd) => withAlias(['builder', 'build', '.'], cwd)],
    ['docker bake', (cwd) => withAlias(['bake'], cwd)],
    ['docker -l warn build .', (cwd) => withAlias(['-l', 'warn', 'build', '.'], cwd)],
    ['docker verify-build . in a shell', (cwd) => inShell('docker verify-build .', cwd)],
  ];
  it.each(ways)('%s', async (_, start) => {
    expect(await start(good)).toMatchObject({ status: 0 });
    const refused = await start(bad);
    expect(refused).toMatchObject({ status: 10, stdout: '' });
    expect(refused.stderr).toContain('unsigned/base:1');
  });

  it('but not plain buildx, which is what they are compared with', async () => {
    expect(await withAlias(['buildx', 'build', '.'], bad)).toMatchObject({ status: 0 });
  });
});

describe('what is not ours is handed to buildx', () => {
  it.each([[['prune', '-f']], [['du']], [['ls']]])('docker builder %j', async (words) => {
    expect(await withAlias(['builder', ...words], good)).toMatchObject({ status: 0 });
  });

  it('with its own output and status', async () => {
    const same = async (words: readonly string[]): Promise<void> => {
      const [ours, theirs] = await Promise.all([runVerify(words), runDocker(['buildx', ...words])]);
      expect(ours).toEqual(theirs);
    };
    await same(['du', '--no-such-option']);
    await same(['imagetools', 'inspect', `${registry}/no/such:1`]);
    await same(['imagetools', 'inspect', '--raw', `${registry}/signed/base:1`]);
    await same(['rm', 'no-such-builder']);
  });

  it("a build's own failure passes through", async () => {
    const Dockerfile = `FROM ${registry}/signed/base:1\nRUN --network=none exit 3\n`;
    const folder = await projectFolder({ Dockerfile, 'docker-verify.yaml': acmePolicy() });
    const [ours, theirs] = [
      await runVerify(['build', '.'], { cwd: folder }),
      await runDocker(['buildx', 'build', '.'], { cwd: folder }),
    ];
    expect(theirs.status).toBe(1);
    expect(ours.status).toBe(theirs.status);
    expect(ours.stderr).toContain('exit code: 3');
  });

  it('an option of buildx that does not exist fails as it does there', async () => {
    const outcome = await runVerify(['build', '--no-such-option', '.'], { cwd: good });
    expect(outcome.status).not.toBe(0);
    expect(outcome.stderr).toContain('no-such-option');
  });
});

describe('help and version', () => {
  it('docker help verify, docker verify --help and docker verify say what there is', async () => {
    for (const words of [['help', 'verify'], ['verify', '--help'], ['verify']]) {
      const { status, stdout } = await withPlugin(words, good);
      expect({ words, status }).toEqual({ words, status: 0 });
      expect(stdout).toMatch(/build.*check.*scan.*lock.*doctor/s);
    }
  });

  it('each of our commands has help, which names our options', async () => {
    for (const command of ['check', 'scan', 'inspect', 'lineage', 'lock']) {
      const { status, stdout, stderr } = await withPlugin(['verify', command, '--help'], good);
      expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: '' });
      expect(stdout).toMatch(/--policy FILE/);
    }
  });

  it("help of build is buildx's, and ours after it", async () => {
    const { status, stdout } = await withPlugin(['verify', 'build', '--help'], good);
    expect(status).toBe(0);
    expect(stdout).toMatch(/--build-arg.*--verify-policy FILE/s);
  });

  it('docker verify version', async () => {
    expect(await withPlugin(['verify', 'version'], good)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^docker-verify \d+\.\d+\.\d+\n$/),
    });
  });

  it('Docker lists the plugin', async () => {
    expect((await withPlugin(['--help'], good)).stdout).toMatch(/^ +verify\* /m);
  });
});
