import { describe, expect, it } from 'vitest';
import { admitUnverified } from '../../../../../src/gate/run/plan/admit-unverified.ts';
import { folderOf } from '../../../policy/support/policies.ts';
import { sessionIn } from '../../gate-pipeline.ts';

describe('a command that may build and cannot be verified', () => {
  it.each([
    ['none', {}],
    ['one that warns', { 'docker-verify.yaml': 'version: 1\nmode: warn\ndefault: deny\n' }],
  ])('is handed on with a warning where the policy is %s', async (_, files) => {
    const session = sessionIn(await folderOf(files));
    await admitUnverified(session, 'docker buildx debug', ['.']);
    expect(session.warnings).toEqual([
      expect.stringContaining('nothing is enforced: what `docker buildx debug` builds'),
    ]);
  });

  it.each([
    ['a build', ['.']],
    ['none that a build would take', ['--no-such-option', '.', '.']],
  ])('is refused where the policy enforces, its arguments being those of %s', async (_, args) => {
    const session = sessionIn(await folderOf({ 'docker-verify.yaml': 'version: 1\nmode: enforce\ndefault: deny\n' }));
    await expect(admitUnverified(session, 'docker buildx debug', args)).rejects.toMatchObject({
      code: 'builder.unenforceable',
    });
    expect(session.warnings).toEqual([]);
  });
});
