import { type Pin, type PinSet, parseReference } from '../../../model/index.ts';
import { chainIdOf } from '../../../oci/index.ts';
import type { JudgedImage } from '../../examine/judge/judged-image.ts';
import type { Pipeline } from '../../session/pipeline.ts';

async function withHeldLayers({ local }: Pipeline, pin: Pin): Promise<Pin> {
  const { registry, repository } = parseReference(pin.name);
  const found = await (await local.engine()).inspectImage(`${registry}/${repository}@${pin.digest}`);
  const chainId = chainIdOf(found?.diffIds);
  return found === null || found.platform === null || chainId === null
    ? pin
    : { ...pin, chainIds: { [found.platform]: chainId } };
}

/**
 * The pins, with the layers that the engine has under the pinned digest where no configuration could be read (a locked
 * image without a network): the engine writes a digest beside an image only when it pulled or pushed it by that digest.
 * What it cannot be asked stays as it was.
 */
export async function pinsOfHeldImages(
  pipeline: Pipeline,
  images: readonly JudgedImage[],
  pins: PinSet,
): Promise<PinSet> {
  const unread = new Set(images.filter(({ failure }) => failure !== null).map(({ use }) => use.name));
  const asked = pins.pins.map(async (pin) =>
    unread.has(pin.name) ? await withHeldLayers(pipeline, pin).catch(() => pin) : pin,
  );
  return { ...pins, pins: await Promise.all(asked) };
}
