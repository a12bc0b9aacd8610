import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { acmePolicy, dockerConfiguration, lab, mustRun, type Outcome, runDocker } from '../support/lab.ts';
import { project, pushGoodAndEvil } from './project.ts';
import { archive, serveFile } from './remote-context.ts';

let good = '';
let evil = '';
let alias: Readonly<Record<string, string>> = {};
let full: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  ({ good, evil } = await pushGoodAndEvil('no-way-around/debuggers'));
  const experimental = { BUILDX_EXPERIMENTAL: '1' };
  alias = { ...experimental, DOCKER_CONFIG: await dockerConfiguration({ alias: true }) };
  full = { ...experimental, DOCKER_CONFIG: await dockerConfiguration() };
  await mustRun(lab(), lab().docker, ['verify', 'install', '--mode', 'full'], { env: full });
});

/** The ways to a debugger: the words before it, and the configuration. */
const ways: readonly (readonly [string, readonly string[], () => Readonly<Record<string, string>>])[] = [
  ['docker verify', ['verify'], () => alias],
  ['docker builder, with the alias', ['builder'], () => alias],
  ['docker buildx, intercepted', ['buildx'], () => full],
];

describe.each(ways)('%s', (_way, words, env) => {
  const run = async (
    args: readonly string[],
    image: string,
    options: { readonly policy?: string } = {},
  ): Promise<Outcome> => {
    const { policy = acmePolicy() } = options;
    const cwd = await project(`FROM ${image}\n`, { policy });
    return await runDocker([...words, ...args], { cwd, env: env() });
  };

  it('debug build is verified like any build', async () => {
    const built = await run(['debug', '--on=error', 'build', '--output=type=cacheonly', '.'], good);
    expect(built).toMatchObject({ status: 0, stderr: expect.stringContaining('allowed: the image is verified') });
    const refused = await run(['debug', '--on=error', 'build', '--output=type=cacheonly', '.'], evil);
    expect(refused).toMatchObject({ status: 10, stderr: expect.stringContaining('signature.missing') });
  });

  it('debug build is started again for what was not foreseen', async () => {
    for (const [image, status] of [
      [good, 0],
      [evil, 10],
    ] as const) {
      const served = await serveFile(await archive({ Dockerfile: `FROM ${image}\n` }));
      const outcome = await run(['debug', 'build', '--output=type=cacheonly', served.url], good);
      await served.close();
      expect(outcome).toMatchObject({ status });
    }
  });

  it.each([
    ['dap build', ['dap', 'build', '.']],
    ['a command of the debugger that is not known', ['debug', 'compose', '.']],
    ['an unknown option before the command', ['debug', '--future', 'value', 'build', '.']],
  ])('%s is refused, even on a signed image, and reported where the policy only warns', async (_title, args) => {
    expect(await run(args, good)).toMatchObject({ status: 11, stderr: expect.stringContaining('cannot be verified') });
    // the adapter would wait for an editor, which is not there
    if (args[0] === 'dap') return;
    const warned = await run(args, good, { policy: acmePolicy({ mode: 'warn' }) });
    expect(warned.stderr).toContain('nothing is enforced');
  });

  it.each([[['debug', '--help']], [['debug', 'build', '--help']], [['dap', 'build', '--help']]])(
    'leaves its help to Docker: %s',
    async (args) => {
      expect(await run(args, evil)).toMatchObject({ status: 0, stdout: expect.stringContaining('Usage:') });
    },
  );
});

describe('a debugger without us', () => {
  it('builds on an unsigned image', async () => {
    const cwd = await project(`FROM ${evil}\n`);
    const out = join(cwd, 'out');
    const words = ['buildx', 'debug', 'build', '--output', `type=local,dest=${out}`, '.'];
    expect(await runDocker(words, { cwd, env: alias })).toMatchObject({ status: 0 });
  });
});
