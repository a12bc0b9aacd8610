import { existsSync } from 'node:fs';
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../../src/model/index.ts';
import { acmePolicy, lab, mustRun, type Outcome, runDocker, runVerify, temporaryFolder } from '../../support/lab.ts';
import { project, pushGoodAndEvil } from '../project.ts';

let good = '';
let evil = '';

beforeAll(async () => {
  ({ good, evil } = await pushGoodAndEvil('no-way-around/bake'));
});

/** A bake of targets `first` and `second`, on these two images; each target writes its `which` to `out-TARGET`. */
interface Bake {
  readonly files: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly stdin?: string;
}

const outputs = (targets: readonly string[]): readonly string[] =>
  targets.flatMap((target) => ['--set', `${target}.output=type=local,dest=out-${target}`]);
const both = outputs(['first', 'second']);

/** BuildKit expands no variables in COPY --from: the base is written into a Dockerfile of its own. */
const inline = (image: string): string => `FROM scratch\nCOPY --from=${image} /which /which\n`;

const hcl = (target: string, image: string): string =>
  `target "${target}" {\n  dockerfile-inline = <<EOT\n${inline(image)}EOT\n}\n`;
const asHcl = (first: string, second: string): string =>
  `group "default" { targets = ["first", "second"] }\n${hcl('first', first)}${hcl('second', second)}`;
const asJson = (first: string, second: string): string =>
  JSON.stringify({
    group: { default: { targets: ['first', 'second'] } },
    target: { first: { 'dockerfile-inline': inline(first) }, second: { 'dockerfile-inline': inline(second) } },
  });
const asCompose = (first: string, second: string): string =>
  JSON.stringify({
    services: {
      first: { build: { context: '.', dockerfile_inline: inline(first) } },
      second: { build: { context: '.', dockerfile_inline: inline(second) } },
    },
  });
const asMatrix = (first: string, second: string): string =>
  [
    'target "default" {',
    '  name = item.name',
    '  matrix = {',
    `    item = [{name = "first", base = "${first}"}, {name = "second", base = "${second}"}]`,
    '  }',
    '  dockerfile-inline = "FROM scratch\\nCOPY --from=$' + '{item.base} /which /which\\n"',
    '}',
  ].join('\n');

const forms: Readonly<Record<string, (first: string, second: string) => Bake>> = {
  HCL: (first, second) => ({ files: { 'docker-bake.hcl': asHcl(first, second) }, args: both }),
  JSON: (first, second) => ({ files: { 'docker-bake.json': asJson(first, second) }, args: both }),
  compose: (first, second) => ({ files: { 'compose.yaml': asCompose(first, second) }, args: both }),
  'a matrix': (first, second) => ({ files: { 'docker-bake.hcl': asMatrix(first, second) }, args: both }),
  'HCL named by -f': (first, second) => ({
    files: { 'other.hcl': asHcl(first, second) },
    args: ['-f', 'other.hcl', ...both],
  }),
  'standard input': (first, second) => ({ files: {}, args: ['-f', '-', ...both], stdin: asJson(first, second) }),
  'targets by name': (first, second) => ({
    files: { 'docker-bake.hcl': `${hcl('first', first)}${hcl('second', second)}` },
    args: [...both, 'first', 'second'],
  }),
  'an override by --set': (first, second) => ({
    files: {
      'docker-bake.hcl': `group "default" { targets = ["first", "second"] }\n${hcl('first', first)}target "second" {}\n`,
      Dockerfile: 'ARG BASE\nFROM $BASE AS base\nFROM scratch\nCOPY --from=base /which /which\n',
    },
    args: ['--set', `*.args.BASE=${second}`, ...both],
  }),
};

interface Baked extends Outcome {
  readonly first: string | null;
  readonly second: string | null;
}

async function baking(folder: string, start: () => Promise<Outcome>): Promise<Baked> {
  const out = (target: string): string => join(folder, `out-${target}`);
  for (const target of ['first', 'second']) await rm(out(target), { recursive: true, force: true });
  const outcome = await start();
  const which = async (target: string): Promise<string | null> => {
    const file = join(out(target), 'which');
    return existsSync(file) ? readFile(file, 'utf8') : null;
  };
  return { ...outcome, first: await which('first'), second: await which('second') };
}

function options({ stdin }: Bake, folder: string) {
  return { cwd: folder, ...(stdin === undefined ? {} : { stdin }) };
}

describe.each(Object.entries(forms))('a bake in the form of %s', (_, form) => {
  it('is refused whole where one target is on an unsigned image, which plain Docker builds', async () => {
    const bake = form(good, evil);
    const folder = await project('', { files: bake.files });
    const given = options(bake, folder);
    const control = await baking(folder, () => runDocker(['buildx', 'bake', ...bake.args], given));
    expect(control).toMatchObject({ status: 0, second: 'evil' });
    const refused = await baking(folder, () => runVerify(['bake', ...bake.args], given));
    expect(refused).toMatchObject({ status: 10, first: null, second: null });
    expect(refused.stderr).toContain(evil);
  });

  it('is built where all are on signed images', async () => {
    const bake = form(good, good);
    const folder = await project('', { files: bake.files });
    const report = ['--verify-format', 'json', '--verify-output', join(folder, 'report.json')];
    const built = await baking(folder, () => runVerify(['bake', ...report, ...bake.args], options(bake, folder)));
    expect(built).toMatchObject({ status: 0, first: 'good', second: 'good' });
    // the tool's own report, which its schema's tests check
    const reported = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as Report;
    expect(reported).toMatchObject({ verdict: 'allow', images: [{ name: good, verified: true }] });
    expect(reported.targets.map(({ name }) => name).toSorted()).toEqual(['first', 'second']);
    expect(reported.build?.unverified).toEqual([]);
  });
});

describe('the policy of a bake', () => {
  it.each(['default', 'app'])(
    'is that of the current folder, not of a Dockerfile below it: target %s',
    async (name) => {
      const lax = 'version: 1\ndefault: allow\n';
      const bake = JSON.stringify({ target: { [name]: { context: 'app', output: ['type=cacheonly'] } } });
      const files = { 'docker-bake.json': bake, 'app/Dockerfile': `FROM ${evil}\n` };
      const strictAbove = await project('', { files: { ...files, 'app/docker-verify.yaml': lax } });
      const args = ['bake', name];
      expect((await runVerify(args, { cwd: strictAbove })).status).toBe(10);
      expect((await runVerify(['check', '-f', 'docker-bake.json', name], { cwd: strictAbove })).status).toBe(10);
      // the other way round nothing refuses it, and a build from below is judged by what lies there
      const strictBelow = await project('', {
        policy: lax,
        files: { ...files, 'app/docker-verify.yaml': acmePolicy() },
      });
      expect((await runVerify(args, { cwd: strictBelow })).status).toBe(0);
      await copyFile(join(strictBelow, 'acme.pub'), join(strictBelow, 'app', 'acme.pub'));
      expect((await runVerify(['build', 'app'], { cwd: strictBelow })).status).toBe(10);
    },
  );
});

describe('through install --mode full', () => {
  /** A configuration of Docker's CLI in which the executable has taken buildx's place. */
  async function intercepted(): Promise<{ readonly env: Readonly<Record<string, string>> }> {
    const config = await temporaryFolder();
    await mustRun(lab(), 'mkdir', ['-p', join(config, 'cli-plugins')]);
    const compose = join(lab().dockerConfig, 'cli-plugins', 'docker-compose');
    await mustRun(lab(), 'ln', ['-s', lab().buildx, compose, join(config, 'cli-plugins')]);
    const env = { DOCKER_CONFIG: config };
    await mustRun(lab(), lab().executable, ['install', '--mode', 'full'], { env });
    return { env };
  }

  const compose = 'services: {app: {build: .}}\n';
  // compose ends with a status of its own where its builder refuses
  it.each([
    ['docker buildx build', ['buildx', 'build', '.'], 10],
    ['docker build', ['build', '.'], 10],
    ['docker buildx bake', ['buildx', 'bake', '--set', '*.context=.'], 10],
    ['docker bake', ['bake'], 10],
    ['docker compose build', ['compose', 'build'], 1],
  ])('%s refuses an unsigned base and builds on a signed one', async (_, args, refusal) => {
    const { env } = await intercepted();
    const plain = { DOCKER_CONFIG: lab().dockerConfig };
    const [fine, bad] = [
      await project(`FROM ${good}\n`, { files: { 'compose.yaml': compose } }),
      await project(`FROM ${evil}\n`, { files: { 'compose.yaml': compose } }),
    ];
    expect(await runDocker(args, { cwd: fine, env })).toMatchObject({ status: 0 });
    expect(await runDocker(args, { cwd: bad, env: plain })).toMatchObject({ status: 0 });
    const refused = await runDocker(args, { cwd: bad, env });
    expect(refused).toMatchObject({ status: refusal });
    expect(refused.stderr + refused.stdout).toContain(evil);
  });

  it.each([
    ['buildx'],
    ['buildx', '--help'],
    ['buildx', '-h'],
    ['help', 'buildx'],
    ['buildx', '--help', 'imagetools', 'create'],
    ['help', 'buildx', 'imagetools'],
    ['buildx', 'help'],
  ])('answers a call for help as buildx does: docker %s %s', async (...args) => {
    const plain = await runDocker(args, { env: { DOCKER_CONFIG: lab().dockerConfig } });
    expect(await runDocker(args, await intercepted())).toEqual(plain);
  });

  it.each([
    ['buildx', '--help', 'build'],
    ['help', 'buildx', 'build'],
  ])('explains what builds with our options: docker %s %s %s', async (...args) => {
    const { status, stdout } = await runDocker(args, await intercepted());
    expect({ status, ours: stdout.includes('--verify-policy') }).toEqual({ status: 0, ours: true });
  });
});
