import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runVerify } from '../support/lab.ts';
import { project, pushGoodAndEvil, registry, reported, unguarded, verified } from './project.ts';
import { archive, hasGit, type RemoteContext, serveFile, serveRepository } from './remote-context.ts';

let good = '';
let evil = '';
const served: RemoteContext[] = [];

beforeAll(async () => {
  ({ good, evil } = await pushGoodAndEvil('no-way-around/unforeseen'));
});
afterEach(async () => {
  await Promise.all(served.splice(0).map((context) => context.close()));
});

const from = (image: string): Readonly<Record<string, string>> => ({
  Dockerfile: `FROM scratch\nCOPY --from=${image} /which /which\n`,
});

async function serving(context: Promise<RemoteContext>): Promise<string> {
  const opened = await context;
  served.push(opened);
  return opened.url;
}

/** What a build is given in each kind of context: standard input, and the context's name. */
const contexts: Readonly<
  Record<string, (files: Readonly<Record<string, string>>) => Promise<{ context: string; stdin?: Uint8Array }>>
> = {
  'a tar archive on standard input': async (files) => ({ context: '-', stdin: await archive(files) }),
  'a compressed archive on standard input': async (files) => ({ context: '-', stdin: await archive(files, '-czf') }),
  'an archive that only the builder unpacks': async (files) => ({
    context: '-',
    stdin: await archive(files, '-cjf'),
  }),
  'a tar archive by URL': async (files) => ({ context: await serving(serveFile(await archive(files))) }),
  'a Dockerfile by URL': async (files) => ({
    context: await serving(serveFile(Buffer.from(files['Dockerfile'] ?? ''), 'Dockerfile')),
  }),
  ...((await hasGit())
    ? { 'a git repository': async (files) => ({ context: await serving(serveRepository(files)) }) }
    : {}),
};

describe.each(Object.entries(contexts))('%s', (_, open) => {
  it('is built on what acme signed', async () => {
    const built = await reported(await project(''), [], await open(from(good)));
    expect(built).toMatchObject({ status: 0, which: 'good', report: { verdict: 'allow' } });
    expect(built.report.images).toMatchObject([{ name: good, verified: true }]);
    expect(built.report.build?.unverified).toEqual([]);
  });

  it('is refused where it takes an unsigned image, which plain Docker builds', async () => {
    const folder = await project('');
    expect(await unguarded(folder, [], await open(from(evil)))).toMatchObject({ status: 0, which: 'evil' });
    const refused = await reported(folder, [], await open(from(evil)));
    expect(refused).toMatchObject({ status: 10, which: null, report: { verdict: 'block' } });
    expect(refused.report.images).toMatchObject([{ name: evil, status: 'block' }]);
  });

  it('is asked about without being built: --check', async () => {
    const args = ['--check'];
    expect(await verified(await project(''), args, await open(from(good)))).toMatchObject({ status: 0 });
  });
});

describe('a build that is only asked about', () => {
  const context = async (image: string) => ({ context: '-', stdin: await archive(from(image), '-cjf') });

  it.each([
    [['--call=outline']],
    [['--print=outline']],
    [['--call=check']],
    [['--check', '--metadata-file', 'metadata.json']],
    [['-q', '--call=outline']],
  ])('is answered on what acme signed, and refused on an unsigned image: %s', async (args) => {
    const answered = await reported(await project(''), args, await context(good));
    expect(answered).toMatchObject({ status: 0, report: { verdict: 'allow' } });
    expect(answered.report.images).toMatchObject([{ name: good, verified: true }]);
    const refused = await reported(await project(''), args, await context(evil));
    expect(refused).toMatchObject({ status: 10, report: { verdict: 'block' } });
    expect(refused.report.images).toMatchObject([{ name: evil, status: 'block' }]);
    // it would be answered without us
    expect(await unguarded(await project(''), args, await context(evil))).toMatchObject({ status: 0 });
  });

  it.each(['--check', '--call=outline'])('may be a bake: %s', async (call) => {
    const bake = async (image: string): Promise<number> => {
      const url = await serving(serveFile(await archive(from(image), '-cjf')));
      const files = { 'docker-bake.json': JSON.stringify({ target: { default: { context: url } } }) };
      return (await runVerify(['bake', call], { cwd: await project('', { files }) })).status;
    };
    expect(await bake(good)).toBe(0);
    expect(await bake(evil)).toBe(10);
  });

  it("ends with Docker's own status where it fails for another reason", async () => {
    const stdin = await archive({ Dockerfile: 'FROM scratch\nNONSENSE\n' }, '-cjf');
    const outcome = await verified(await project(''), ['--call=outline'], { context: '-', stdin });
    expect(outcome.status).toBe(1);
  });
});

describe('what is said when the build starts again', () => {
  const given = async () => ({ context: '-', stdin: await archive(from(good), '-cjf') });

  it('is that the builder denied an image, how that image fared, and that the build starts again', async () => {
    const { stderr } = await verified(await project(''), [], await given());
    const lines = stderr.split('\n');
    const denied = lines.indexOf(
      `docker verify: the builder denied ${good}, which could not be foreseen; it is verified now`,
    );
    const judged = lines.findIndex((line, index) => index > denied && line.startsWith(`  ✓ ${good}`));
    const again = lines.indexOf('docker verify: the build starts again');
    expect(denied).toBeGreaterThan(lines.findIndex((line) => line.includes('denied by policy')));
    expect(judged).toBeGreaterThan(denied);
    expect(again).toBeGreaterThan(judged);
    const messages = lines.filter((line) => line.startsWith('docker verify: '));
    expect(messages).toHaveLength(3);
    expect(messages[0]).toMatch(/warning: the archive on standard input is not read before the build: bzip2/);
  });

  it.each([[['-q']], [['--progress=rawjson']]])('is nothing with %s', async (args) => {
    const { status, stderr } = await verified(await project(''), args, await given());
    expect(status).toBe(0);
    expect(stderr).toContain('denied by policy');
    expect(stderr).not.toContain('docker verify');
    expect(stderr).not.toContain('Checking');
  });
});

describe('a build that asks for more and more that was not foreseen', () => {
  const stages = (count: number): Readonly<Record<string, string>> => {
    const names = Array.from({ length: count }, (_, index) => `${registry}/signed/b${index}:1`);
    const copies = names.map((name, index) => `COPY --from=${name} /bin/busybox /${index}\n`);
    return { Dockerfile: `FROM scratch\n${copies.join('')}` };
  };
  const openUrl = contexts['an archive that only the builder unpacks'];

  it('is started again eight times, with one report each time, and no more', async () => {
    if (openUrl === undefined) throw new Error('no such context');
    const folder = await project('');
    const built = await reported(folder, [], await openUrl(stages(8)));
    expect(built).toMatchObject({ status: 0, report: { verdict: 'allow' } });
    expect(built.report.images).toHaveLength(8);
    expect(built.stderr.match(/^Checking /gm)?.length).toBeLessThanOrEqual(9);

    const refused = await reported(folder, [], await openUrl(stages(9)));
    expect(refused).toMatchObject({ status: 10, report: { verdict: 'block' } });
    expect(refused.report.findings.map(({ code }) => code)).toEqual(['image.unverifiable']);
  }, 120_000);
});

describe('a command that prints what a denial says', () => {
  it.each(['exit 1', 'exit 0'])('is not believed (%s)', async (end) => {
    const text = `ERROR: failed to solve: source \\"docker-image://${good}\\" denied by policy: source denied by policy`;
    const folder = await project(`FROM ${registry}/signed/base:1\nRUN --network=none echo "${text}" >&2; ${end}\n`);
    const built = await reported(folder);
    expect(built.status).toBe(end === 'exit 1' ? 1 : 0);
    expect(built.report.images.map(({ name }) => name)).toEqual([`${registry}/signed/base:1`]);
    expect(built.stderr.match(/^Checking /gm)).toHaveLength(1);
  });
});

describe('what can be foreseen but is not in a FROM', () => {
  it.each([
    ['a frontend by directive', (image: string) => ({ file: `# syntax=${image}\nFROM ${good}\n`, args: [] })],
    [
      'a frontend by argument',
      (image: string) => ({ file: `FROM ${good}\n`, args: ['--build-arg', `BUILDKIT_SYNTAX=${image}`] }),
    ],
    [
      'an SBOM generator',
      (image: string) => ({ file: `FROM ${good}\n`, args: [`--attest=type=sbom,generator=${image}`] }),
    ],
  ])('%s is refused unsigned, and let through to the builder signed', async (_, of) => {
    const [bad, fine] = [of(evil), of(good)];
    expect(await verified(await project(bad.file), bad.args)).toMatchObject({ status: 10, which: null });
    // neither is a program that the builder could use: that it ends with Docker's own status shows that it was asked to
    const outcome = await verified(await project(fine.file), fine.args);
    const control = await unguarded(await project(fine.file), fine.args);
    expect(outcome.status).toBe(control.status);
  });

  it('a trigger of the base is refused where it takes an unsigned image, which plain Docker builds', async () => {
    const folder = await project(`FROM ${registry}/signed/onbuild-unsigned:1\n`);
    expect(await unguarded(folder)).toMatchObject({ status: 0 });
    expect(await verified(folder)).toMatchObject({ status: 10 });
  });
});
