import type { JudgedImage } from '../../../src/gate/examine/judge/judged-image.ts';
import type { CanonicalName, Decision, ResolvedImage, Use, UseKind } from '../../../src/model/index.ts';
import { digestFor } from '../records/support.ts';

/** One place of a Dockerfile where an image is used. */
export function usedAs(kind: UseKind, target = 'default'): Use {
  return { kind, target, stage: '0', file: 'Dockerfile', line: 1, column: 1 };
}

const name = 'docker.io/library/app:1' as CanonicalName; // canonical as it stands

/** An image as a registry has it, for one platform. */
export function resolvedImage(more: Partial<ResolvedImage> = {}): ResolvedImage {
  return {
    name,
    root: { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: digestFor('app'), size: 1 },
    children: [],
    platforms: [{ platform: 'linux/amd64', digest: digestFor('app') }],
    source: 'registry',
    onbuild: {},
    chainIds: {},
    ...more,
  };
}

/** `app:1`, let through by its signature unless said otherwise. */
export function judgedImage(
  more: Partial<Omit<JudgedImage, 'decision' | 'use'>> & {
    readonly decision?: Partial<Decision>;
    readonly uses?: readonly Use[];
  } = {},
): JudgedImage {
  const { decision = {}, uses = [usedAs('from')], ...others } = more;
  return {
    use: { name, written: 'app:1', platforms: ['linux/amd64'], uses },
    resolved: resolvedImage(),
    client: null,
    failure: null,
    evidence: [],
    unsigned: [],
    unseen: [],
    lineage: [],
    ...others,
    decision: {
      status: 'allow',
      basis: 'signature',
      verified: true,
      decisions: [],
      findings: [],
      platformDigests: null,
      satisfiedBy: [],
      ...decision,
    },
  };
}
