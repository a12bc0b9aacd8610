import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBridgedEngine } from '../support/bridged-engine.ts';
import {
  acmePolicy,
  digestOf,
  lab,
  mustRun,
  type Outcome,
  projectFolder,
  runDocker,
  runVerify,
  sign,
  temporaryFolder,
  writeFiles,
} from '../support/lab.ts';
import { pushScanner } from '../support/lab-scanner.ts';

const running = lab();
const engine = await startBridgedEngine(running);
const series = `${running.registry}/scan-${process.pid}-${Date.now()}`;
const scanner = `${series}/scanner:1`;
const unsignedScanner = `${series}/unsigned-scanner:1`;
const base = `${series}/base:1`;
const lzma = 'pkg:deb/debian/liblzma5@5.6.1-1?arch=amd64&upstream=xz-utils&distro=debian-13';
const own = 'pkg:golang/example.com/app@v1.0.0';
const env = { DOCKER_HOST: typeof engine === 'string' ? '' : engine.host };
const scannedBy = (image: string): readonly string[] => ['--attest', `type=sbom,generator=${image}`];

let project = '';
beforeAll(async () => {
  if (typeof engine === 'string') return;
  await pushScanner(running, scanner);
  await sign(running, scanner, { signer: { key: running.keys.acme.privateKey }, cosign: 3 });
  await pushScanner(running, unsignedScanner);
  // the unsigned one must be another image, or the signature would speak for it too
  await mustRun(running, running.crane, [
    'mutate',
    '--insecure',
    '--label',
    'by=nobody',
    '--tag',
    unsignedScanner,
    unsignedScanner,
  ]);
  const folder = await projectFolder({
    Dockerfile: 'FROM scratch\nCOPY os.packages /etc/os.packages\n',
    'os.packages': `${lzma}\n`,
  });
  // plain buildx: what is attached to the base is BuildKit's own
  await mustRun(running, running.docker, ['buildx', 'build', ...scannedBy(scanner), '--push', '-t', base, folder], {
    env,
  });
  await sign(running, base, { signer: { key: running.keys.acme.privateKey }, cosign: 3 });
  project = await projectFolder({
    Dockerfile: `FROM ${base}\nCOPY app.packages /app.packages\n`,
    'app.packages': `${own}\n`,
    'docker-verify.yaml': acmePolicy(),
  });
}, 120_000);
afterAll(async () => {
  if (typeof engine !== 'string') await engine.stop();
}, 60_000);

function verify(args: readonly string[], state: string): Promise<Outcome> {
  return runVerify(args, { cwd: project, env: { ...env, XDG_STATE_HOME: state } });
}

interface Noted {
  readonly digest: string;
  readonly target: string;
  readonly sboms?: readonly string[];
}

async function records(state: string): Promise<readonly Noted[]> {
  const text = await readFile(join(state, 'docker-verify', 'journal.jsonl'), 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Noted);
}

/** The statement with the SBOM in the index that a registry has. */
async function inRegistry(reference: string): Promise<string> {
  const manifest = async (name: string): Promise<Index> =>
    JSON.parse(await mustRun(running, running.crane, ['manifest', '--insecure', name])) as Index;
  const entry = (await manifest(reference)).manifests?.find(({ annotations }) => annotations !== undefined);
  const { layers } = await manifest(`${reference.replace(/:1$/, '')}@${entry?.digest}`);
  return layers?.find(({ annotations }) => annotations?.['in-toto.io/predicate-type']?.includes('spdx'))?.digest ?? '';
}

interface Entry {
  readonly digest: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Index {
  readonly manifests?: readonly Entry[];
  readonly layers?: readonly Entry[];
}

/** What `exposure` finds affected in the builds of a state. */
async function affected(question: string, state: string, more: readonly string[] = []): Promise<unknown> {
  const asked = await verify(['exposure', question, '--format', 'json', ...more], state);
  expect(asked).toMatchObject({ status: 10 });
  return (JSON.parse(asked.stdout) as { readonly rows: unknown }).rows;
}

const fromBase = {
  via: { role: 'runtime-base', name: base },
  inRuntime: true,
  trust: 'signed',
  signer: { name: 'acme' },
};
const fromOwn = { via: { role: 'own-layer', name: null }, inRuntime: true, trust: 'unsigned' };
const reason = typeof engine === 'string' ? ` (skipped: ${engine})` : '';

describe.skipIf(typeof engine === 'string')(`an SBOM that BuildKit's own scan attached${reason}`, () => {
  it('is read by packages with the trust of the signature on the index', async () => {
    const state = await temporaryFolder();
    const read = await verify(['packages', base, '--format', 'json'], state);
    expect(read).toMatchObject({ status: 0 });
    expect(JSON.parse(read.stdout)).toMatchObject({
      images: [
        {
          trust: 'signed',
          sboms: [{ format: 'SPDX 2.3', platform: 'linux/amd64', packages: 1, signer: { name: 'acme' } }],
          packages: [{ name: 'liblzma5', version: '5.6.1-1', purl: lzma }],
        },
      ],
    });
  });

  it('of a pushed build is in its record, as the registry has it, and own packages are told from those of the base', async () => {
    const state = await temporaryFolder();
    const tag = `${series}/app-push:1`;
    const built = await verify(['build', ...scannedBy(scanner), '--push', '-t', tag, '.'], state);
    expect(built).toMatchObject({ status: 0, stderr: expect.not.stringContaining('is not noted') });
    expect(await records(state)).toMatchObject([
      {
        sboms: [await inRegistry(tag)],
        images: [
          { name: base, role: 'runtime-base', verified: true, sboms: [await inRegistry(base)] },
          { name: scanner, role: 'sbom-generator', verified: true, sboms: [] },
        ],
      },
    ]);
    expect(await affected('xz-utils@5.6.0 - 5.6.1', state)).toMatchObject([fromBase]);
    expect(await affected('pkg:golang/example.com/app', state)).toMatchObject([fromOwn]);
    const read = await verify(['packages', tag, '--format', 'json'], state);
    expect(JSON.parse(read.stdout)).toMatchObject({
      images: [
        {
          trust: 'unsigned',
          base: { digest: await digestOf(running, base) },
          packages: [
            { purl: own, origin: 'own' },
            { purl: lzma, origin: 'base' },
          ],
        },
      ],
    });
  });

  it('of a build that only the engine has is in its record, and needs no network to be asked about', async () => {
    const state = await temporaryFolder();
    const tag = `${series}/app-load:1`;
    const built = await verify(['build', ...scannedBy(scanner), '--load', '-t', tag, '.'], state);
    expect(built).toMatchObject({ status: 0, stderr: expect.not.stringContaining('is not noted') });
    const [record] = await records(state);
    expect(record).toMatchObject({ pushed: [], sboms: [expect.stringMatching(/^sha256:/)] });
    const [algorithm = '', hex = ''] = (record?.sboms?.[0] ?? '').split(':');
    const kept = await readFile(join(state, 'docker-verify', 'blobs', algorithm, hex.slice(0, 2), hex), 'utf8');
    expect(kept).toContain(own);
    expect(await affected('xz-utils@5.6.0 - 5.6.1', state, ['--offline'])).toMatchObject([fromBase]);
    expect(await affected('pkg:golang/example.com/app', state, ['--offline'])).toMatchObject([fromOwn]);
    const shown = await verify(['records', 'show', tag], state);
    expect(shown.stdout).toMatch(/^SBOMs +sha256:[0-9a-f]{12}$/m);
  });

  it('is noted for the targets of a bake that ask for one, and for no other', async () => {
    const state = await temporaryFolder();
    const definition = `target "app" {\n  attest = ["type=sbom,generator=${scanner}"]\n  tags = ["${series}/baked:1"]\n  output = ["type=docker"]\n}\ntarget "plain" {\n  output = ["type=docker"]\n}\n`;
    await writeFiles(project, { 'docker-bake.hcl': definition });
    const baked = await verify(['bake', 'app', 'plain'], state);
    expect(baked).toMatchObject({ status: 0 });
    const byTarget = new Map((await records(state)).map((record) => [record.target, record]));
    expect(byTarget.get('app')?.sboms).toHaveLength(1);
    expect(byTarget.get('plain')).not.toHaveProperty('sboms');
  });

  it('is noted for each platform that was built', async () => {
    const state = await temporaryFolder();
    const folder = await projectFolder({
      Dockerfile: 'FROM scratch\nCOPY app.packages /app.packages\n',
      'app.packages': `${own}\n`,
    });
    const args = ['--platform', 'linux/amd64,linux/arm64', '--load', '-t', `${series}/both:1`, folder];
    const built = await verify(['build', ...scannedBy(scanner), ...args], state);
    expect(built).toMatchObject({ status: 0, stderr: expect.not.stringContaining('is not noted') });
    expect((await records(state))[0]?.sboms).toHaveLength(2);
    expect(await affected('pkg:golang/example.com/app', state, ['--offline'])).toMatchObject([fromOwn]);
  });

  it('is not looked for where none was asked for', async () => {
    const state = await temporaryFolder();
    expect(await verify(['build', '--load', '-t', `${series}/plain:1`, '.'], state)).toMatchObject({ status: 0 });
    const [record] = await records(state);
    expect(record).not.toHaveProperty('sboms');
  });

  it('is made by no scanner that nobody signed, which plain buildx runs', async () => {
    const state = await temporaryFolder();
    const args = [...scannedBy(unsignedScanner), '--load', '-t', `${series}/refused:1`, '.'];
    expect(await verify(['build', ...args], state)).toMatchObject({
      status: 10,
      stderr: expect.stringContaining(unsignedScanner),
    });
    expect(await records(state)).toEqual([]);
    expect(await runDocker(['image', 'inspect', `${series}/refused:1`], { env })).toMatchObject({ status: 1 });
    const plain = await runDocker(['buildx', 'build', ...args], { cwd: project, env });
    expect(plain).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(`generating sbom using ${unsignedScanner}`),
    });
  });
});
