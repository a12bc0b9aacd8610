import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { root } from '../../../../scripts/build/folders.ts';
import { findTarget } from '../../../../scripts/build/target.ts';
import { sbomOf } from '../../../../scripts/release/sbom.ts';

const executable = { name: 'docker-verify-1.0.0-linux-arm64', sha256: 'a'.repeat(64), time: new Date(0) };
const modules = [
  'cmd/docker-verify/main.ts',
  'package.json',
  'node_modules/zod/v4/index.js',
  'node_modules/zod/v4/core/index.js',
  'node_modules/@sigstore/verify/dist/index.js',
  'src/trust/embedded-roots.json',
];

async function schema(name: string): Promise<object> {
  return JSON.parse(
    await readFile(join(root, 'test/fixtures/schemas', `${name}.SNAPSHOT.schema.json`), 'utf8'),
  ) as object;
}

describe('the list of what is inside an executable', () => {
  it('is CycloneDX 1.6 by its schema', async () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    // it refers to both by these names
    for (const name of ['spdx', 'jsf-0.82'])
      ajv.addSchema(await schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
    const validate = ajv.compile(await schema('bom-1.6'));
    validate(JSON.parse(await sbomOf(modules, findTarget('linux-arm64'), executable)));
    expect(validate.errors).toBeNull();
  });

  it('names each package once, the data, and the very Node', async () => {
    const target = findTarget('linux-arm64');
    const { components } = JSON.parse(await sbomOf(modules, target, executable)) as {
      components: { name: string; type: string; version?: string; hashes?: { content: string }[] }[];
    };
    expect(components.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'platform node',
      'library @sigstore/verify',
      'library zod',
      'data src/trust/embedded-roots.json',
    ]);
    expect(components[0]).toMatchObject({ version: process.versions.node, hashes: [{ content: target.nodeDigest }] });
    expect(components[2]?.version).toMatch(/^\d/);
  });

  it('is not made of a module that no lock knows', async () => {
    const strange = [...modules, 'node_modules/not-locked/index.js'];
    await expect(sbomOf(strange, findTarget('linux-x64'), executable)).rejects.toThrow('not-locked');
  });
});
