import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Outcome, runDocker, runVerify } from '../../support/lab.ts';
import { type RecordingBuildx, recordingBuildx } from '../../support/recording-buildx.ts';
import { project, pushGoodAndEvil } from '../project.ts';
import type { RemoteContext } from '../remote-context.ts';

const { good } = await pushGoodAndEvil('no-way-around/bake-once');
const served: RemoteContext[] = [];
afterEach(async () => {
  await Promise.all(served.splice(0).map((context) => context.close()));
});

const dockerfile = `FROM ${good}\n`;
const files = { 'evil/which': 'folder' };
const faces = (condition: string, more = ''): string =>
  `${more}target "default" {\n  contexts = ${condition} ? { "${good}" = "./evil" } : {}\n  output = ["type=local,dest=out"]\n}\n`;
const whole = (contexts: Readonly<Record<string, string>>): string =>
  JSON.stringify({ target: { default: { contexts, output: ['type=local,dest=out'] } } });

interface Baked extends Outcome {
  /** What stands in the file `which` of what was made. */
  readonly which: string | null;
}

async function baking(folder: string, start: () => Promise<Outcome>): Promise<Baked> {
  const out = join(folder, 'out');
  await rm(out, { recursive: true, force: true });
  const outcome = await start();
  const file = join(out, 'which');
  return { ...outcome, which: existsSync(file) ? await readFile(file, 'utf8') : null };
}

type Env = Readonly<Record<string, string>>;
const verifiedBake = (folder: string, args: readonly string[] = [], env: Env = {}, stdin?: string): Promise<Baked> =>
  baking(folder, () => runVerify(['bake', ...args], { cwd: folder, env, ...(stdin === undefined ? {} : { stdin }) }));
const plainBake = (folder: string, args: readonly string[] = [], env: Env = {}): Promise<Baked> =>
  baking(folder, () => runDocker(['buildx', 'bake', ...args], { cwd: folder, env }));

describe('a definition that asks whether it is really built', () => {
  // these are otherwise in the run that builds; a policy that allows everything shows what plain buildx does with them
  const own: Readonly<Record<string, (folder: string) => string>> = {
    EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: (folder) => join(folder, 'allow.json'),
    BUILDX_METADATA_PROVENANCE: () => 'min',
    BUILDX_BAKE_FILE_RELATIVE_PATHS: () => 'false',
  };
  const given = { ...files, 'allow.json': '{"rules": []}' };

  it.each(Object.entries(own))(
    'by %s is built as it was looked at, where plain buildx is taken in',
    async (name, value) => {
      const definition = faces(`${name} != ""`, `variable "${name}" { default = "" }\n`);
      const folder = await project(dockerfile, { files: { ...given, 'docker-bake.hcl': definition } });
      const control = await plainBake(folder, [], { [name]: value(folder) });
      expect(control).toMatchObject({ status: 0, which: 'folder' });
      expect(await verifiedBake(folder)).toMatchObject({ status: 0, which: 'good' });
      // where the user has set the variable the definition sees it, as under plain buildx, and is judged by what it then says
      expect(await verifiedBake(folder, [], { [name]: value(folder) })).toMatchObject({ status: 10, which: null });
    },
  );

  it('through a compose file is built as it was looked at', async () => {
    const context = `\${EXPERIMENTAL_BUILDKIT_SOURCE_POLICY:+./evil}`;
    const services = `services:\n  default:\n    build:\n      context: .\n      additional_contexts:\n        "${good}": "${context}"\n      x-bake: {output: ["type=local,dest=out"]}\n`;
    const folder = await project(dockerfile, { files: { ...given, 'compose.yaml': services } });
    const env = { EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: join(folder, 'allow.json') };
    expect(await plainBake(folder, ['default'], env)).toMatchObject({ status: 0, which: 'folder' });
    expect(await verifiedBake(folder, ['default'])).toMatchObject({ status: 0, which: 'good' });
  });

  it('through --set of a variable is built as it was looked at', async () => {
    const name = 'EXPERIMENTAL_BUILDKIT_SOURCE_POLICY';
    const from = `ARG ${name}=\nARG BASE=\${${name}:+evil}\nFROM \${BASE:-${good}} AS base\nFROM base\n`;
    const definition = JSON.stringify({
      target: { default: { contexts: { evil: './evil' }, output: ['type=local,dest=out'] } },
    });
    const folder = await project(from, { files: { ...given, 'docker-bake.json': definition } });
    const args = ['--set', `*.args.${name}`];
    expect(await plainBake(folder, args, { [name]: join(folder, 'allow.json') })).toMatchObject({ which: 'folder' });
    expect(await verifiedBake(folder, args)).toMatchObject({ status: 0, which: 'good' });
  });
});

describe('a definition that changes once it was looked at', () => {
  const swapped = async (folder: string): Promise<RecordingBuildx> =>
    recordingBuildx(`cp ${folder}/second.json ${folder}/docker-bake.json`);

  it('is built as it was looked at, where a second look is taken in', async () => {
    const second = whole({ [good]: './evil' });
    const folder = await project(dockerfile, {
      files: { ...files, 'docker-bake.json': whole({}), 'second.json': second },
    });
    const { env } = await swapped(folder);
    expect(await verifiedBake(folder, [], env)).toMatchObject({ status: 0, which: 'good' });
    expect(await readFile(join(folder, 'docker-bake.json'), 'utf8')).toBe(second);
    expect(await plainBake(folder)).toMatchObject({ status: 0, which: 'folder' });
  });

  it('with the time is built as it was looked at', async () => {
    const at = new Date(Date.now() + 8000).toISOString().replace(/\D/g, '').slice(0, 14);
    const definition = faces(`formatdate("YYYYMMDDhhmmss", timestamp()) >= ${at}`);
    const folder = await project(dockerfile, { files: { ...files, 'docker-bake.hcl': definition } });
    const { env } = await recordingBuildx(`while [ "$(date -u +%Y%m%d%H%M%S)" -lt ${at} ]; do sleep 0.2; done`);
    expect(await verifiedBake(folder, [], env)).toMatchObject({ status: 0, which: 'good' });
    expect(await plainBake(folder)).toMatchObject({ status: 0, which: 'folder' });
  });

  it('at a URL is built as it was looked at', async () => {
    const folder = await project(dockerfile, { files });
    const server = createServer((_, response) => {
      const isLater = existsSync(join(folder, 'later'));
      response.setHeader('ETag', `"${isLater ? 'second' : 'first'}"`);
      response.end(whole(isLater ? { [good]: 'cwd://evil' } : {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // it listens on TCP
    const url = `http://127.0.0.1:${port}/docker-bake.json`;
    served.push({ url, close: () => new Promise((resolve) => server.close(() => resolve())) });
    const { env } = await recordingBuildx(`touch ${folder}/later`);
    expect(await verifiedBake(folder, [url], env)).toMatchObject({ status: 0, which: 'good' });
    expect(existsSync(join(folder, 'later'))).toBe(true);
    expect(await plainBake(folder, [url])).toMatchObject({ status: 0, which: 'folder' });
  });
});

describe('what buildx is given when it looks and when it builds', () => {
  const definition = `variable "V" { default = "1" }\n${faces('false')}group "all" { targets = ["default"] }\n`;
  const differing = [
    'BUILDX_BAKE_FILE_RELATIVE_PATHS',
    'BUILDX_METADATA_PROVENANCE',
    'EXPERIMENTAL_BUILDKIT_SOURCE_POLICY',
  ];

  it('is the same environment, byte for byte, but for what is our own, and one definition, in which nothing is left to evaluate', async () => {
    const folder = await project(dockerfile, { files: { ...files, 'docker-bake.hcl': definition } });
    const buildx = await recordingBuildx();
    const env = { ...buildx.env, V: 'x', LANG: 'C', BUILDKIT_PROGRESS: 'plain', 'ODD NAME': 'a\nb="c"' };
    expect(await verifiedBake(folder, ['--set', '*.args.V'], env)).toMatchObject({ status: 0, which: 'good' });
    const [looking, checking, building, ...more] = await buildx.bakes();
    expect(more).toEqual([]);
    expect(looking?.args).toContain('--print');
    expect(checking?.args).toContain('--print');
    expect(building?.args).not.toContain('--print');
    expect(building?.definition).toBe(checking?.definition);
    const [seen, built] = [looking?.environment ?? new Map(), building?.environment ?? new Map()];
    const names = [...new Set([...built.keys(), ...seen.keys()])];
    expect(new Set(names.filter((name) => seen.get(name) !== built.get(name)))).toEqual(new Set(differing));
    expect(seen.get('BUILDX_BUILDER')).toBe('default');
    expect(seen.has('EXPERIMENTAL_BUILDKIT_SOURCE_POLICY')).toBe(false);
    const text = building?.definition ?? '';
    expect(JSON.parse(text)).toMatchObject({ target: { default: { args: { V: 'x' } } } });
    expect(text).not.toMatch(/[$%]\{/);
  });
});
