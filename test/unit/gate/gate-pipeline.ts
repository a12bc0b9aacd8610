import { onTestFinished } from 'vitest';
import { openPipeline, type Pipeline } from '../../../src/gate/session/pipeline.ts';
import type { Session } from '../../../src/gate/session/session.ts';
import {
  type Descriptor,
  defaultOwnOptions,
  type ImageUse,
  type OwnOptions,
  parseCanonicalName,
} from '../../../src/model/index.ts';
import type { MemoryRegistry } from '../oci/memory-registry.ts';
import { environmentIn, folderOf } from '../policy/support/policies.ts';

/** A run in a folder, and what it warned of. */
export interface SeenSession extends Session {
  readonly warnings: readonly string[];
}

/** A run that sees nothing of this machine but a folder. */
export function sessionIn(folder: string, own: Partial<OwnOptions> = {}, more: Partial<Session> = {}): SeenSession {
  const warnings: string[] = [];
  return {
    environment: environmentIn(folder),
    own: { ...defaultOwnOptions, timeout: 10_000, ...own },
    version: '0',
    executable: '/docker-verify',
    now: () => new Date(),
    progress: () => undefined,
    warn: (text) => warnings.push(text),
    onKeyless: () => undefined,
    signal: new AbortController().signal,
    warnings,
    ...more,
  };
}

/** The pipeline of a run under one policy, closed when the test is over. */
export async function pipelineUnder(policy: string, own: Partial<OwnOptions> = {}): Promise<Pipeline> {
  const folder = await folderOf({ 'docker-verify.yaml': policy });
  const pipeline = await openPipeline(sessionIn(folder, own), { projectFrom: folder, localImages: false });
  onTestFinished(() => pipeline.close());
  return pipeline;
}

/** An image of a registry as a Dockerfile would use it. */
export function useOfImage(registry: MemoryRegistry, named: string, platform = 'linux/amd64'): ImageUse {
  const name = parseCanonicalName(`${registry.host}/${named}`);
  return { name, written: named, platforms: [platform], uses: [] };
}

interface Layered {
  /** The contents of its layers, the lowest first. */
  readonly layers: readonly string[];
  /** What it says that it is built upon; null for nothing at all, left out where it says nothing. */
  readonly base?: { readonly name: string; readonly image: Descriptor } | null;
}

/** The digest of what a layer holds. */
export function layerDigest(index: number): string {
  return `sha256:${String(index).repeat(64)}`;
}

/** An image of these layers that says what it is built upon. */
export function addLayered(registry: MemoryRegistry, repository: string, { layers, base }: Layered): Descriptor {
  const diffIds = layers.map((layer) => layerDigest(Number(layer)));
  const config = { os: 'linux', architecture: 'amd64', config: {}, rootfs: { type: 'layers', diff_ids: diffIds } };
  const annotations =
    base === null
      ? { 'org.opencontainers.image.base.name': 'scratch' }
      : {
          'org.opencontainers.image.base.name': `${registry.host}/${base?.name}`,
          'org.opencontainers.image.base.digest': base?.image.digest,
        };
  return registry.image(repository, '1', config, {
    layers: layers.map((layer) => registry.blob(layer.repeat(10), 'application/vnd.oci.image.layer.v1.tar')),
    ...(base === undefined ? {} : { annotations }),
  });
}
