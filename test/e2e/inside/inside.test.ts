import { beforeAll, describe, expect, it } from 'vitest';
import {
  acmePolicy,
  attest,
  lab,
  type Outcome,
  projectFolder,
  pushLayer,
  runVerify,
  sign,
  writeFiles,
} from '../support/lab.ts';
import { attachAsIs, cycloneDxOf, layersOf, putIntoIndex, spdxOf } from '../support/sboms.ts';

const running = lab();
const { registry, referrersRegistry, keys } = running;
const series = `packages-${process.pid}-${Date.now()}`;
const at = (name: string, host = registry): string => `${host}/${series}/${name}:1`;

const xz = 'pkg:deb/debian/liblzma5@5.6.1-1?arch=amd64&upstream=xz-utils';
const app = 'pkg:golang/example.com/app@v1.0.0';
const images = {
  layered: at('layered'),
  compared: at('compared'),
  alone: at('alone', referrersRegistry),
  untrusted: at('untrusted'),
  nothing: at('nothing'),
  broken: at('broken'),
  'signed-index': at('signed-index'),
  'signed-image': at('signed-image'),
};
let project = '';

beforeAll(async () => {
  project = await projectFolder({
    'docker-verify.yaml': acmePolicy({ mode: 'warn', default: 'allow', images: ['none/**'] }),
  });
  const acme = { key: keys.acme.privateKey };
  const base = at('base');
  await pushLayer(running, `${registry}/unsigned/base:1`, base, { base: series });
  await attest(running, base, { type: 'spdxjson', content: spdxOf([{ purl: xz }]) }, { signer: acme, cosign: 3 });
  await writeFiles(project, { 'image/Dockerfile': `FROM ${base}\nCOPY name /name\n` });
  for (const [name, reference] of Object.entries(images)) {
    await writeFiles(project, { 'image/name': `${series} ${name}` });
    const args = ['build', '--push', '--label', `org.opencontainers.image.base.name=${base}`, '-t', reference, 'image'];
    const built = await runVerify(args, { cwd: project });
    if (built.status !== 0) throw new Error(built.stderr);
  }
  const [bottom = '', ...rest] = await layersOf(running, images.layered);
  const top = rest.at(-1) ?? '';
  const layered = spdxOf([
    { purl: xz, layer: bottom },
    { purl: app, layer: top },
  ]);
  await putIntoIndex(running, images.layered, layered);
  const compared = { type: 'cyclonedx', content: cycloneDxOf([{ purl: xz }, { purl: app }]) };
  await attest(running, images.compared, compared, { signer: acme, cosign: 2 });
  await attachAsIs(running, images.alone, 'application/vnd.cyclonedx+json', JSON.stringify(compared.content));
  const untrusted = { key: keys.mallory.privateKey };
  await attest(running, images.untrusted, compared, { signer: untrusted, cosign: 3 });
  await attachAsIs(running, images.broken, 'application/spdx+json', '{"spdxVersion":"SPDX-3.0"}');
  await putIntoIndex(running, images['signed-index'], layered);
  await sign(running, images['signed-index'], { signer: acme, cosign: 3 });
  await sign(running, images['signed-image'], { signer: acme, cosign: 3 });
  await putIntoIndex(running, images['signed-image'], layered);
}, 300_000);

function packages(...args: readonly string[]): Promise<Outcome> {
  return runVerify(['packages', ...args], { cwd: project });
}

interface Listed {
  readonly trust: string;
  readonly base: { readonly name: string } | null;
  readonly sboms: readonly { readonly trust: string; readonly signer: { readonly name: string } | null }[];
  readonly packages: readonly { readonly name: string; readonly version: string; readonly origin: string }[];
  readonly problems: readonly string[];
}

async function listed(...args: readonly string[]): Promise<readonly Listed[]> {
  const { stdout, stderr } = await packages(...args, '--format', 'json');
  expect(stderr).not.toContain('docker verify: error');
  const parsed = JSON.parse(stdout) as { readonly schemaVersion: number; readonly images: readonly Listed[] };
  expect(parsed.schemaVersion).toBe(0);
  return parsed.images;
}

describe('packages', () => {
  it.each([
    ['by the layers that the SBOM names', images.layered, 'unsigned'],
    ["by the base's own SBOM", images.compared, 'signed'],
    ["by the base's own SBOM, in a registry with the referrers API", images.alone, 'unsigned'],
    ['also by one of an untrusted signer', images.untrusted, 'unsigned'],
    ['by one in a signed index', images['signed-index'], 'signed'],
  ])('tells what base and own layers bring, %s', async (_, reference, trust) => {
    const [image] = await listed(reference);
    expect(image?.packages).toMatchObject([
      { name: 'app', version: 'v1.0.0', origin: 'own' },
      { name: 'liblzma5', version: '5.6.1-1', origin: 'base' },
    ]);
    expect(image?.base?.name).toContain(`${at('base')}@sha256:`);
    expect(image?.trust).toBe(trust);
    expect(image?.sboms).toMatchObject([{ trust, signer: trust === 'signed' ? { name: 'acme' } : null }]);
  });

  it('says that an SBOM is unsigned where only the image beside it is signed', async () => {
    expect((await listed(images['signed-image']))[0]?.trust).toBe('unsigned');
  });

  it('says it in text and as a table', async () => {
    const text = await packages(images.compared);
    expect(text.status).toBe(0);
    expect(text.stdout).toMatch(/SBOM for linux\/amd64|SBOM \(CycloneDX 1\.6\), signed by acme/);
    expect(text.stdout).toMatch(/liblzma5 +5\.6\.1-1 +base +signed +pkg:deb/);
    const { stdout } = await packages(images.compared, '--format', 'csv');
    expect(stdout.split('\n')[2]).toContain(`,liblzma5,5.6.1-1,${xz},base,,signed,`);
  });

  it('takes the images of a folder', async () => {
    await writeFiles(project, {
      'both/Dockerfile': `FROM ${images.compared} AS a\nFROM ${images.nothing}\nCOPY --from=a /name /\n`,
    });
    const found = await listed('./both');
    expect(found.map(({ trust }) => trust)).toEqual(['signed', 'none']);
    expect((await packages('./both')).status).toBe(0);
    const here = await runVerify(['packages'], { cwd: `${project}/both` });
    expect(here).toMatchObject({ status: 0, stdout: expect.stringContaining('liblzma5') });
  });

  it.each([
    ['no SBOM is attached', images.nothing, 'no SBOM is attached: what is inside is not known'],
    ['none can be read', images.broken, 'cannot be read, SPDX 3.0 is not read'],
  ])('ends with 11 where %s', async (_, reference, reason) => {
    const { status, stdout } = await packages(reference);
    expect(status).toBe(11);
    expect(stdout).toContain(reason);
  });

  it.each([
    [['--format', 'sarif', images.compared], 'packages has no format sarif'],
    [['--no-such-option', images.compared], '--no-such-option'],
    [['both'], '"both" is an image, and here also a file or folder'],
  ])('is refused with %j', async (args, message) => {
    const { status, stderr } = await packages(...args);
    expect(status).toBe(64);
    expect(stderr).toContain(message);
  });
});
