import { expect, it, vi } from 'vitest';
import { runUntilSettled } from '../../../../../src/gate/run/build/run-until-settled.ts';
import type { BuildRun } from '../../../../../src/gate/run/outcome/audit-build.ts';
import { policiesOf } from '../../../policy/support/policies.ts';
import { sessionIn } from '../../gate-pipeline.ts';

it('a build that was started early is taken only once its policy can be written: else nobody would end it', async () => {
  const early = {
    underWay: async () => undefined,
    take: vi.fn<() => Promise<null>>(async () => null),
    abandon: vi.fn<() => void>(),
  };
  const unwritable = { name: 'x', conversions: [{ from: 'https://x/*', to: 'https://x/*' }], attributes: {}, hash: '' };
  const run = {
    request: { session: sessionIn('/'), before: [] },
    pipeline: { policies: await policiesOf({ project: 'version: 1\n' }) },
    plan: {},
    builder: { unenforceable: null },
    userPolicy: null,
    layouts: [],
    sources: [unwritable],
  } as unknown as BuildRun; // what of it is read until then
  await expect(runUntilSettled(run, [], early)).rejects.toMatchObject({ code: 'reference.invalid' });
  expect(early.take).not.toHaveBeenCalled();
});
