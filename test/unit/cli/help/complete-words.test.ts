import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandTable } from '../../../../src/cli/command-table.ts';
import { completeWords } from '../../../../src/cli/help/complete-words.ts';
import type { Environment } from '../../../../src/gate/index.ts';
import { appendRecords, createUlid } from '../../../../src/records/index.ts';
import { record } from '../../records/support.ts';

let folder = '';
let environment: Environment;
const engine = createServer((_, response) =>
  response.end(JSON.stringify([{ RepoTags: ['app:v1', '<none>:<none>'] }, { RepoTags: null }, 7])),
);
const files = {
  Dockerfile: 'ARG VERSION=1\nFROM scratch AS first\nFROM first\nARG OTHER\n',
  'docker-bake.hcl': 'group "default" {\n}\n  target "web" {\n}\n# target "no" {\n',
  'docker-bake.json': '{"target": {"api": {}}}',
  'compose.yaml': 'services:\n  db: {image: a}\n',
  'broken.yaml': 'services: [',
  'other.yaml': 'version: 1\nrules:\n  - images: ["quay.io/acme/app:1"]\n    locked: true\n',
  'docker-verify.yaml':
    'version: 1\nrules:\n  - images: ["ghcr.io/acme/app:1", "ghcr.io/team/**"]\n    signedBy: [{keyless: {issuer: "https://a.example", identity: "x"}}]\n',
  'docker-verify.lock.json': `{"lockVersion": 1, "images": {"docker.io/library/alpine:3.20": {"digest": "sha256:${'0'.repeat(64)}", "signer": null, "lockedAt": "2026-01-02T03:04:05Z"}}}`,
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'complete-'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const socket = join(folder, 'engine.sock');
  await new Promise<void>((resolve) => {
    engine.listen(socket, resolve);
  });
  environment = {
    variables: { HOME: folder, XDG_STATE_HOME: join(folder, 'state'), DOCKER_HOST: `unix://${socket}` },
    workingDirectory: folder,
    homeDirectory: folder,
    platform: 'linux',
    architecture: 'x64',
    userId: process.getuid?.() ?? null,
    dockerFlags: [],
    dockerConfigDirectory: join(folder, '.docker'),
  };
  const id = createUlid(new Date('2026-01-01'));
  await appendRecords(join(folder, 'state', 'docker-verify'), [record('docker.io/library/app:7', [], { id })]);
});
afterAll(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

async function valuesOf(...words: readonly string[]): Promise<readonly string[]> {
  const lines = (await completeWords(words, environment)).trimEnd().split('\n');
  return lines.map((line) => line.split('\t')[0] ?? '');
}

describe('names at hand', () => {
  it.each([
    [
      ['build', '--target', ''],
      ['first', ':4'],
    ],
    [['build', '--target', '', '.'], [':16']], // what is completed is the last word
    [
      ['build', '--build-arg', ''],
      ['VERSION=', 'OTHER=', ':6'],
    ],
    [['build', '-f', 'gone', '--target', ''], [':4']],
    [
      ['check', '--target', ''],
      ['first', ':4'],
    ],
    [
      ['bake', ''],
      ['db', 'api', 'default', 'web', ':4'],
    ],
    [
      ['bake', '-f', 'docker-bake.hcl', ''],
      ['default', 'web', ':4'],
    ],
    [['bake', '-f', 'broken.yaml', ''], [':4']],
    [
      ['bake', '--set', 'w'],
      ['web.', ':6'],
    ],
    [
      ['check', '-f', 'compose.yaml', ''],
      ['.', 'db', 'app:v1', ':0'],
    ],
    [
      ['check', ''],
      ['.', 'app:v1', ':0'],
    ],
    [['check', './'], [':0']],
    [
      ['inspect', ''],
      ['app:v1', ':4'],
    ],
    [
      ['compare', 'app:v1', ''],
      ['app:v1', ':4'],
    ],
    [
      ['records', 'push', ''],
      ['app:v1', ':4'],
    ],
    [
      ['policy', 'explain', 'gh'],
      ['ghcr.io/acme/app:1', 'ghcr.io/team/', ':4'],
    ],
    [
      ['policy', 'explain', '--policy', 'other.yaml', 'qu'],
      ['quay.io/acme/app:1', ':4'],
    ],
    [
      ['lock', '--update', ''],
      ['docker.io/library/alpine:3.20', ':4'],
    ],
    [['lock', ''], [':16']],
    [
      ['records', 'show', 'a'],
      ['app:7', ':4'],
    ],
    [
      ['rebuild', '0'],
      [expect.stringMatching(/^0[0-9A-Z]{25}$/), ':4'],
    ],
    [
      ['build', '--builder', ''],
      ['default', ':4'],
    ],
    [
      ['build', '--platform', 'linux/amd64,linux/arm6'],
      ['linux/amd64,linux/arm64', ':4'],
    ],
    [
      ['build', '--tag', ''],
      ['app:v1', ':4'],
    ],
    [['exposure', '--advisories', ''], [':16']],
    [['exposure', '--vex', ''], [':0']], // files are the shell's to offer
    [['records', 'pull', '--file', ''], [':0']],
    [['records', 'export', '--sha', ''], [':4']], // nobody knows it
    [
      ['install', '--mode', ''],
      ['alias', 'full', ':4'],
    ],
    [
      ['build', '--progress', 'p'],
      ['plain', ':4'],
    ],
    [
      ['build', '--provenance', 'mode='],
      ['mode=max', 'mode=min', ':4'],
    ],
    [['build', '--iidfile', ''], [':0']],
    [['build', '--label', ''], [':4']],
    [
      ['build', '--verify-offline='],
      ['true', 'false', ':4'],
    ],
    [
      ['build', '--no-cache-filter', 'first,'],
      [':4'], // each stage once
    ],
    [['policy', 'convert', ''], [':0']],
    [
      ['shell', ''],
      ['bash', 'zsh', 'fish', 'powershell', ':4'],
    ],
    [
      ['check', '--format', 'sa'],
      ['sarif', ':4'],
    ],
    [
      ['records', 'export', '--format='],
      ['cyclonedx', 'github', ':4'],
    ],
    [
      ['explain', 'signature.mis'],
      ['signature.missing', ':4'],
    ],
    [['du', ''], [':0']],
  ])('of %j', async (words, expected) => {
    expect(await valuesOf(...words)).toEqual(expected);
  });

  it('where everything is broken are none', async () => {
    const nowhere = { ...environment, workingDirectory: '/nowhere', variables: { DOCKER_HOST: 'nonsense://' } };
    const places = [
      ['check', ''],
      ['bake', ''],
      ['policy', 'explain', ''],
      ['lock', '--update', ''],
      ['rebuild', ''],
    ];
    for (const words of places) expect(await completeWords(words, nowhere)).toMatch(/^(?:\.\t.*\n)?:[04]\n$/);
  });
});

describe('every command', () => {
  it.each(commandTable.map((row) => [row.name, row] as const))(
    '%s is found, with all that it takes',
    async (name, row) => {
      const words = name.split(' ');
      expect(await valuesOf(...words)).toContain(words.at(-1));
      const offered = await valuesOf(...words, '--');
      for (const option of row.options) expect(offered).toContain(`--${option.name}`);
      expect(offered).toContain('--help');
      expect(offered.includes(row.own === 'prefixed' ? '--verify-policy' : '--offline')).toBe(row.own !== 'none');
      expect((await valuesOf(...words, '')).at(-1)).toMatch(/^:\d+$/);
    },
  );

  it('leaves every folder as it is', async () => {
    const before = await readdir(folder, { recursive: true });
    for (const { name } of commandTable) await completeWords([...name.split(' '), ''], environment);
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });
});
