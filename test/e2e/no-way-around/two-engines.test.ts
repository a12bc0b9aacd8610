import { beforeAll, describe, expect, it } from 'vitest';
import { acmePolicy, digestOf, lab } from '../support/lab.ts';
import { containerdEngine, engines, project, pushGoodAndEvil, registry, reported } from './project.ts';
import { archive } from './remote-context.ts';

let good = '';
let evil = '';

beforeAll(async () => {
  ({ good, evil } = await pushGoodAndEvil('no-way-around/engines'));
});

describe.skipIf(containerdEngine === null)('an engine over TCP with the other image store', () => {
  it.each([
    ['signed/base:1', 'enforce', 0],
    ['signed/multi:1', 'enforce', 0],
    ['legacy/base:1', 'enforce', 0],
    ['unsigned/base:1', 'enforce', 10],
    ['wrong/base:1', 'enforce', 10],
    ['nowhere/base:1', 'enforce', 11],
    ['unsigned/base:1', 'warn', 0],
  ] as const)(
    'comes to the same verdict upon %s (%s), and holds the builder to the same digest',
    async (image, mode, status) => {
      const folder = await project(`FROM ${registry}/${image}\n`, { policy: acmePolicy({ mode }) });
      const [first, second] = [
        await reported(folder, [], { env: engines[0]?.[1] ?? {} }),
        await reported(folder, [], { env: containerdEngine ?? {} }),
      ];
      expect([first.status, second.status]).toEqual([status, status]);
      expect(second.report.verdict).toBe(first.report.verdict);
      expect(second.report.images).toEqual(first.report.images);
      expect(second.report.build?.materials ?? null).toEqual(first.report.build?.materials ?? null);
      expect(second.report.build?.unverified ?? []).toEqual([]);
    },
  );

  it('denies and is started again for what could not be foreseen', async () => {
    const context = async (image: string) => ({
      context: '-',
      stdin: await archive({ Dockerfile: `FROM ${image}\n` }),
      env: containerdEngine ?? {},
    });
    const built = await reported(await project(''), [], await context(good));
    expect(built).toMatchObject({ status: 0, which: 'good' });
    expect(built.report.images).toMatchObject([{ name: good, digest: await digestOf(lab(), good), verified: true }]);
    expect(await reported(await project(''), [], await context(evil))).toMatchObject({ status: 10, which: null });
  });
});
