import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { containerdEngine, engines } from '../no-way-around/project.ts';
import { alteredBuildx } from '../support/altered-buildx.ts';
import { acmePolicy, lab, type Outcome, projectFolder, runDocker, runVerify } from '../support/lab.ts';

const { registry } = lab();

type Env = Readonly<Record<string, string>>;

const signed = `FROM ${registry}/signed/multi:1\n`;
const nothing = 'FROM scratch\nLABEL a=b\nENV c=d\nWORKDIR /\n';

function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  return projectFolder({ 'docker-verify.yaml': acmePolicy(), ...files });
}

async function build(Dockerfile: string, args: readonly string[], env: Env): Promise<Outcome> {
  return runVerify(['build', '-q', ...args, '.'], { cwd: await folderOf({ Dockerfile }), env });
}

async function bake(targets: Readonly<Record<string, object>>, files: Env, env: Env): Promise<Outcome> {
  const definition = { group: { default: { targets: Object.keys(targets) } }, target: targets };
  const cwd = await folderOf({ 'docker-bake.json': JSON.stringify(definition), ...files });
  return runVerify(['bake', '--progress=quiet'], { cwd, env });
}

const fine = { status: 0, stderr: '' };
const otherDigests = `s/"sha256": "[0-9a-f]*"/"sha256": "${'0'.repeat(64)}"/g`;
const multi = ['--build-arg', 'BUILDKIT_MULTI_PLATFORM=1'];

describe.skipIf(containerdEngine === null)('one platform in the form for several', () => {
  const env = containerdEngine ?? {};
  const forms: readonly (readonly string[])[] = [
    ['--platform', 'linux/amd64,linux/amd64'],
    ['--platform', 'local,linux/amd64'],
    ['--platform', 'linux/arm64,linux/arm64/v8'],
    ['--platform', 'linux/amd64', ...multi],
    multi,
  ];

  it.each(forms)('is audited like any other build: %s %s %s %s', async (...form) => {
    expect(await build(signed, form, env)).toMatchObject(fine);
  });

  it.each(forms)('ends with 12 where nothing is recorded: %s %s %s %s', async (...form) => {
    const DOCKER_CONFIG = await alteredBuildx({ edit: 's/buildx.build.provenance/other/', history: 'empty' });
    expect(await build(signed, form, { ...env, DOCKER_CONFIG })).toMatchObject({ status: 12 });
  });

  it('is audited in a bake', async () => {
    const target = { dockerfile: 'Dockerfile', args: { BUILDKIT_MULTI_PLATFORM: '1' } };
    const twice = { dockerfile: 'Dockerfile', platforms: ['linux/amd64', 'linux/amd64'] };
    expect(await bake({ target, twice }, { Dockerfile: signed }, env)).toMatchObject(fine);
  });
});

describe.each(engines)('what the audit reads (%s store)', (_store, env) => {
  it('is the history where the metadata holds no provenance', async () => {
    const DOCKER_CONFIG = await alteredBuildx({ edit: 's/buildx.build.provenance/other/' });
    expect(await build(signed, [], { ...env, DOCKER_CONFIG })).toMatchObject(fine);
  });

  it('is one platform under its name', async () => {
    const DOCKER_CONFIG = await alteredBuildx({
      edit: 's#buildx.build.provenance"#buildx.build.provenance/linux/amd64"#',
    });
    expect(await build(signed, multi, { ...env, DOCKER_CONFIG })).toMatchObject(fine);
  });
});

describe.each(engines)('a target that takes no image (%s store)', (store, env) => {
  it.each([
    [[]],
    [['-o', 'out']],
    [multi],
    ...(store === 'classic' ? [] : [[['--platform', 'linux/amd64,linux/arm64']]]),
  ])('is made of nothing that could be unverified: %s', async (args) => {
    expect(await build(nothing, args, env)).toMatchObject(fine);
  });

  it('leaves the other targets of a bake to be audited', async () => {
    const targets = { empty: { dockerfile: 'Dockerfile.empty' }, full: { dockerfile: 'Dockerfile' } };
    const files = { Dockerfile: signed, 'Dockerfile.empty': nothing };
    expect(await bake(targets, files, env)).toMatchObject(fine);
    const unrecorded = await alteredBuildx({ edit: 's/buildx.build.provenance/other/', history: 'empty' });
    const nobodys = await bake(targets, files, { ...env, DOCKER_CONFIG: unrecorded });
    expect(nobodys).toMatchObject({ status: 12, stderr: expect.stringContaining('recorded nothing of full to') });
    const others = await bake(targets, files, { ...env, DOCKER_CONFIG: await alteredBuildx({ edit: otherDigests }) });
    expect(others).toMatchObject({ status: 12, stderr: expect.stringContaining('signed/multi') });
  });

  it.each([
    ['FROM', signed],
    ['COPY --from', `${nothing}COPY --from=${registry}/signed/multi:1 /marker /marker\n`],
    ['ONBUILD', `FROM ${registry}/signed/onbuild:1\n`],
  ])('is not one that takes an image by %s', async (_title, dockerfile) => {
    const DOCKER_CONFIG = await alteredBuildx({ edit: 's/buildx.build.provenance/other/', history: 'empty' });
    expect(await build(dockerfile, [], { ...env, DOCKER_CONFIG })).toMatchObject({ status: 12 });
  });
});

describe('BUILDX_METADATA_PROVENANCE', () => {
  const asked = ['--metadata-file', 'metadata.json', '-q', '.'];

  async function metadata(
    run: typeof runVerify,
    words: readonly string[],
    env: Env,
    Dockerfile = signed,
  ): Promise<{ readonly outcome: Outcome; readonly text: string }> {
    const cwd = await folderOf({ Dockerfile });
    const outcome = await run([...words, ...asked], { cwd, env });
    return { outcome, text: await readFile(join(cwd, 'metadata.json'), 'utf8') };
  }
  // a file of buildx's, whose values differ with each build
  const keys = (text: string): string[] => Object.keys(JSON.parse(text) as object);
  const provenance = (text: string) => (JSON.parse(text) as Record<string, object>)['buildx.build.provenance'] ?? {};

  // Go's encoding/json escapes what HTML would read
  const asGoWrites = (value: unknown): string =>
    JSON.stringify(value, null, 2).replaceAll(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);

  it.each([undefined, '', 'min', 'max', 'disabled', 'false', '0', 'true', 'nonsense'])(
    "means in the user's own file what it means to buildx: %s",
    async (value) => {
      const env: Env = value === undefined ? {} : { BUILDX_METADATA_PROVENANCE: value };
      const ours = await metadata(runVerify, ['build'], env);
      const plain = await metadata(runDocker, ['buildx', 'build'], env);
      expect(ours.outcome).toMatchObject(fine);
      expect(keys(ours.text)).toEqual(keys(plain.text));
      expect(Object.keys(provenance(ours.text))).toEqual(Object.keys(provenance(plain.text)));
      expect(ours.text).toBe(asGoWrites(JSON.parse(ours.text)));
    },
  );

  it('leaves the audit what it needs', async () => {
    const env = { BUILDX_METADATA_PROVENANCE: 'disabled' };
    const DOCKER_CONFIG = await alteredBuildx({ edit: otherDigests });
    const { outcome, text } = await metadata(runVerify, ['build'], { ...env, DOCKER_CONFIG });
    expect(outcome.status).toBe(12);
    expect(text).not.toContain('buildx.build.provenance');
  });

  it('means the same for every target of a bake', async () => {
    const target = { a: { dockerfile: 'Dockerfile' }, b: { dockerfile: 'Dockerfile', args: { x: '<&>' } } };
    const definition = JSON.stringify({ group: { default: { targets: ['a', 'b'] } }, target });
    const cwd = await folderOf({ Dockerfile: signed, 'docker-bake.json': definition });
    const env = { BUILDX_METADATA_PROVENANCE: 'disabled' };
    const args = ['bake', '--progress=quiet', '--metadata-file', 'metadata.json'];
    expect(await runVerify(args, { cwd, env })).toMatchObject(fine);
    const files = JSON.parse(await readFile(join(cwd, 'metadata.json'), 'utf8')) as Record<string, object>;
    expect(Object.keys(files)).toEqual(['a', 'b']);
    for (const each of Object.values(files)) expect(Object.keys(each)).not.toContain('buildx.build.provenance');
  });
});
