import { describe, expect, it } from 'vitest';
import { completeMetadata } from '../../../../src/builder/audit/node-provenance.ts';
import { readBuildMetadata } from '../../../../src/builder/audit/provenance.ts';
import { fakeBuildx } from '../fake-buildx.ts';
import { environmentWith } from '../test-environment.ts';

const provenance = 'https://slsa.dev/provenance/v0.2';
const predicate = (uri: string): string => JSON.stringify({ materials: [{ uri, digest: { sha256: 'x' } }] });

interface Held {
  readonly platform: string | null;
  readonly uri: string;
  readonly type?: string;
}

/** The materials that are read of a target where the record holds these attachments. */
async function materialsOf(
  platforms: readonly string[],
  held: readonly Held[],
  metadata: object = {},
): Promise<readonly string[] | null> {
  const attachments = held.map(({ platform, type = provenance }, at) => ({
    Digest: `sha256:${at}`,
    ...(platform === null ? {} : { Platform: platform }),
    Type: type,
  }));
  const programs = await fakeBuildx({
    'history inspect --format json id': JSON.stringify({ Attachments: attachments }),
    ...Object.fromEntries(
      held.map(({ uri }, at) => [`history inspect attachment id sha256:${at}`, predicate(uri)] as const),
    ),
  });
  const completed = await completeMetadata({
    programs,
    environment: environmentWith({ workingDirectory: '/' }),
    verb: 'build',
    builder: 'b',
    metadata: { 'buildx.build.ref': 'b/n/id', ...metadata },
    targets: [{ name: 'default', platforms, context: null, dockerfile: null }],
    newRecords: async () => [],
  });
  const { materials } = readBuildMetadata(completed);
  return materials === null ? null : materials.map(({ uri }) => uri);
}

const amd64 = { platform: 'linux/amd64', uri: 'a' };
const arm64 = { platform: 'linux/arm64/v8', uri: 'b' };
const unnamed = { platform: null, uri: 'c' };

describe('completeMetadata', () => {
  it.each([
    ['under its platform', [amd64], ['a']],
    ['under no platform', [unnamed], ['c']],
    [
      'under several spellings, all of which count',
      [amd64, { ...amd64, platform: 'linux/amd64/v2', uri: 'd' }],
      ['a', 'd'],
    ],
    ['not at all, only as what is no provenance', [{ ...amd64, type: 'https://spdx.dev/Document' }], null],
    ['not at all', [], null],
  ])('finds the record of one platform where it is kept %s', async (_title, held, found) => {
    expect(await materialsOf(['linux/amd64'], held)).toEqual(found);
  });

  it('finds each of several platforms under its own name, and takes none for another', async () => {
    const both = ['linux/amd64', 'linux/arm64'];
    expect(await materialsOf(both, [amd64, arm64])).toEqual(['a', 'b']);
    expect(await materialsOf(both, [amd64, unnamed])).toEqual(['a']);
  });

  it('asks nothing where the metadata tells all', async () => {
    const reported = { 'buildx.build.provenance': { materials: [{ uri: 'reported' }] } };
    expect(await materialsOf(['linux/amd64'], [amd64], reported)).toEqual(['reported']);
  });

  it('asks a buildx that lists no attachments for each platform', async () => {
    const args = 'history inspect attachment --type provenance --platform';
    const statement = JSON.stringify({ predicate: { materials: [{ uri: 'wrapped' }] } });
    const programs = await fakeBuildx({ [`${args} linux/amd64 id`]: statement });
    const completed = await completeMetadata({
      programs,
      environment: environmentWith({ workingDirectory: '/' }),
      verb: 'build',
      builder: 'b',
      metadata: { 'buildx.build.ref': 'b/n/id' },
      targets: [{ name: 'default', platforms: ['linux/amd64'], context: null, dockerfile: null }],
      newRecords: async () => [],
    });
    expect(readBuildMetadata(completed).materials).toEqual([{ uri: 'wrapped', digest: null }]);
  });
});
