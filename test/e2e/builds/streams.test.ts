import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import {
  acmePolicy,
  dockerConfiguration,
  lab,
  type Outcome,
  projectFolder,
  runDocker,
  runVerify,
} from '../support/lab.ts';
import { project as root } from '../support/paths.ts';

const { registry } = lab();

/** A project on `image`, under a policy that lets in what acme signed. */
function projectOn(image: string, mode: 'enforce' | 'warn' = 'enforce'): Promise<string> {
  return projectFolder({
    Dockerfile: `FROM ${registry}/${image}\nRUN --network=none echo >/built\n`,
    'docker-verify.yaml': acmePolicy({ mode }),
  });
}

function verify(folder: string, parameters: readonly string[], stdin?: string): Promise<Outcome> {
  return runVerify(parameters, { cwd: folder, ...(stdin === undefined ? {} : { stdin }) });
}

/** What is wrong with `text` as JSON of one of our schemas; null for nothing. */
function faultsBySchema(text: string, schema: string): string | null {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const validate = ajv.compile(JSON.parse(readFileSync(join(root, 'src', 'report', schema), 'utf8')) as object);
  return validate(JSON.parse(text)) ? null : ajv.errorsText(validate.errors);
}

describe("standard output of a build is Docker's alone", () => {
  it('holds the image only, with -q, and standard error nothing', async () => {
    const outcome = await verify(await projectOn('signed/base:1'), ['build', '-q', '.']);
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
    expect(outcome.stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
  });

  it('holds nothing of ours without it: our text is on standard error, before any of Docker’s', async () => {
    const { status, stdout, stderr } = await verify(await projectOn('signed/base:1'), [
      'build',
      '--progress=plain',
      '.',
    ]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr.indexOf('allowed')).toBeGreaterThan(-1);
    expect(stderr.indexOf('allowed')).toBeLessThan(stderr.indexOf('#0 '));
  });

  const quiet: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>])[] = [
    ['--progress=rawjson', ['--progress=rawjson'], {}],
    ['BUILDKIT_PROGRESS=rawjson', [], { BUILDKIT_PROGRESS: 'rawjson' }],
  ];
  it.each(quiet)(
    'with %s standard error is Docker’s JSON alone, also where the policy only warns',
    async (_, options, env) => {
      for (const [image, mode] of [
        ['signed/base:1', 'enforce'],
        ['unsigned/base:1', 'warn'],
      ] as const) {
        const outcome = await runVerify(['build', ...options, '.'], { cwd: await projectOn(image, mode), env });
        expect(outcome).toMatchObject({ status: 0, stdout: '' });
        const lines = outcome.stderr.trim().split('\n');
        expect(lines.length).toBeGreaterThan(3);
        expect(lines.filter((line) => !line.startsWith('{'))).toEqual([]);
      }
    },
  );

  it.each([['-q'], ['--progress=rawjson'], ['--progress=quiet'], ['--verify-quiet']])(
    'a refusal is reported with %s too',
    async (option) => {
      const outcome = await verify(await projectOn('unsigned/base:1'), ['build', option, '.']);
      expect(outcome).toMatchObject({ status: 10, stdout: '' });
      expect(outcome.stderr).toMatch(/unsigned\/base:1.*signature\.missing/s);
    },
  );

  it.each([
    ['docker build', ['build']],
    ['docker verify build', ['verify', 'build']],
  ])('a warning is said once by %s, and with -q not at all', async (_, words) => {
    const env = { DOCKER_CONFIG: await dockerConfiguration({ alias: true }) };
    const cwd = await projectOn('unsigned/base:1', 'warn');
    const loud = await runDocker([...words, '--progress=plain', '.'], { cwd, env });
    expect(loud.status).toBe(0);
    expect(loud.stderr.match(/signature\.missing/g)).toHaveLength(1);
    expect(loud.stderr.match(/allowed with warnings/g)).toHaveLength(1);
    const quiet = await runDocker([...words, '-q', '.'], { cwd, env });
    expect(quiet).toEqual({ status: 0, stdout: expect.stringMatching(/^sha256:[0-9a-f]{64}\n$/), stderr: '' });
  });

  it('a warning is reported where quiet was not asked for', async () => {
    const { status, stderr } = await verify(await projectOn('unsigned/base:1', 'warn'), ['build', '.']);
    expect(status).toBe(0);
    expect(stderr).toMatch(/unsigned\/base:1.*signature\.missing.*allowed with warnings/s);
  });
});

describe('files that a build was asked for are written', () => {
  it('--metadata-file and --iidfile as without us', async () => {
    const folder = await projectOn('signed/base:1');
    const files = ['--metadata-file', 'metadata.json', '--iidfile', 'id'];
    const { status, stdout } = await verify(folder, ['build', '-q', ...files, '.']);
    expect(status).toBe(0);
    expect(`${await readFile(join(folder, 'id'), 'utf8')}\n`).toBe(stdout);
    const metadata = JSON.parse(await readFile(join(folder, 'metadata.json'), 'utf8')) as Record<string, unknown>;
    expect(Object.keys(metadata)).toEqual(expect.arrayContaining(['buildx.build.ref', 'buildx.build.provenance']));
  });

  const begins: readonly (readonly [string, RegExp])[] = [
    ['text', /^Checking .*signed by acme.*allowed/s],
    ['json', /^\{/],
    ['sarif', /^\{.*"version": *"2\.1\.0"/s],
    ['markdown', /signed\/base:1/],
    ['html', /^<!doctype html/i],
  ];
  it.each(begins)('--verify-output holds the report as %s', async (format, text) => {
    const folder = await projectOn('signed/base:1');
    const own = ['--verify-format', format, '--verify-output', 'report'];
    expect(await verify(folder, ['build', '-q', ...own, '.'])).toMatchObject({ status: 0, stderr: '' });
    expect(await readFile(join(folder, 'report'), 'utf8')).toMatch(text);
  });

  it('the JSON of a build holds what was made and of what, by its schema, and of a refused one why', async () => {
    const own = ['--verify-format', 'json', '--verify-output', 'report.json'];
    const good = await projectOn('signed/base:1');
    expect((await verify(good, ['build', '-q', ...own, '.'])).status).toBe(0);
    const text = await readFile(join(good, 'report.json'), 'utf8');
    expect(faultsBySchema(text, 'report.schema.json')).toBeNull();
    const materials = [{ uri: expect.stringContaining('signed/base'), digest: expect.stringMatching(/^sha256:/) }];
    expect(JSON.parse(text)).toMatchObject({ verdict: 'allow', build: { status: 0, materials, unverified: [] } });
    const bad = await projectOn('unsigned/base:1');
    expect((await verify(bad, ['build', ...own, '.'])).status).toBe(10);
    const refused = await readFile(join(bad, 'report.json'), 'utf8');
    expect(faultsBySchema(refused, 'report.schema.json')).toBeNull();
    expect(JSON.parse(refused)).toMatchObject({ verdict: 'block', build: null });
  });
});

describe('results for machines', () => {
  it.each([
    ['signed/base:1', 0, 'allow'],
    ['wrong/base:1', 10, 'block'],
    ['nowhere/base:1', 11, 'error'],
    ['keyless/base:1', 10, 'block'],
    ['signed/multi:1', 0, 'allow'],
  ])('check --format json of %s obeys its schema, ends with %i and says %s', async (image, status, verdict) => {
    const outcome = await verify(await projectOn(image), ['check', '--format', 'json', '.']);
    expect(outcome).toMatchObject({ status, stderr: '' });
    expect(faultsBySchema(outcome.stdout, 'report.schema.json')).toBeNull();
    const name = `${registry}/${image}`;
    const uses = [{ kind: 'from', target: 'default', stage: '0', file: 'Dockerfile', line: 1, column: 6 }];
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      schemaVersion: 1,
      verdict,
      images: [{ name, status: verdict, uses }],
    });
  });

  it('scan --format json obeys its schema, without a daemon or a network', async () => {
    const folder = await projectFolder({
      Dockerfile: `FROM alpine AS a\nFROM ${registry}/signed/base:1\nCOPY --from=a / /\nRUN --mount=from=busybox true\n`,
    });
    const env = { DOCKER_HOST: 'unix:///nowhere', HTTPS_PROXY: 'http://127.0.0.1:1' };
    const outcome = await runVerify(['scan', '--format', 'json', '.'], { cwd: folder, env });
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
    expect(faultsBySchema(outcome.stdout, 'scan.schema.json')).toBeNull();
    const { images } = JSON.parse(outcome.stdout) as { images: readonly { name: string }[] };
    const names = ['docker.io/library/alpine:latest', `${registry}/signed/base:1`, 'docker.io/library/busybox:latest'];
    expect(images.map(({ name }) => name).sort()).toEqual(names.sort());
  });

  it.each([['.'], [`${registry}/signed/multi:1`]])(
    'platforms are named in full, however they were written: %s',
    async (operand) => {
      const options = ['--platform', 'ARM64,linux/aarch64', '--format', 'json'];
      const { stdout } = await verify(await projectOn('signed/multi:1'), ['check', ...options, operand]);
      const { targets, images } = JSON.parse(stdout) as {
        targets: readonly { platforms: readonly string[] }[];
        images: readonly { platforms: readonly { platform: string }[] }[];
      };
      const named = [...targets, ...images].flatMap(({ platforms }) =>
        platforms.map((each) => (typeof each === 'string' ? each : each.platform)),
      );
      expect(new Set(named)).toEqual(new Set(['linux/arm64']));
      expect(images[0]?.platforms).toHaveLength(1);
    },
  );

  it('--output - of check is standard output', async () => {
    const folder = await projectOn('signed/base:1');
    const outcome = await verify(folder, ['check', '--format', 'json', '--verify-output', '-', '.']);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ verdict: 'allow' });
    expect(existsSync(join(folder, '-'))).toBe(false);
  });

  it('--output of check goes to a file, and standard output stays empty', async () => {
    const folder = await projectOn('signed/base:1');
    const outcome = await verify(folder, ['check', '--format', 'json', '--verify-output', 'report.json', '.']);
    expect(outcome).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(existsSync(join(folder, 'report.json'))).toBe(true);
  });

  it('nothing of ours is coloured, and no spinner drawn, off a terminal', async () => {
    const { stdout, stderr } = await verify(await projectOn('unsigned/base:1'), ['check', '.']);
    expect(stdout + stderr).not.toContain('\u001b');
  });
});
