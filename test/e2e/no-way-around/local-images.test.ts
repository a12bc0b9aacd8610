import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acmePolicy, copyImage, lab, mustRun, runDocker } from '../support/lab.ts';
import { engines, project, pushGoodAndEvil, registry, reported, unguarded } from './project.ts';

let good = '';
let evil = '';

beforeAll(async () => {
  ({ good, evil } = await pushGoodAndEvil('no-way-around/local'));
  await copyImage(lab(), good, `${registry}/no-way-around/local/remote:1`);
});

const policy = (more: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ ...JSON.parse(acmePolicy()), ...more });

describe.each(engines)('the local store of an engine (%s)', (store, env) => {
  const names = {
    only: `${registry}/no-way-around/local/only-${store}:1`,
    /** Its registry knows it too, unsigned, with other bytes. */
    shadow: `${registry}/no-way-around/local/remote:1`,
    unreachable: '127.0.0.1:1/local/base:1',
  };

  const tag = async (image: string, name: string): Promise<void> => {
    await mustRun(lab(), lab().docker, ['pull', '--quiet', image], { env });
    await mustRun(lab(), lab().docker, ['tag', image, name], { env });
    await mustRun(lab(), lab().docker, ['image', 'rm', image], { env });
  };
  const remove = async (...given: readonly string[]): Promise<void> => {
    await runDocker(['image', 'rm', '--force', ...given], { env });
  };
  beforeAll(async () => {
    await tag(evil, names.only);
    await tag(evil, names.shadow);
    await tag(evil, names.unreachable);
  });
  afterAll(() => remove(...Object.values(names)));

  it.each([
    ['allow', 0, 'allow', 'evil'],
    ['warn', 0, 'warn', 'evil'],
    ['deny', 10, 'block', null],
    [undefined, 10, 'block', null],
  ])('an image that is only there is judged by local: %s', async (local, status, verdict, which) => {
    const folder = await project(`FROM ${names.only}\n`, { policy: policy(local === undefined ? {} : { local }) });
    expect(await unguarded(folder, [], { env })).toMatchObject({ status: 0, which: 'evil' });
    const built = await reported(folder, [], { env });
    expect(built).toMatchObject({
      status,
      which,
      report: { verdict, images: [{ name: names.only, verified: false }] },
    });
  });

  it('an unsigned local image never stands in for a signed remote one, as it does in plain Docker', async () => {
    await tag(evil, good);
    try {
      const folder = await project(`FROM ${good}\n`);
      expect(await unguarded(folder, [], { env })).toMatchObject({ status: 0, which: 'evil' });
      const built = await reported(folder, [], { env });
      expect(built).toMatchObject({ status: 0, which: 'good', report: { verdict: 'allow' } });
      expect(built.report.build?.unverified).toEqual([]);
    } finally {
      await remove(good);
    }
  });

  it('where neither is verified, enforce refuses and names both digests, and warn keeps Docker’s choice', async () => {
    const allowing = { default: 'allow', rules: [] };
    const blocked = await reported(await project(`FROM ${names.shadow}\n`, { policy: policy(allowing) }), [], { env });
    expect(blocked).toMatchObject({ status: 10, which: null });
    const [finding] = blocked.report.images[0]?.findings.filter(({ code }) => code === 'image.local-shadow') ?? [];
    expect(finding?.expected).toMatch(/sha256:[0-9a-f]{64}/);
    expect(finding?.found).toMatch(/sha256:[0-9a-f]{64}/);

    const folder = await project(`FROM ${names.shadow}\n`, { policy: policy({ ...allowing, mode: 'warn' }) });
    const dockers = await unguarded(folder, [], { env });
    const warned = await reported(folder, [], { env });
    expect(warned).toMatchObject({ status: 0, which: dockers.which, report: { verdict: 'warn' } });
    expect(warned.stderr).toContain('image.local-shadow');
  });

  it('a name whose registry cannot be reached is refused, and left to Docker where the policy only warns', async () => {
    const refused = await reported(await project(`FROM ${names.unreachable}\n`), [], { env });
    expect(refused).toMatchObject({ status: 11, which: null, report: { verdict: 'error' } });
    const folder = await project(`FROM ${names.unreachable}\n`, { policy: acmePolicy({ mode: 'warn' }) });
    const dockers = await unguarded(folder, [], { env });
    const warned = await reported(folder, [], { env });
    expect(warned).toMatchObject({ status: dockers.status, which: dockers.which, report: { verdict: 'warn' } });
    expect(warned.stderr).toContain(names.unreachable);
  });
});
