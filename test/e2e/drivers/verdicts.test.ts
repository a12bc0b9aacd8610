import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { keys, project, pushGoodAndEvil, registry, reported, unguarded, verified } from '../no-way-around/project.ts';
import { archive } from '../no-way-around/remote-context.ts';
import {
  acmePolicy,
  digestOf,
  lab,
  pushLayer,
  runDocker,
  runVerify,
  sign,
  startTestRegistry,
  temporaryFolder,
} from '../support/lab.ts';
import {
  buildKit,
  createBuilder,
  createContainerBuilder,
  hasBuildKit,
  later,
  otherBuildKit,
  ownBuilders,
  pushBuilderImage,
} from './builders.ts';

let good = '';
let evil = '';
let env: Readonly<Record<string, string>> = {};

const remote = ['--driver', 'remote'];

beforeAll(async () => {
  if (!hasBuildKit) return;
  ({ good, evil } = await pushGoodAndEvil('drivers/verdicts'));
  env = await ownBuilders();
  const address = await buildKit();
  await createBuilder(env, 'far', [...remote, address]);
  const socket = await buildKit({ socket: join(await temporaryFolder(), 'buildkit.sock') });
  await createBuilder(env, 'near', [...remote, socket]);
  await createBuilder(env, 'fleet', [...remote, '--node', 'one', '--platform', 'linux/amd64', address]);
  const second = ['--append', '--node', 'two', '--platform', 'linux/arm64', await otherBuildKit()];
  await createBuilder(env, 'fleet', [...remote, ...second]);
  await createContainerBuilder(env, 'contained', await pushBuilderImage(`${registry}/drivers/buildkit:1`, true));
}, 120_000);

const drivers = [
  ['a remote BuildKit over TCP', 'far'],
  ['a remote BuildKit over a socket', 'near'],
  ['a fleet of two', 'fleet'],
  ['BuildKit in a container', 'contained'],
] as const;

describe.skipIf(!hasBuildKit).each(drivers)('%s', (_title, name) => {
  const builder = ['--builder', name];

  it('builds on what acme signed, at the digest that was verified, and says what it used', async () => {
    const built = await reported(await project(`FROM ${good}\n`), builder, { env });
    expect(built).toMatchObject({ status: 0, which: 'good', report: { verdict: 'allow' } });
    const digest = await digestOf(lab(), good);
    expect(built.report.images).toMatchObject([{ name: good, digest, verified: true }]);
    expect(built.report.build).toMatchObject({ materials: [{ digest }], unverified: [] });
    expect(built.report.build?.ref?.split('/')[0]).toBe(name);
  });

  it('does not build on an unsigned image, which it would without us', async () => {
    const folder = await project(`FROM ${evil}\n`);
    expect(await unguarded(folder, builder, { env })).toMatchObject({ status: 0, which: 'evil' });
    expect(await verified(folder, builder, { env })).toMatchObject({ status: 10, which: null });
  });

  it('is named by BUILDX_BUILDER as well', async () => {
    const chosen = { ...env, BUILDX_BUILDER: name };
    const built = await reported(await project(`FROM ${good}\n`), [], { env: chosen });
    expect(built).toMatchObject({ status: 0, which: 'good' });
    expect(built.report.build?.ref?.split('/')[0]).toBe(name);
    expect(await verified(await project(`FROM ${evil}\n`), [], { env: chosen })).toMatchObject({ status: 10 });
  });

  it('denies what was not foreseen, and is started again once it is verified', async () => {
    const context = async (image: string) => ({
      context: '-',
      stdin: await archive({ Dockerfile: `FROM scratch\nCOPY --from=${image} /which /which\n` }),
      env,
    });
    const built = await reported(await project(''), builder, await context(good));
    expect(built).toMatchObject({ status: 0, which: 'good', report: { verdict: 'allow' } });
    expect(built.report.images).toMatchObject([{ name: good, verified: true }]);
    expect(built.report.build?.unverified).toEqual([]);
    const refused = await reported(await project(''), builder, await context(evil));
    expect(refused).toMatchObject({ status: 10, which: null, report: { verdict: 'block' } });
    expect(refused.report.images).toMatchObject([{ name: evil, status: 'block' }]);
  });

  it('loads into the engine, pushes, and writes a folder', async () => {
    const folder = await project(`FROM ${good}\n`);
    const tag = `drivers-${name}:1`;
    expect(await runVerify(['build', ...builder, '--load', '-t', tag, '.'], { cwd: folder, env })).toMatchObject({
      status: 0,
    });
    later(() => runDocker(['image', 'rm', tag]));
    expect(await runDocker(['image', 'inspect', tag])).toMatchObject({ status: 0 });
    const pushed = `${registry}/drivers/pushed-${name}:1`;
    const report = join(folder, 'report.json');
    const words = ['--push', '-t', pushed, '--verify-format', 'json', '--verify-output', report];
    expect(await runVerify(['build', ...builder, ...words, '.'], { cwd: folder, env })).toMatchObject({ status: 0 });
    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
      build: { pushed: [pushed], digest: await digestOf(lab(), pushed) },
    });
  });

  it('bakes on signed images, and starts no target of a bake of which one is unsigned', async () => {
    const target = (base: string): object => ({
      'dockerfile-inline': `FROM ${base}\n`,
      output: ['type=local,dest=out'],
    });
    const bake = (first: string, second: string): Promise<string> =>
      project('', {
        files: {
          'docker-bake.json': JSON.stringify({
            group: { default: { targets: ['first', 'second'] } },
            target: { first: { ...target(first), output: ['type=local,dest=out-first'] }, second: target(second) },
          }),
        },
      });
    const fine = await bake(good, good);
    expect(await runVerify(['bake', ...builder], { cwd: fine, env })).toMatchObject({ status: 0 });
    expect(await readFile(join(fine, 'out-first', 'which'), 'utf8')).toBe('good');
    const bad = await bake(good, evil);
    expect(await runVerify(['bake', ...builder], { cwd: bad, env })).toMatchObject({ status: 10 });
    await expect(stat(join(bad, 'out-first'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe.skipIf(!hasBuildKit)('a tag that names other bytes to a remote BuildKit than to us', () => {
  it('changes nothing: the verified bytes are built', async () => {
    const moving = await startTestRegistry();
    later(() => moving.close());
    const tag = `${moving.host}/moving/base:1`;
    await pushLayer(lab(), `${registry}/unsigned/base:1`, `${moving.host}/moving/base:evil`, { which: 'evil' });
    await pushLayer(lab(), `${registry}/unsigned/base:1`, tag, { which: 'good' });
    await sign(lab(), tag, { signer: { key: keys.acme.privateKey }, cosign: 3 });
    const other = moving.store.manifest('moving/base', 'evil');
    const headers = { 'content-type': other?.mediaType ?? '', 'docker-content-digest': other?.digest ?? '' };
    const effect = { kind: 'answer', status: 200, headers, body: String(other?.bytes) } as const;
    moving.addFault({ path: '/manifests/1$', client: '^docker/|buildkit|containerd', effect });
    const folder = await project(`FROM ${tag}\n`);
    expect(await unguarded(folder, ['--builder', 'far'], { env })).toMatchObject({ which: 'evil' });
    expect(await verified(folder, ['--builder', 'far'], { env })).toMatchObject({ status: 0, which: 'good' });
  });
});

describe.skipIf(!hasBuildKit)('a build for two platforms on a fleet', () => {
  const multi = `${registry}/signed/multi:1`;
  const both = ['--builder', 'fleet', '--platform', 'linux/amd64,linux/arm64'];

  it('goes to both nodes, and what each of them used is compared', async () => {
    const folder = await project(`FROM ${multi}\n`);
    const digest = await digestOf(lab(), multi);
    const { report, status } = await reported(folder, both, { env });
    expect(status).toBe(0);
    expect(report.build?.unverified).toEqual([]);
    expect(report.build?.materials).toHaveLength(2);
    for (const platform of ['amd64', 'arm64']) {
      expect(report.build?.materials).toContainEqual({
        uri: expect.stringMatching(new RegExp(`platform=linux%2F${platform}$`)),
        digest,
      });
    }
  });

  it('is started again for what was not foreseen, whichever node denied it', async () => {
    for (const [image, status] of [
      [multi, 0],
      [`${registry}/unsigned/base:1`, 10],
    ] as const) {
      const stdin = await archive({ Dockerfile: `FROM ${image}\n` });
      const options = { context: '-', stdin, env };
      expect(await verified(await project(''), both, options)).toMatchObject({ status });
    }
  });

  it('may be a bake', async () => {
    const files = {
      'docker-bake.json': JSON.stringify({
        target: {
          default: {
            'dockerfile-inline': `FROM ${multi}\n`,
            platforms: ['linux/amd64', 'linux/arm64'],
            output: ['type=cacheonly'],
          },
        },
      }),
    };
    const folder = await project('', { files, policy: acmePolicy() });
    const report = ['--verify-format', 'json', '--verify-output', 'report.json'];
    const outcome = await runVerify(['bake', '--builder', 'fleet', ...report], { cwd: folder, env });
    expect(outcome).toMatchObject({ status: 0 });
    const { build } = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'));
    expect(build.materials).toHaveLength(2);
  });
});
