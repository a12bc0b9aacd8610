import { describe, expect, it } from 'vitest';
import { reasonForNoRecord, type UnrecordedReason } from '../../../../src/builder/audit/unrecorded.ts';
import type { BuilderInfo } from '../../../../src/builder/nodes/builder-info.ts';
import { fakeBuildx } from '../fake-buildx.ts';
import { environmentWith } from '../test-environment.ts';

async function reason(
  answers: Readonly<Record<string, string>>,
  given: { readonly buildx?: string; readonly buildkit?: string | null; readonly ref?: string | null } = {},
): Promise<UnrecordedReason> {
  const { buildx = 'v0.29.1', buildkit = 'v0.25.1', ref = 'b/n/id' } = given;
  const node = { name: 'n', endpoint: 'e', status: '', platforms: [], image: null, error: null };
  const info: BuilderInfo = {
    name: 'b',
    driver: 'remote',
    buildxVersion: buildx,
    host: '',
    engineVersion: null,
    nodes: [{ ...node, buildkitVersion: buildkit }],
    platform: 'linux/amd64',
  };
  const environment = environmentWith({ workingDirectory: '/' });
  return reasonForNoRecord({ programs: await fakeBuildx(answers), environment, info, ref });
}

const inspect = 'history inspect --format json id';

describe('reasonForNoRecord', () => {
  it('tells history that is switched off from an old builder, an old buildx and a history that cannot be read', async () => {
    const off = await reason({ 'history ls': '' });
    expect(off.cause).toBe('the builder keeps no history of builds');
    expect(off.cure).toContain('maxEntries');
    expect(await reason({ 'history ls': '' }, { buildkit: 'v0.10.6' })).toMatchObject({
      cause: expect.stringContaining('BuildKit v0.10.6'),
      cure: expect.stringContaining('update Docker or BuildKit'),
    });
    expect(await reason({ 'history ls': '' }, { buildx: 'v0.13.1' })).toMatchObject({ cure: 'update buildx' });
    expect((await reason({})).cause).toBe('its history of builds cannot be read: ERROR: history ls');
  });

  it('says that a record is there where it is', async () => {
    const found = await reason({ [inspect]: '{}', 'history ls': '' });
    expect(found.cause).toBe('its record of the build (id) holds no provenance');
  });

  it('takes versions that say nothing for new ones', async () => {
    expect(await reason({ 'history ls': '' }, { buildx: '', buildkit: null })).toMatchObject({
      cause: 'the builder keeps no history of builds',
    });
  });

  it('says where buildx reported no record', async () => {
    expect((await reason({ 'history ls': '' }, { ref: null })).cause).toContain('which record');
  });
});
