import { createHash } from 'node:crypto';
import type { ImageFacts, LineageSource, Provenance } from '../../../src/lineage/index.ts';
import {
  type CanonicalName,
  type Digest,
  parseCanonicalName,
  parseDigest,
  parseReference,
} from '../../../src/model/index.ts';

export function digestOf(text: string): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(text).digest('hex')}`);
}

/** Facts of an image whose layers are named by words: the same word is the same layer. */
export function image(name: string, layers: readonly string[], more: Partial<ImageFacts> = {}): ImageFacts {
  return {
    name: parseCanonicalName(name),
    root: digestOf(`index ${name} ${layers.join(' ')}`),
    manifest: digestOf(`manifest ${name} ${layers.join(' ')}`),
    platform: 'linux/amd64',
    diffIds: layers.map(digestOf),
    history: layers.map((layer, index) => ({
      createdBy: index === 0 ? `COPY ${layer} / # buildkit` : `RUN ${layer}`,
      emptyLayer: false,
    })),
    labels: {},
    annotations: [],
    provenance: [],
    ...more,
  };
}

export function annotated(base: ImageFacts, digest: string = base.root): Partial<ImageFacts> {
  return {
    annotations: [
      { 'org.opencontainers.image.base.name': base.name ?? '', 'org.opencontainers.image.base.digest': digest },
    ],
  };
}

const buildTypeV1 = 'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md';

/** BuildKit's provenance, SLSA v1 or v0.2, that lists these images. */
export function provenance(
  bases: readonly ImageFacts[],
  options: { signed: boolean; version?: 'v0.2' | 'v1'; frontend?: string; syntax?: string },
): Provenance {
  const entries = bases.map((base) => ({
    uri: `pkg:docker/${(base.name ?? '').replace(/^docker\.io\/library\//, '').replace(/:([^:/]+)$/, '@$1')}?platform=linux%2Famd64`,
    digest: { sha256: base.root.slice('sha256:'.length) },
  }));
  const frontend =
    options.frontend === undefined
      ? []
      : [{ uri: `pkg:docker/${options.frontend.replace(':', '@')}`, digest: { sha256: 'f'.repeat(64) } }];
  const source = options.syntax ?? options.frontend;
  const args = source === undefined ? {} : { source };
  const old = options.version === 'v0.2';
  return {
    signed: options.signed,
    predicateType: old ? 'https://slsa.dev/provenance/v0.2' : 'https://slsa.dev/provenance/v1',
    predicate: old
      ? {
          buildType: 'https://mobyproject.org/buildkit@v1',
          invocation: { parameters: { args } },
          materials: [...entries, ...frontend],
        }
      : {
          buildDefinition: {
            buildType: buildTypeV1,
            externalParameters: { request: { args } },
            resolvedDependencies: [...entries, ...frontend],
          },
        },
  };
}

/** A source that knows these images, by name and by digest, and counts what it is asked. */
export function sourceOf(images: readonly ImageFacts[]): LineageSource & { reads: string[] } {
  const reads: string[] = [];
  return {
    reads,
    readImage: async (name: CanonicalName, platform: string) => {
      reads.push(name);
      const asked = parseReference(name);
      const found = images.find((candidate) => {
        const known = parseReference(candidate.name ?? '');
        const sameRepository = known.registry === asked.registry && known.repository === asked.repository;
        const digest = asked.digest;
        const same =
          digest === null ? known.tag === asked.tag : candidate.root === digest || candidate.manifest === digest;
        return sameRepository && same && candidate.platform === platform;
      });
      return found ?? null;
    },
    announce: () => undefined,
    readProvenance: async (facts) => facts.provenance,
  };
}
