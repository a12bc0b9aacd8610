import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/model/index.ts';
import {
  acmePolicy,
  lab,
  type Outcome,
  projectFolder,
  pushLayer,
  runVerify,
  sign,
  startTestRegistry,
  type TestRegistry,
  temporaryFolder,
  writeFiles,
} from '../support/lab.ts';

const { registry } = lab();
const good = `FROM ${registry}/signed/base:1\n`;
const bad = `FROM ${registry}/unsigned/base:1\n`;

async function survey(folder: string, ...args: readonly string[]): Promise<Outcome> {
  return await runVerify(['check', '--recursive', ...args], { cwd: folder });
}

async function surveyed(folder: string, ...args: readonly string[]): Promise<Report & { status: number }> {
  const { status, stdout, stderr } = await survey(folder, '--format', 'json', ...args);
  if (!stdout.startsWith('{')) throw new Error(stderr);
  return { ...(JSON.parse(stdout) as Report), status };
}

function filesOf({ files = [] }: Report): Readonly<Record<string, string>> {
  return Object.fromEntries(files.map(({ file, status }) => [file, status]));
}

describe('check --recursive', () => {
  it('judges Dockerfiles, bake and compose files as a check of each alone does, an image once', async () => {
    const folder = await projectFolder({
      'docker-verify.yaml': acmePolicy(),
      'a/Dockerfile': good,
      'b/Dockerfile': bad,
      'c/Dockerfile.dev': good,
      'compose.yaml': 'services:\n  web: {build: ./b}\n  db: {image: "gone.example.com/db:1"}\n',
      'd/compose.yml': 'services:\n  app: {build: {context: ../a}}\n',
      'bake/docker-bake.hcl': `target "_base" {}\ntarget "app" {\n  inherits = ["_base"]\n  context = "../a"\n}\ngroup "all" { targets = ["app"] }\n`,
      'a/node_modules/x/Dockerfile': bad,
      'other/docker-verify.yaml': JSON.stringify({ version: 1, mode: 'warn', default: 'warn' }),
      'other/Dockerfile': bad,
    });
    const report = await surveyed(folder, '.');
    expect(report.status).toBe(10);
    expect(filesOf(report)).toEqual({
      'a/Dockerfile': 'allow',
      'b/Dockerfile': 'block',
      'bake/docker-bake.hcl': 'allow',
      'c/Dockerfile.dev': 'allow',
      'compose.yaml': 'block',
      'd/compose.yml': 'allow',
      'other/Dockerfile': 'warn',
    });
    expect(report.images.map(({ name, status }) => [name, status])).toEqual([
      [`${registry}/signed/base:1`, 'allow'],
      [`${registry}/unsigned/base:1`, 'block'],
    ]);
    expect(report.images[0]).toMatchObject({ verified: true, basis: 'signature' });
    expect(report.images[0]?.uses.map(({ file, target }) => `${file} ${target}`).toSorted()).toEqual([
      'a/Dockerfile app',
      'a/Dockerfile default',
      'c/Dockerfile.dev default',
    ]);
    const alone: Readonly<Record<string, readonly string[]>> = {
      'a/Dockerfile': ['./a'],
      'b/Dockerfile': ['./b'],
      'c/Dockerfile.dev': ['-f', 'c/Dockerfile.dev', './c'],
      'compose.yaml': ['-f', 'compose.yaml'],
      'other/Dockerfile': ['./other'],
    };
    for (const [file, args] of Object.entries(alone)) {
      const { stdout } = await runVerify(['check', '--format', 'json', ...args], { cwd: folder });
      expect([file, (JSON.parse(stdout) as Report).verdict]).toEqual([file, filesOf(report)[file]]);
    }
  });

  it('says what would break under a policy that is tried, as text, page and table', async () => {
    const folder = await projectFolder({ 'a/Dockerfile': good, 'b/Dockerfile': bad });
    const policy = await projectFolder({ 'new.yaml': acmePolicy() });
    const args = ['--policy', join(policy, 'new.yaml'), '--format', 'html=out.html', '--format', 'csv=out.csv', '.'];
    const { status, stdout } = await survey(folder, ...args);
    expect(status).toBe(10);
    expect(stdout).toContain('What would break: 1 of 2 files');
    expect(stdout).toMatch(/✗ blocked {2}b\/Dockerfile {2}refused: \S+\/unsigned\/base:1/);
    expect(await readFile(join(folder, 'out.html'), 'utf8')).toContain('what would break: 1 of 2 files');
    const rows = (await readFile(join(folder, 'out.csv'), 'utf8')).trim().split('\n');
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(/^image,digest,verdict,/);
    expect(
      (await survey(await projectFolder({ 'docker-verify.yaml': acmePolicy(), 'a/Dockerfile': good }))).status,
    ).toBe(0);
  });

  it('reports the rest where a file is broken, with the status of the worst', async () => {
    const folder = await projectFolder({
      'docker-verify.yaml': acmePolicy(),
      'a/Dockerfile': good,
      'b/Dockerfile': 'FORM scratch\n',
      'c/compose.yaml': 'services: [\n',
    });
    const outside = await writeFiles(await temporaryFolder(), { Dockerfile: good });
    await writeFiles(folder, { 'd/keep': '' });
    await symlink(join(outside, 'Dockerfile'), join(folder, 'd', 'Dockerfile'));
    const report = await surveyed(folder);
    expect(report).toMatchObject({ status: 65, verdict: 'error' });
    expect((report.files ?? []).map(({ file, problem }) => [file, problem?.code ?? null])).toEqual([
      ['a/Dockerfile', null],
      ['b/Dockerfile', 'dockerfile.invalid'],
      ['c/compose.yaml', 'bake.invalid'],
      ['d/Dockerfile', 'dockerfile.missing'],
    ]);
    expect(report.images).toHaveLength(1);
    await writeFiles(folder, { 'a/docker-verify.yaml': 'version: 7\n' });
    expect((await surveyed(folder)).status).toBe(78);
  });

  it.each([
    ['an image', [`${registry}/signed/base:1`]],
    ['two paths', ['./a', './b']],
    ['a file', ['-f', 'a/Dockerfile', '.']],
  ])('refuses %s', async (_what, args) => {
    const folder = await projectFolder({ 'a/Dockerfile': good, 'b/Dockerfile': good });
    expect(await survey(folder, ...args)).toMatchObject({ status: 64, stdout: '' });
  });
});

describe('a survey of a monorepo', () => {
  let slow: TestRegistry;
  let images: readonly string[];

  beforeAll(async () => {
    slow = await startTestRegistry();
    images = Array.from({ length: 60 }, (_, index) => `${slow.host}/survey/image-${index}:1`);
    const waiting = [...images];
    const work = async (): Promise<void> => {
      for (let image = waiting.shift(); image !== undefined; image = waiting.shift()) {
        await pushLayer(lab(), `${registry}/unsigned/base:1`, image, { name: image });
        await sign(lab(), image, { signer: { key: lab().keys.acme.privateKey }, cosign: 2 });
      }
    };
    await Promise.all([work(), work(), work()]);
    slow.setLatency(100);
  });

  afterAll(() => slow.close());

  /** A check with empty caches: how long it takes, and how often the registry is asked. */
  async function measure(folder: string, args: readonly string[]): Promise<{ time: number; requests: number }> {
    slow.forget();
    const env = { XDG_CACHE_HOME: await temporaryFolder() };
    const begun = performance.now();
    const { status, stderr } = await runVerify(['check', ...args], { cwd: folder, env });
    const time = performance.now() - begun;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return { time, requests: slow.requests.length };
  }

  it('asks about each of 60 images in 200 Dockerfiles once, all at the same time', async () => {
    const files = Array.from({ length: 200 }, (_, index): readonly [string, string] => {
      return [`service-${index}/Dockerfile`, `FROM ${images[index % images.length]}\n`];
    });
    const folder = await projectFolder({ 'docker-verify.yaml': acmePolicy(), ...Object.fromEntries(files) });
    const times: { one: number[]; all: number[] } = { one: [], all: [] };
    for (let round = 0; round < 3; round += 1) {
      const one = await measure(folder, ['./service-0']);
      const all = await measure(folder, ['--recursive', '.']);
      expect(all.requests).toBeLessThanOrEqual(60 * one.requests);
      times.one.push(one.time);
      times.all.push(all.time);
    }
    const [one, all] = [Math.min(...times.one), Math.min(...times.all)];
    process.stderr.write(`one image ${Math.round(one)} ms, 60 images in 200 files ${Math.round(all)} ms\n`);
    // four times on a machine with nothing else to do; one after another it would be sixty times
    expect(all).toBeLessThan(8 * one);
  });
});
