import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { acmePolicy, temporaryFolder, writeFiles } from '../support/lab.ts';
import {
  containerdEngine,
  engines,
  project,
  pullLayout,
  pushGoodAndEvil,
  reported,
  unguarded,
  verified,
} from './project.ts';

let good = '';
let evil = '';
let layouts: { readonly good: string; readonly evil: string };

beforeAll(async () => {
  ({ good, evil } = await pushGoodAndEvil('no-way-around/contexts'));
  layouts = { good: await pullLayout(good), evil: await pullLayout(evil) };
});

const layoutFor = (name: string, value: string): readonly string[] => [
  '--build-context',
  `${name}=oci-layout://${value}`,
];

/** Only the containerd store builds on layouts; the classic one refuses them by itself. */
describe.skipIf(containerdEngine === null)('an OCI layout in the place of a verified name', () => {
  const engine = { env: containerdEngine ?? {} };

  it('is refused where it holds other bytes, which plain Docker builds', async () => {
    const folder = await project(`FROM ${good}\n`);
    const args = layoutFor(good, layouts.evil);
    expect(await unguarded(folder, args, engine)).toMatchObject({ status: 0, which: 'evil' });
    const refused = await reported(folder, args, engine);
    expect(refused).toMatchObject({ status: 10, which: null, report: { verdict: 'block' } });
    expect(refused.report.images).toMatchObject([{ name: good, status: 'block', verified: false }]);
    expect(refused.report.images[0]?.findings[0]?.code).toBe('signature.missing');
  });

  it('is refused also where only COPY --from takes it', async () => {
    const folder = await project(`FROM scratch\nCOPY --from=${good} /which /which\n`);
    const args = layoutFor(good, layouts.evil);
    expect(await unguarded(folder, args, engine)).toMatchObject({ status: 0, which: 'evil' });
    expect(await verified(folder, args, engine)).toMatchObject({ status: 10, which: null });
  });

  it.each(['', ':latest', ':1'])('is built on where it holds what acme signed (written with "%s")', async (tag) => {
    const folder = await project(`FROM ${good}\nRUN --network=none test -e /which\n`);
    const args = layoutFor(good, `${layouts.good}${tag}`);
    const built = await reported(folder, args, engine);
    expect(built).toMatchObject({ status: 0, which: 'good', report: { verdict: 'allow' } });
    expect(built.report.images).toMatchObject([{ name: good, status: 'allow', verified: true }]);
    expect(built.report.build?.unverified).toEqual([]);
  });

  it('is held to its digest: a layout whose tag names two things is judged by the one that is built', async () => {
    const folder = await project(`FROM ${good}\n`);
    const both = join(await temporaryFolder(), 'layout');
    await cp(layouts.good, both, { recursive: true });
    await cp(join(layouts.evil, 'blobs'), join(both, 'blobs'), { recursive: true });
    const digest = (await reported(folder, layoutFor(good, layouts.evil), engine)).report.images[0]?.digest;
    const args = layoutFor(good, `${both}@${digest}`);
    expect(await unguarded(folder, args, engine)).toMatchObject({ status: 0, which: 'evil' });
    expect(await verified(folder, args, engine)).toMatchObject({ status: 10, which: null });
    expect(await verified(folder, layoutFor(good, both), engine)).toMatchObject({ status: 0, which: 'good' });
  });

  it('is built on unsigned where every policy lists its name, or the policy only warns', async () => {
    const args = layoutFor(good, layouts.evil);
    const listing = JSON.stringify({ ...JSON.parse(acmePolicy()), contexts: [good] });
    expect(await verified(await project(`FROM ${good}\n`, { policy: listing }), args, engine)).toMatchObject({
      status: 0,
      which: 'evil',
    });
    const warned = await verified(
      await project(`FROM ${good}\n`, { policy: acmePolicy({ mode: 'warn' }) }),
      args,
      engine,
    );
    expect(warned).toMatchObject({ status: 0, which: 'evil' });
    expect(warned.stderr).toContain('signature.missing');
  });

  it('could not be verified where there is none', async () => {
    const folder = await project(`FROM ${good}\n`);
    const outcome = await reported(folder, layoutFor(good, '/nowhere/layout'), engine);
    expect(outcome).toMatchObject({ status: 11, report: { verdict: 'error' } });
  });
});

describe.each(engines)('a folder in the place of a verified name, on the %s store', (_, env) => {
  const dockerfile = 'FROM IMAGE\nCOPY Dockerfile /Dockerfile\n';
  const assets = async (): Promise<string> => writeFiles(await temporaryFolder(), { which: 'folder' });

  it('is refused, which plain Docker builds without a trace', async () => {
    const folder = await project(dockerfile.replace('IMAGE', good));
    const args = ['--build-context', `${good}=${await assets()}`];
    expect(await unguarded(folder, args, { env })).toMatchObject({ status: 0, which: 'folder' });
    const refused = await reported(folder, args, { env });
    expect(refused).toMatchObject({ status: 10, which: null, report: { verdict: 'block', images: [] } });
    expect(refused.report.findings.map(({ code }) => code)).toEqual(['context.replaces-image']);
  });

  it('is built on where the policy lists the name', async () => {
    const policy = JSON.stringify({ ...JSON.parse(acmePolicy()), contexts: [good] });
    const folder = await project(dockerfile.replace('IMAGE', good), { policy });
    const built = await reported(folder, ['--build-context', `${good}=${await assets()}`], { env });
    expect(built).toMatchObject({ status: 0, which: 'folder', report: { verdict: 'allow', findings: [] } });
  });

  it('is built on with a warning where the policy warns', async () => {
    const folder = await project(dockerfile.replace('IMAGE', good), { policy: acmePolicy({ mode: 'warn' }) });
    const built = await verified(folder, ['--build-context', `${good}=${await assets()}`], { env });
    expect(built).toMatchObject({ status: 0, which: 'folder' });
    expect(built.stderr).toContain('context.replaces-image');
  });

  it('is an ordinary context under a plain name that only COPY --from uses', async () => {
    const folder = await project(`FROM ${good}\nCOPY --from=assets /which /which\n`);
    const built = await verified(folder, ['--build-context', `assets=${await assets()}`], { env });
    expect(built).toMatchObject({ status: 0, which: 'folder' });
  });
});

describe.each(engines)('an image in the place of another, on the %s store', (_, env) => {
  it('is judged by its own name', async () => {
    const folder = await project(`FROM ${good}\n`);
    const args = ['--build-context', `${good}=docker-image://${evil}`];
    expect(await unguarded(folder, args, { env })).toMatchObject({ status: 0, which: 'evil' });
    const refused = await verified(folder, args, { env });
    expect(refused).toMatchObject({ status: 10, which: null });
    expect(refused.stderr).toContain(evil);
  });
});
