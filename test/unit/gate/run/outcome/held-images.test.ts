import { describe, expect, it } from 'vitest';
import { pinsOfHeldImages } from '../../../../../src/gate/run/outcome/held-images.ts';
import { pinsOf } from '../../../../../src/gate/run/plan/pins.ts';
import type { Pipeline } from '../../../../../src/gate/session/pipeline.ts';
import { VerifyError } from '../../../../../src/model/index.ts';
import { digestFor } from '../../../records/support.ts';
import { judgedImage } from '../../judged-images.ts';

const unreached = new VerifyError('registry.unreachable', 'no answer');
const held = { platform: 'linux/amd64', diffIds: [digestFor('layer')] };

async function chainIdsWith(engine: object | null | Error, failure: VerifyError | null = unreached) {
  const asked: string[] = [];
  const pipeline = {
    local: {
      engine: async () => ({
        inspectImage: async (name: string) => {
          asked.push(name);
          if (engine instanceof Error) throw engine;
          return engine;
        },
      }),
    },
  } as unknown as Pipeline; // the engine alone is asked
  const images = [judgedImage({ failure })];
  const { pins } = await pinsOfHeldImages(pipeline, images, pinsOf(images, [], []));
  return { asked, chainIds: pins.map(({ chainIds }) => chainIds) };
}

describe('the pin of an image whose registry could not be asked', () => {
  it('has the layers that the engine keeps under the pinned digest', async () => {
    const { asked, chainIds } = await chainIdsWith(held);
    expect(asked).toEqual([`docker.io/library/app@${digestFor('app')}`]);
    expect(chainIds).toEqual([{ 'linux/amd64': digestFor('layer') }]);
  });

  it.each<readonly [string, object | null | Error]>([
    ['the engine has no such image', null],
    ['the engine does not say its platform', { ...held, platform: null }],
    ['the image has no layers', { ...held, diffIds: [] }],
    ['there is no engine', new Error('no daemon')],
  ])('stays as it was where %s', async (_, engine) => {
    expect((await chainIdsWith(engine)).chainIds).toEqual([{}]);
  });
});

it('the pin of an image that its registry told of is not asked about again', async () => {
  expect(await chainIdsWith(held, null)).toEqual({ asked: [], chainIds: [{}] });
});
