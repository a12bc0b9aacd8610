import { describe, expect, it } from 'vitest';
import { bakeTargets, planBake } from '../../../../../src/gate/run/plan/bake-plan.ts';
import type { BuildPlan } from '../../../../../src/gate/run/plan/build-plan.ts';
import type { BuildRequest } from '../../../../../src/gate/run/plan/build-request.ts';
import { standardInput } from '../../../../../src/gate/session/standard-input.ts';
import { type ToldAnswer, toldBuildx } from '../../../../support/told-buildx.ts';
import { folderOf } from '../../../policy/support/policies.ts';
import { sessionIn } from '../../gate-pipeline.ts';

const definition = {
  group: { default: { targets: ['app'] } },
  target: { app: { context: '.', dockerfile: 'Dockerfile' } },
};

async function bakeWith(answers: readonly ToldAnswer[], variables: Readonly<Record<string, string>> = {}) {
  const folder = await folderOf({ 'docker-bake.hcl': '', Dockerfile: 'FROM scratch\n' });
  const programs = await toldBuildx(folder, answers);
  const session = sessionIn(folder);
  const environment = { ...session.environment, variables: { PATH: '/usr/bin:/bin', ...variables } };
  const input = standardInput(() => process.stdin, environment);
  const request = { session: { ...session, environment }, input, intercepted: false } as unknown as BuildRequest; // what of it is asked
  return { request, programs };
}

async function plan(answers: readonly ToldAnswer[], args: readonly string[] = [], variables = {}): Promise<BuildPlan> {
  const { request, programs } = await bakeWith(answers, variables);
  const found = await planBake(args, request, programs);
  if (found === null) throw new Error('a plan is wanted');
  return found;
}

describe('a bake definition', () => {
  it('is built as buildx printed it, once buildx reads the same from that', async () => {
    const found = await plan([{ out: definition }]);
    expect(found).toMatchObject({ verb: 'bake', pushed: null, callOrCheck: null, targets: [{ name: 'app' }] });
    await expect(found.settled).resolves.toBeUndefined();
  });

  it.each<readonly [string, object]>([
    ['its groups', { ...definition, group: { default: { targets: [] } } }],
    ['target "app"', { ...definition, target: { other: definition.target.app } }],
    ['"dockerfile" of target "app"', { ...definition, target: { app: { context: '.', dockerfile: 'Other' } } }],
    ['its targets', { ...definition, target: { ...definition.target, more: { context: '.' } } }],
  ])('is not built where buildx reads %s otherwise the second time', async (what, second) => {
    const found = await plan([{ out: definition }, { out: second }]);
    await expect(found.settled).rejects.toMatchObject({
      code: 'bake.invalid',
      message: `buildx reads ${what} otherwise than it printed it`,
    });
  });

  it.each([
    ['ERROR: first\nERROR: no such target\nsee help\n', 'no such target'],
    ['it cannot be\n', 'it cannot be'],
    ['', 'it says nothing more'],
  ])('that buildx refuses is refused with its last words: %j', async (err, words) => {
    await expect(plan([{ err, status: 1 }])).rejects.toMatchObject({
      code: 'bake.invalid',
      message: `buildx cannot read the bake definition: ${words}`,
    });
  });

  it.each([
    [['-f', 'nope.yaml'], 'there is no bake or compose file at nope.yaml', expect.stringContaining('name one that is')],
    [
      ['-f', 'docker-bake.hlc'],
      'there is no bake or compose file at docker-bake.hlc',
      'did you mean -f docker-bake.hcl?',
    ],
    [
      ['-f', 'cwd://a.hcl', 'https://host.example/r.git'],
      'there is no bake or compose file at a.hcl',
      expect.anything(),
    ],
  ])('that is not there is said to be so: %j', async (args, message, hint) => {
    const refused = plan([{ err: 'ERROR: open: no such file or directory', status: 1 }], args);
    await expect(refused).rejects.toMatchObject({ code: 'bake.invalid', message, hint });
  });

  it('is refused where what buildx prints is no JSON', async () => {
    await expect(plan([{ out: 'target {}' }])).rejects.toMatchObject({
      code: 'bake.invalid',
      message: expect.stringContaining('is no JSON: target {}'),
    });
  });

  it('is none that is built where it is only listed or printed', async () => {
    const { request, programs } = await bakeWith([{ out: definition }]);
    expect(await planBake(['--print'], request, programs)).toBeNull();
    expect(await planBake(['--list=targets'], request, programs)).toBeNull();
  });
});

describe('what is done with a bake', () => {
  const target = (more: object): object => ({ ...definition, target: { app: { ...definition.target.app, ...more } } });
  const pushing = target({ tags: ['a:1'], output: [{ type: 'registry' }] });

  it('is a push where an option or a target’s output says so, under the names of its targets', async () => {
    expect((await plan([{ out: target({ tags: ['a:1'] }) }], ['--push'])).pushed).toEqual(['a:1']);
    expect((await plan([{ out: pushing }])).pushed).toEqual(['a:1']);
    expect((await plan([{ out: target({ tags: ['a:1'] }) }])).pushed).toBeNull();
  });

  it('is a question in place of a build where an option says so, or every target does', async () => {
    expect((await plan([{ out: definition }], ['--check'])).callOrCheck).not.toBeNull();
    expect((await plan([{ out: target({ call: 'check' }) }])).callOrCheck).toBe('check');
    const one = { ...definition, target: { app: { context: '.', call: 'check' }, other: { context: '.' } } };
    expect((await plan([{ out: one }])).callOrCheck).toBeNull();
    expect((await plan([{ out: { target: {} } }])).callOrCheck).toBeNull();
  });

  it('opens no file system that the given definition would not: only a remote one is read as open', async () => {
    const remote = ['https://example.com/acme/app.git'];
    const open = { BAKE_ALLOW_REMOTE_FS_ACCESS: '1' };
    const variables = async (args: readonly string[], given: Record<string, string>) =>
      (await plan([{ out: definition }], args, given)).variables['BUILDX_BAKE_ENTITLEMENTS_FS'];
    expect(await variables(remote, open)).toBe('0');
    expect(await variables(remote, {})).toBeUndefined();
    expect(await variables(remote, { BAKE_ALLOW_REMOTE_FS_ACCESS: 'no' })).toBeUndefined();
    expect(await variables([], open)).toBeUndefined();
    expect(await variables(remote, { ...open, BUILDX_BAKE_ENTITLEMENTS_FS: '1' })).toBeUndefined();
  });
});

it('commands that build nothing are told the targets, and why there are none', async () => {
  const { request, programs } = await bakeWith([{ out: definition }]);
  expect(await bakeTargets([], request, programs)).toMatchObject([{ name: 'app' }]);
  const refused = await bakeWith([{ err: 'ERROR: no\n', status: 1 }]);
  await expect(bakeTargets([], refused.request, refused.programs)).rejects.toMatchObject({ code: 'bake.invalid' });
});
