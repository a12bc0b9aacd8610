import { beforeAll, describe, expect, it } from 'vitest';
import { attest, copyImage, lab, type Outcome, projectFolder, runVerify, sign } from '../support/lab.ts';

const running = lab();
const { registry, keys } = running;

interface Package {
  readonly name: string;
  readonly version: string;
}

const few: readonly Package[] = [
  { name: 'base-files', version: '12.4' },
  { name: 'xz-utils', version: '5.6.1+really5.4.5-1ubuntu0.3' },
];
const backdoored: readonly Package[] = [
  { name: 'base-files', version: '12.4' },
  { name: 'xz-utils', version: '5.6.1-1' },
];
const many = Array.from({ length: 4 }, (_, index) => ({ name: `package-${index}`, version: '1.0-1' }));

const urlOf = ({ name, version }: Package): string =>
  `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=amd64`;

function spdx(packages: readonly Package[]): unknown {
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'image',
    documentNamespace: 'https://example.test/image',
    creationInfo: { created: '2026-01-01T00:00:00Z', creators: ['Tool: test'] },
    packages: packages.map((listed, index) => ({
      SPDXID: `SPDXRef-${index}`,
      name: listed.name,
      versionInfo: listed.version,
      downloadLocation: 'NOASSERTION',
      externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: urlOf(listed) }],
    })),
  };
}

function cyclonedx(packages: readonly Package[]): unknown {
  const components = packages.map((listed) => ({ type: 'library', ...listed, purl: urlOf(listed) }));
  return { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components };
}

type Sbom = { readonly type: 'spdxjson' | 'cyclonedx'; readonly content: unknown; readonly key?: string };

const images: Readonly<Record<string, Sbom | null>> = {
  clean: { type: 'spdxjson', content: spdx(few) },
  'clean-cyclonedx': { type: 'cyclonedx', content: cyclonedx(few) },
  backdoored: { type: 'spdxjson', content: spdx(backdoored) },
  'backdoored-cyclonedx': { type: 'cyclonedx', content: cyclonedx(backdoored) },
  many: { type: 'spdxjson', content: spdx(many) },
  untrusted: { type: 'spdxjson', content: spdx(few), key: keys.mallory.privateKey },
  none: null,
};

const policy = JSON.stringify({
  version: 1,
  mode: 'enforce',
  default: 'deny',
  rules: [
    {
      images: ['127.0.0.1:*/**'],
      signedBy: [{ key: 'acme.pub', log: 'optional' }],
      require: { packages: { deny: ['xz-utils@5.6.0 - 5.6.1'], max: 3 } },
    },
  ],
});

async function build(image: string): Promise<Outcome> {
  const dockerfile = `FROM ${registry}/packages/${image}:1\n`;
  const folder = await projectFolder({ Dockerfile: dockerfile, 'docker-verify.yaml': policy });
  return runVerify(['build', '.'], { cwd: folder });
}

beforeAll(async () => {
  let number = 0;
  for (const [name, sbom] of Object.entries(images)) {
    const reference = `${registry}/packages/${name}:1`;
    await copyImage(running, `${registry}/unsigned/base:1`, reference);
    const version = (number++ % 2 === 0 ? 3 : 2) as 2 | 3; // bundles and .att tags by turns
    await sign(running, reference, { signer: { key: keys.acme.privateKey }, cosign: version });
    if (sbom === null) continue;
    await attest(running, reference, sbom, {
      signer: { key: sbom.key ?? keys.acme.privateKey },
      cosign: version,
    });
  }
});

describe('a rule that limits packages', () => {
  it.each(['clean', 'clean-cyclonedx'])('lets in what a signed SBOM shows to be %s', async (image) => {
    expect(await build(image)).toMatchObject({ status: 0 });
  });

  it.each([
    ['backdoored', 'package.denied', /xz-utils 5\.6\.1-1/],
    ['backdoored-cyclonedx', 'package.denied', /xz-utils 5\.6\.1-1/],
    ['many', 'package.too-many', /at most 3/],
    ['untrusted', 'package.unknown', /SBOM/],
    ['none', 'package.unknown', /SBOM/],
  ])('blocks %s (%s)', async (image, code, reason) => {
    const { status, stderr } = await build(image);
    expect(status).toBe(10);
    expect(stderr).toContain(code);
    expect(stderr).toMatch(reason);
  });
});
