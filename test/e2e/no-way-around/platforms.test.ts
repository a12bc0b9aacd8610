import { beforeAll, describe, expect, it } from 'vitest';
import { pushIndex } from '../../../scripts/lab/images.ts';
import { digestOf, lab, mustRun, sign } from '../support/lab.ts';
import { containerdEngine, engines, keys, project, registry, reported, unguarded, verified } from './project.ts';

const room = `${registry}/no-way-around`;
const images = { index: `${room}/index:1`, partial: `${room}/partial:1`, each: `${room}/each:1` } as const;
const signer = { signer: { key: keys.acme.privateKey }, cosign: 3 } as const;

async function child(reference: string, architecture: string): Promise<string> {
  const options = ['digest', '--insecure', '--platform', `linux/${architecture}`, reference];
  return `${reference.replace(/:1$/, '')}@${await mustRun(lab(), lab().crane, options)}`;
}

beforeAll(async () => {
  for (const reference of Object.values(images)) await pushIndex(lab(), `${registry}/unsigned/base:1`, reference);
  await sign(lab(), images.index, signer);
  await sign(lab(), await child(images.partial, 'amd64'), signer);
  for (const architecture of ['amd64', 'arm64']) await sign(lab(), await child(images.each, architecture), signer);
});

const dockerfile = (image: string): string => `FROM ${image}\nCOPY --from=${image} /architecture /which\n`;
const codes = (built: Awaited<ReturnType<typeof reported>>): readonly string[] =>
  built.report.images.flatMap(({ findings }) => findings.map(({ code }) => code));

describe.each(engines)('one platform, on the %s store', (_, env) => {
  it.each([
    [images.index, 'arm64'],
    [images.each, 'arm64'],
    [images.partial, 'amd64'],
  ])('%s is built on for %s, which is signed', async (image, architecture) => {
    const built = await reported(await project(dockerfile(image)), ['--platform', `linux/${architecture}`], { env });
    expect(built).toMatchObject({ status: 0, which: architecture, report: { verdict: 'allow' } });
    expect(built.report.build?.unverified).toEqual([]);
  });

  it('refuses an unsigned child under an index that was allowed for another, which plain Docker builds', async () => {
    const folder = await project(dockerfile(images.partial));
    expect(await verified(folder, ['--platform', 'linux/amd64'], { env })).toMatchObject({ status: 0 });
    const other = ['--platform', 'linux/arm64'];
    expect(await unguarded(folder, other, { env })).toMatchObject({ status: 0, which: 'arm64' });
    expect(await verified(folder, other, { env })).toMatchObject({ status: 10, which: null });
  });

  it('refuses the unsigned child also where the Dockerfile asks for it beside the signed one', async () => {
    const both = `FROM --platform=linux/arm64 ${images.partial} AS other\nFROM ${images.partial}\nCOPY --from=other /architecture /which\n`;
    const folder = await project(both);
    expect(await unguarded(folder, ['--platform', 'linux/amd64'], { env })).toMatchObject({
      status: 0,
      which: 'arm64',
    });
    const refused = await reported(folder, ['--platform', 'linux/amd64'], { env });
    expect(refused).toMatchObject({ status: 10, which: null });
    expect(codes(refused)).toContain('signature.platform-uncovered');
  });

  it('does not let an index cover a child that is written by its digest', async () => {
    const named = await child(images.index, 'arm64');
    const refused = await verified(await project(dockerfile(named)), ['--platform', 'linux/arm64'], { env });
    expect(refused).toMatchObject({ status: 10, which: null });
  });
});

/** The classic store builds for one platform only. */
describe.skipIf(containerdEngine === null)('several platforms at once', () => {
  const engine = { env: containerdEngine ?? {} };
  const platforms = ['--platform', 'linux/amd64,linux/arm64'];

  it('is built on where the index is signed, and the index is pinned', async () => {
    const built = await reported(await project(dockerfile(images.index)), platforms, engine);
    expect(built).toMatchObject({ status: 0, report: { verdict: 'allow' } });
    expect(built.report.images).toMatchObject([{ verified: true, digest: await digestOf(lab(), images.index) }]);
    expect(built.report.build?.unverified).toEqual([]);
  });

  it('is refused where each of them is signed and the index is not: anybody may have put that together', async () => {
    const refused = await reported(await project(dockerfile(images.each)), platforms, engine);
    expect(refused).toMatchObject({ status: 10 });
    expect(codes(refused)).toEqual(['signature.platform-uncovered']);
  });

  it('is refused where one of them is not signed, which plain Docker builds', async () => {
    const folder = await project(dockerfile(images.partial));
    expect(await unguarded(folder, platforms, engine)).toMatchObject({ status: 0 });
    const refused = await reported(folder, platforms, engine);
    expect(refused).toMatchObject({ status: 10 });
    expect(codes(refused)).toEqual(['signature.platform-uncovered']);
  });
});
