import { beforeAll, describe, expect, it } from 'vitest';
import { type AlteredBuildKitOptions, startAlteredBuildKit } from '../../../scripts/lab/altered-buildkit.ts';
import { project, pushGoodAndEvil, registry, unguarded, verified } from '../no-way-around/project.ts';
import { acmePolicy } from '../support/lab.ts';
import { buildKit, createBuilder, hasBuildKit, later, ownBuilders } from './builders.ts';

let good = '';
let evil = '';
let env: Readonly<Record<string, string>> = {};

const remote = ['--driver', 'remote'];

async function altered(options: Omit<AlteredBuildKitOptions, 'behind'>): Promise<string> {
  const endpoint = await startAlteredBuildKit({ behind: await buildKit(), ...options });
  later(() => endpoint.close());
  return endpoint.address;
}

beforeAll(async () => {
  if (!hasBuildKit) return;
  ({ good, evil } = await pushGoodAndEvil('drivers/disobedience'));
  env = await ownBuilders();
  const deaf = await altered({ deaf: true, version: 'v0.25.0' });
  await createBuilder(env, 'old', [...remote, await altered({ version: 'v0.11.6' })]);
  await createBuilder(env, 'deaf', [...remote, deaf]);
  await createBuilder(env, 'mixed', [...remote, '--node', 'good', '--platform', 'linux/amd64', await buildKit()]);
  await createBuilder(env, 'mixed', [...remote, '--append', '--node', 'bad', '--platform', 'linux/arm64', deaf]);
  await createBuilder(env, 'same', [...remote, await altered({ version: 'v0.25.0' })]);
}, 120_000);

describe.skipIf(!hasBuildKit)('a remote BuildKit', () => {
  it.each([
    ['of a version that knows no source policy', 'old', 'runs BuildKit v0.11.6'],
    ['that says it is new and ignores the source policy', 'deaf', 'did not deny an image'],
  ])('%s is refused, also for a signed image', async (_title, name, reason) => {
    const builder = ['--builder', name];
    // it would build, and does without us
    expect(await unguarded(await project(`FROM ${evil}\n`), builder, { env })).toMatchObject({ which: 'evil' });
    const refused = await verified(await project(`FROM ${good}\n`), builder, { env });
    expect(refused).toMatchObject({ status: 11, which: null, stderr: expect.stringContaining(reason) });
    expect(refused.stderr).toContain('update Docker');
  });

  it('that gets the same policy and obeys it is accepted', async () => {
    const built = await verified(await project(`FROM ${good}\n`), ['--builder', 'same'], { env });
    expect(built).toMatchObject({ status: 0, which: 'good' });
  });

  it.each(['old', 'deaf'])(
    'that does not obey (%s) builds in mode warn, which says that nothing is enforced',
    async (name) => {
      const policy = acmePolicy({ mode: 'warn' });
      const built = await verified(await project(`FROM ${evil}\n`, { policy }), ['--builder', name], { env });
      expect(built).toMatchObject({ status: 0, which: 'evil' });
      expect(built.stderr).toContain('nothing is enforced');
    },
  );
});

describe.skipIf(!hasBuildKit)('a fleet with one node that ignores the source policy', () => {
  it.each([[['--platform', 'linux/arm64']], [['--platform', 'linux/amd64,linux/arm64']]])(
    'is refused where the build may go there: %s',
    async (platforms) => {
      const folder = await project(`FROM ${registry}/signed/multi:1\n`);
      const built = await verified(folder, ['--builder', 'mixed', ...platforms], { env });
      expect(built).toMatchObject({
        status: 11,
        stderr: expect.stringContaining('the node "bad" of the builder "mixed"'),
      });
    },
  );

  it('builds where no platform is asked for, which is on the first node alone', async () => {
    const built = await verified(await project(`FROM ${good}\n`), ['--builder', 'mixed'], { env });
    expect(built).toMatchObject({ status: 0, which: 'good' });
  });

  it('is refused where an old node says its version, wherever the build goes', async () => {
    await createBuilder(env, 'aged', [...remote, '--node', 'good', await buildKit()]);
    const old = await altered({ version: 'v0.9.3' });
    await createBuilder(env, 'aged', [...remote, '--append', '--node', 'old', '--platform', 'linux/arm64', old]);
    const built = await verified(await project(`FROM ${good}\n`), ['--builder', 'aged'], { env });
    expect(built).toMatchObject({ status: 11, stderr: expect.stringContaining('v0.9.3') });
  });
});
