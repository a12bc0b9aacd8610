import { type Digest, isDigest } from '../../model/index.ts';
import type { Engine } from '../engine/engine.ts';
import type { BuilderInfo } from './builder-info.ts';

/** The image that a builder itself runs in: Docker pulls it outside of BuildKit, so no source policy sees it. */
export interface BuilderImage {
  readonly node: string;
  /** As it was named when the builder was made, for instance `moby/buildkit:buildx-stable-1`. */
  readonly name: string;
  /** The image's identifier in the engine's store; null where the container cannot be asked for. */
  readonly id: string | null;
  /** Its digest in the registry that it came from; null where the engine does not say it. */
  readonly digest: Digest | null;
}

const standardImage = 'moby/buildkit:buildx-stable-1';
const drivers = new Set(['docker-container', 'kubernetes']);

async function imageOf(info: BuilderInfo, node: BuilderInfo['nodes'][number], engine: Engine): Promise<BuilderImage> {
  const running =
    info.driver === 'docker-container'
      ? await engine.containerImage(`buildx_buildkit_${node.name}`).catch(() => null)
      : null;
  const stored = running === null ? null : await engine.inspectImage(running.id).catch(() => null);
  const digests = (stored?.repoDigests ?? []).map((reference) => reference.split('@')[1]).filter(isDigest);
  const name = running?.name ?? node.image ?? standardImage;
  return { node: node.name, name, id: running?.id ?? null, digest: digests[0] ?? null };
}

/** The images that a builder's nodes run in, for `doctor`; empty for drivers that have none (docker, remote). */
export async function builderImages(info: BuilderInfo, engine: Engine): Promise<readonly BuilderImage[]> {
  if (!drivers.has(info.driver)) return [];
  return Promise.all(info.nodes.map((node) => imageOf(info, node, engine)));
}
