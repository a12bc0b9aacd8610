import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { check } from '../../../../../src/gate/commands/images/check.ts';
import { checkRecursive } from '../../../../../src/gate/commands/images/check-recursive.ts';
import type { Session } from '../../../../../src/gate/session/session.ts';
import { standardInput } from '../../../../../src/gate/session/standard-input.ts';
import { defaultOwnOptions, type Report } from '../../../../../src/model/index.ts';
import { MemoryRegistry } from '../../../oci/memory-registry.ts';
import { environmentIn, folderOf } from '../../../policy/support/policies.ts';

let registry: MemoryRegistry;
let folder: string;
let warnings: string[];

beforeEach(async () => {
  registry = await new MemoryRegistry().start();
  folder = await folderOf({});
  warnings = [];
  for (const name of ['one', 'two', 'three'])
    registry.image(name, '1', { config: {}, os: 'linux', architecture: 'amd64' });
});

afterEach(() => registry.stop());

function session(): Session {
  return {
    environment: environmentIn(folder),
    own: { ...defaultOwnOptions, timeout: 10_000 },
    version: '0',
    executable: '/docker-verify',
    now: () => new Date(),
    progress: () => undefined,
    warn: (text) => warnings.push(text),
    onKeyless: () => undefined,
    signal: new AbortController().signal,
  };
}

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

function policy(verdict: 'allow' | 'deny', mode = 'enforce'): string {
  return `version: 1\nmode: ${mode}\ndefault: ${verdict}\n`;
}

function from(name: string): string {
  return `FROM ${registry.host}/${name}:1\n`;
}

async function survey(...args: readonly string[]): Promise<Report> {
  const here = session();
  return await checkRecursive(
    here,
    args,
    standardInput(() => process.stdin, here.environment),
  );
}

function filesOf({ files = [] }: Report): Readonly<Record<string, string>> {
  return Object.fromEntries(files.map(({ file, status }) => [file, status]));
}

/** How often the registry was asked for what the tag of a repository stands for. */
function asked(repository: string): number {
  return registry.paths.filter((path) => path.endsWith(` /v2/${repository}/manifests/1`)).length;
}

describe('check --recursive', () => {
  it('gives one report, in which an image stands once with all of its uses, and is looked up once', async () => {
    await write({ 'docker-verify.yaml': policy('allow'), Dockerfile: from('two') });
    for (let index = 0; index < 20; index += 1) await write({ [`s${index}/Dockerfile`]: from('one') });
    const report = await survey();
    expect(report.verdict).toBe('allow');
    expect(report.images.map(({ name, uses }) => [name, uses.length])).toEqual([
      [`${registry.host}/one:1`, 20],
      [`${registry.host}/two:1`, 1],
    ]);
    expect(report.files).toHaveLength(21);
    expect(report.targets).toHaveLength(21);
    expect(report.images[0]?.uses[0]).toMatchObject({ file: 's0/Dockerfile', line: 1, kind: 'from' });
    expect(asked('one')).toBe(1);
    expect(new Set(registry.paths).size).toBe(registry.paths.length);
  });

  it('judges each file by the policy that a check of it alone would find', async () => {
    await write({
      'docker-verify.yaml': policy('allow'),
      'a/Dockerfile': from('one'),
      'b/docker-verify.yaml': policy('deny'),
      'b/Dockerfile': from('one'),
      'b/c/Dockerfile': from('two'),
      'd/docker-verify.yaml': policy('deny', 'warn'),
      'd/Dockerfile': from('three'),
    });
    const report = await survey('.');
    expect(['one', 'two', 'three'].map(asked)).toEqual([1, 1, 1]); // whatever the policies
    expect(filesOf(report)).toEqual({
      'a/Dockerfile': 'allow',
      'b/Dockerfile': 'block',
      'b/c/Dockerfile': 'block',
      'd/Dockerfile': 'warn',
    });
    const here = session();
    for (const [file, status] of Object.entries(filesOf(report))) {
      const alone = await check(
        here,
        [join(folder, dirname(file))],
        standardInput(() => process.stdin, here.environment),
      );
      expect([file, alone.verdict]).toEqual([file, status]);
    }
    expect((report.files ?? []).map(({ refused }) => refused.length)).toEqual([0, 1, 1, 0]);
    expect(report).toMatchObject({ verdict: 'block', mode: 'enforce' });
    expect(report.images.map(({ name, status }) => [name.split('/')[1], status])).toEqual([
      ['one:1', 'block'],
      ['three:1', 'warn'],
      ['two:1', 'block'],
    ]);
    expect(report.policies.map(({ source }) => source)).toEqual(
      expect.arrayContaining(['docker-verify.yaml', 'b/docker-verify.yaml', 'd/docker-verify.yaml']),
    );
  });

  it('reports the rest where a file or a policy is broken', async () => {
    await write({
      'docker-verify.yaml': policy('allow'),
      'good/Dockerfile': from('one'),
      'bad/Dockerfile': 'FORM scratch\n',
      'odd/docker-verify.yaml': 'version: 7\n',
      'odd/Dockerfile': from('two'),
      'compose.yaml': 'services: {}\n',
    });
    await symlink('../good/Dockerfile', join(folder, 'bad', 'Dockerfile.out'));
    const report = await survey('.');
    expect(report.verdict).toBe('error');
    expect(report.images.map(({ name }) => name)).toEqual([`${registry.host}/one:1`]);
    const problems = (report.files ?? []).flatMap(({ file, problem }) =>
      problem === null ? [] : [[file, problem.code]],
    );
    expect(problems).toEqual([
      ['bad/Dockerfile', 'dockerfile.invalid'],
      ['bad/Dockerfile.out', 'dockerfile.missing'],
      ['compose.yaml', 'builder.unavailable'],
      ['odd/Dockerfile', 'policy.invalid'],
    ]);
    for (const [file] of problems) {
      const about = report.findings.filter(({ message }) => message.startsWith(`${file}: `));
      expect(about.map(({ code, level }) => [code, level])).toEqual([['scan.unreadable', 'error']]);
    }
    expect(filesOf(report)['good/Dockerfile']).toBe('allow');
  });

  it('gives a report where nothing can be read, and none where nothing can be judged', async () => {
    await write({ 'bad/Dockerfile': 'FORM scratch\n' });
    expect(await survey('.')).toMatchObject({ verdict: 'error', images: [] });
    await write({ 'docker-verify.yaml': 'version: 7\n' });
    await expect(survey('.')).rejects.toMatchObject({ code: 'policy.invalid' });
  });

  it('passes options of docker build on to every Dockerfile', async () => {
    await write({
      'docker-verify.yaml': policy('allow'),
      'a/Dockerfile': `ARG NAME=one\nFROM ${registry.host}/$NAME:1 AS base\nFROM scratch\nCOPY --from=base / /\n`,
    });
    const report = await survey('--build-arg', 'NAME=two', '.');
    expect(report.images.map(({ name }) => name)).toEqual([`${registry.host}/two:1`]);
  });

  it('tells what .dockerignore keeps it from', async () => {
    await write({
      '.dockerignore': 'vendor\n',
      'docker-verify.yaml': policy('allow'),
      'a/Dockerfile': from('one'),
      'vendor/Dockerfile': from('two'),
    });
    expect(Object.keys(filesOf(await survey('.')))).toEqual(['a/Dockerfile']);
    expect(warnings.join()).toContain('vendor/Dockerfile');
  });

  it.each([
    ['an image', ['alpine:3.20']],
    ['two paths', ['./a', './b']],
    ['a path and an image', ['.', 'alpine:3.20']],
    ['a file by name', ['-f', 'a/Dockerfile', '.']],
    ['standard input', ['-']],
    ['a URL', ['https://example.com/a.git']],
    ['what is not there', ['./gone']],
    ['a file', ['./a/Dockerfile']],
  ])('refuses %s', async (_what, args) => {
    await write({ 'a/Dockerfile': from('one'), 'b/Dockerfile': from('one') });
    await expect(survey(...args)).rejects.toMatchObject({ code: 'usage.invalid' });
    expect(registry.paths).toEqual([]);
  });

  it('says so where there is nothing to look at', async () => {
    await expect(survey('.')).rejects.toMatchObject({ code: 'dockerfile.missing' });
  });
});
