import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../../../src/builder/index.ts';
import { readyBuilder } from '../../../../../src/gate/run/plan/builder-readiness.ts';
import { type ToldAnswer, toldBuildx } from '../../../../support/told-buildx.ts';
import { folderOf } from '../../../policy/support/policies.ts';
import { sessionIn } from '../../gate-pipeline.ts';

const inspected = (driver: string): string =>
  `Name: default\nDriver: ${driver}\n\nNodes:\nName: default\nEndpoint: default\nStatus: running\nPlatforms: linux/amd64\n`;

interface Setting {
  readonly answers?: readonly ToldAnswer[];
  readonly engineVersion?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

async function ready({ answers = [{ out: inspected('docker') }], engineVersion = '28.5.2', variables = {} }: Setting) {
  const folder = await folderOf({ 'docker.sock': '' });
  const programs = await toldBuildx(folder, answers);
  const session = sessionIn(folder);
  const engine = {
    version: async () => ({ version: engineVersion, apiVersion: '1.51', platform: 'linux/amd64' }),
  } as Partial<Engine> as Engine; // nothing else of it is asked here
  const environment = { ...session.environment, variables: { ...session.environment.variables, ...variables } };
  return await readyBuilder({
    session: { ...session, environment },
    programs,
    local: {
      endpoint: async () => ({
        context: 'default',
        host: `unix://${join(folder, 'docker.sock')}`,
        tls: null,
        local: true,
      }),
      engine: async () => engine,
    },
    named: null,
    intercepted: false,
    everyNode: false,
  });
}

describe('a builder', () => {
  it.each([
    ['of an engine that is too old', { engineVersion: '20.10.1' }, /BuildKit 0\.9 .*does not hold images/],
    ['that is the legacy one', { variables: { DOCKER_BUILDKIT: '0' } }, /legacy builder/],
    [
      'that does not deny what a source policy denies',
      { answers: [{ out: inspected('docker-container') }] },
      /did not deny/,
    ],
  ])('%s would not obey, which is a result and ends nothing', async (_, setting, message) => {
    const { unenforceable, unproven } = await ready(setting);
    expect(unenforceable).toMatchObject({ code: 'builder.unenforceable', message: expect.stringMatching(message) });
    expect(unproven).toBeNull();
  });

  it('that cannot be asked, or a setting that is none, ends the run', async () => {
    const unknown = { answers: [{ err: 'no such builder', status: 1 }] };
    await expect(ready(unknown)).rejects.toMatchObject({ code: 'builder.unavailable' });
    await expect(ready({ variables: { DOCKER_BUILDKIT: 'nope' } })).rejects.toMatchObject({ code: 'usage.invalid' });
  });
});
