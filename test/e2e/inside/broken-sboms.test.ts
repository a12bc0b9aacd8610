import { describe, expect, it } from 'vitest';
import { acmePolicy, lab, projectFolder, pushLayer, runVerify, temporaryFolder, writeFiles } from '../support/lab.ts';
import { attachAsIs, putIntoIndex, spdxOf } from '../support/sboms.ts';

const running = lab();
const { registry } = running;
const series = `broken-${process.pid}-${Date.now()}`;
const own = 'pkg:golang/example.com/app@v1.0.0';

describe('an SBOM that says nothing about the image', () => {
  const reasonFor = async (name: string, attachSbom: (reference: string) => Promise<void>): Promise<string> => {
    const reference = `${registry}/${series}/${name}:1`;
    await pushLayer(running, `${registry}/unsigned/base:1`, reference, { [name]: series });
    await attachSbom(reference);
    const cwd = await projectFolder({
      'docker-verify.yaml': acmePolicy({ mode: 'warn', default: 'allow', images: ['none/**'] }),
    });
    await writeFiles(cwd, { Dockerfile: `FROM ${reference}\n` });
    const env = { XDG_STATE_HOME: await temporaryFolder() };
    expect((await runVerify(['build', '-t', `${series}-${name}`, '.'], { cwd, env })).status).toBe(0);
    const asked = await runVerify(['exposure', 'xz-utils@5.6.0 - 5.6.1', '--format', 'json'], { cwd, env });
    expect(asked.status).toBe(11);
    const { rows } = JSON.parse(asked.stdout) as { readonly rows: readonly { readonly reason: string }[] };
    return rows[0]?.reason ?? '';
  };

  it.each<readonly [string, (reference: string) => Promise<void>, string]>([
    [
      'another-image',
      async (to) => await putIntoIndex(running, to, spdxOf([{ purl: own }]), `sha256:${'0'.repeat(64)}`),
      'is no statement about',
    ],
    ['spdx-3', async (to) => await attachAsIs(running, to, 'application/spdx+json', spdx3), 'SPDX 3 is not read'],
    [
      'no-json',
      async (to) => await attachAsIs(running, to, 'application/spdx+json', 'SPDXVersion: 2'),
      'it is no JSON',
    ],
    [
      'nothing-listed',
      async (to) => await attachAsIs(running, to, 'application/spdx+json', JSON.stringify(spdxOf([]))),
      'no complete SBOM',
    ],
    [
      'too-large',
      async (to) => await attachAsIs(running, to, 'application/spdx+json', ' '.repeat(65 * 1024 * 1024)),
      'more than',
    ],
  ])('leaves it unknown, with the reason: %s', async (name, attachSbom, reason) => {
    expect(await reasonFor(name, attachSbom)).toContain(reason);
  });
});

const spdx3 = JSON.stringify({ '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld', '@graph': [] });
