import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noteStoredLayers } from '../../../../../src/gate/run/outcome/stored-layers.ts';
import type { LoadedTarget } from '../../../../../src/gate/scan/scan-targets.ts';
import type { Pipeline } from '../../../../../src/gate/session/pipeline.ts';
import { type BuildRecord, VerifyError } from '../../../../../src/model/index.ts';
import { readImageNote } from '../../../../../src/records/index.ts';
import { newFolder } from '../../../../support/new-folder.ts';
import { digestFor, image, record } from '../../../records/support.ts';

const layers = [digestFor('one'), digestFor('two')];
const made = digestFor('app');
const config = digestFor('config of app');

interface Found {
  readonly id: string;
  readonly digest: string | null;
}

interface Given {
  readonly text?: string;
  readonly images?: Readonly<Record<string, Found>>;
  readonly more?: Partial<BuildRecord>;
  readonly failure?: Error;
  readonly state?: string;
}

/** What was noted of the build, and what the engine was asked for that. */
async function noted({ text = 'FROM base\nCMD ["a"]\n', images = {}, more = {}, failure, state }: Given) {
  const folder = state ?? newFolder('verify-stored');
  const session = {
    environment: { platform: 'linux', variables: { XDG_STATE_HOME: folder }, home: folder },
    now: () => new Date('2026-01-01T00:00:00Z'),
  };
  const asked: string[] = [];
  const engine = {
    inspectImage: async (name: string) => {
      asked.push(name);
      const found = images[name];
      return found === undefined ? null : { ...found, diffIds: layers };
    },
  };
  await noteStoredLayers(
    { session } as unknown as Pipeline, // the engine is opened by what follows
    record('app', [image('base')], more),
    {
      dockerfile: { kind: 'text', bytes: Buffer.from(text), file: 'Dockerfile' },
      target: { stage: null },
    } as unknown as LoadedTarget, // only its text and its stage are looked at
    async () => {
      if (failure !== undefined) throw failure;
      return engine as never;
    },
  );
  return { asked, note: await readImageNote(join(folder, 'docker-verify'), made) };
}

const classic = { [config]: { id: config, digest: null } };
const containerd = { [made]: { id: made, digest: made } };

describe('the layers of what was built and not pushed', () => {
  it.each([
    ['classic', classic, [made, config]],
    ["containerd's", containerd, [made]],
  ])('are noted as the %s store has them', async (_, images, asked) => {
    expect(await noted({ images })).toEqual({
      asked,
      note: expect.objectContaining({
        digest: made,
        stored: layers,
        layers: {},
        sboms: [],
        problem: 'it was not pushed',
      }),
    });
  });

  it.each<readonly [string, Given]>([
    ['was pushed', { more: { pushed: ['registry.example.com/app:1'] } }],
    ['had its SBOM made', { more: { sboms: [digestFor('sbom')] } }],
    ['surely has layers of its own', { text: 'FROM base\nRUN true\n' }],
    ['is on no base', { more: { images: [] } }],
    ['is not known by any digest', { more: { digest: null, imageId: null } }],
  ])('are not asked for where it %s', async (_, given) => {
    expect(await noted({ images: { ...classic, ...containerd }, ...given })).toEqual({ asked: [], note: null });
  });

  it.each<readonly [string, Given]>([
    ['the store has no such image', {}],
    [
      'the store answers with another image',
      { images: { [made]: { id: digestFor('other'), digest: digestFor('other') } } },
    ],
    ['no engine answers', { failure: new VerifyError('builder.unavailable', 'no answer') }],
    ['something unforeseen happens', { failure: new TypeError('no such thing') }],
  ])('are not noted where %s', async (_, given) => {
    expect((await noted(given)).note).toBeNull();
  });

  it('are not noted where the folder for state cannot be written, and the build ends as it would', async () => {
    const state = join(newFolder('verify-stored'), 'file');
    await writeFile(state, '');
    expect((await noted({ images: containerd, state })).note).toBeNull();
  });
});
