import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askNodeAlone, buildxFolder, readStoredBuilder } from '../../../../src/builder/nodes/stored-builder.ts';
import type { Environment } from '../../../../src/model/index.ts';
import { environmentWith, temporaryFolder } from '../test-environment.ts';

const fleet = {
  Name: 'fleet',
  Driver: 'remote',
  Nodes: [
    { Name: 'one', Endpoint: 'tcp://one:1', DriverOpts: { cacert: '/ca.pem' }, Files: { 'buildkitd.toml': 'YQ==' } },
    { Name: 'two', Endpoint: 'tcp://two:1', Platforms: [{ architecture: 'arm64', os: 'linux' }] },
  ],
  Dynamic: false,
};

async function storing(builder: { readonly Name: string }): Promise<Environment> {
  const folder = temporaryFolder();
  await mkdir(join(folder, 'instances'));
  await writeFile(join(folder, 'instances', builder.Name), JSON.stringify(builder));
  return environmentWith({ variables: { BUILDX_CONFIG: folder } });
}

describe('readStoredBuilder', () => {
  it("reads buildx's own file, in its folder or the one that BUILDX_CONFIG names", async () => {
    const environment = await storing(fleet);
    expect(buildxFolder(environment)).toBe(environment.variables['BUILDX_CONFIG']);
    expect(await readStoredBuilder(environment, 'fleet')).toMatchObject({
      driver: 'remote',
      nodes: [
        { name: 'one', endpoint: 'tcp://one:1' },
        { name: 'two', endpoint: 'tcp://two:1' },
      ],
    });
    expect(await readStoredBuilder(environment, 'small')).toBeNull();
    expect(await readStoredBuilder(environment, '../instances/fleet')).toBeNull();
  });

  it('knows a name in any case, as buildx does', async () => {
    expect(await readStoredBuilder(await storing(fleet), 'Fleet')).toMatchObject({ name: 'fleet' });
  });
});

describe('askNodeAlone', () => {
  it('shows buildx a builder of that node alone, with all that is stored of it, and for no longer than the question', async () => {
    const environment = await storing(fleet);
    const stored = await readStoredBuilder(environment, 'fleet');
    if (stored === null) throw new Error('not stored');
    let folder = '';
    const seen = await askNodeAlone(environment, stored, 'two', async (variables) => {
      folder = variables['BUILDX_CONFIG'] ?? '';
      return JSON.parse(await readFile(join(folder, 'instances', 'fleet'), 'utf8')) as unknown;
    });
    expect(seen).toEqual({ ...fleet, Nodes: [fleet.Nodes[1]] });
    expect(existsSync(folder)).toBe(false);
  });

  it('takes its folder away when the question fails too', async () => {
    const environment = await storing(fleet);
    const stored = await readStoredBuilder(environment, 'fleet');
    if (stored === null) throw new Error('not stored');
    let folder = '';
    const failing = askNodeAlone(environment, stored, 'one', async (variables) => {
      folder = variables['BUILDX_CONFIG'] ?? '';
      throw new Error('no answer');
    });
    await expect(failing).rejects.toThrow('no answer');
    expect(folder).not.toBe('');
    expect(existsSync(folder)).toBe(false);
  });
});
