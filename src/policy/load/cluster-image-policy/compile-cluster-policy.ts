import type { Mode, PolicyLayerName } from '../../../model/index.ts';
import type { ClusterPolicy, Unsupported } from '../../language/compiled/cluster-policy.ts';
import type { MaterialCollector } from '../files/material-collector.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import type { ClusterImagePolicyDocument } from './cluster-schema.ts';
import { compileAuthority } from './compile-authority.ts';

/** Where a ClusterImagePolicy was read. */
export interface ClusterPlace {
  readonly policy: string;
  readonly line: number;
  /** `--mode`. */
  readonly modeOption: Mode | null;
  /** The mode of the policy that names it. */
  readonly fileMode: Mode;
  /** The layer of that policy. */
  readonly layer: PolicyLayerName;
  /** Whether that policy lets opa evaluate Rego; left out: it does not. */
  readonly rego?: boolean;
}

/**
 * A validated ClusterImagePolicy, with what cannot be evaluated named. Its keys and TrustRoots go into `material`.
 *
 * `match` chooses the Kubernetes resources that a policy is about. A build is no such resource, and its result may run in any, so
 * the policy is held against the image as if it ran in one that is chosen.
 */
export function compileClusterPolicy(
  document: ClusterImagePolicyDocument,
  place: ClusterPlace,
  material: MaterialCollector,
  objects: ClusterObjects,
): ClusterPolicy {
  const { spec, metadata } = document;
  const said = spec.mode === 'enforce' || spec.mode === 'warn' ? spec.mode : null;
  return {
    name: metadata.name,
    policy: place.policy,
    line: place.line,
    mode: place.modeOption ?? said ?? place.fileMode,
    saysEnforce: said === 'enforce',
    globs: spec.images.map((image) => image.glob),
    authorities: spec.authorities.map((authority, index) =>
      compileAuthority(authority, index, {
        at: `spec.authorities[${index}]`,
        layer: place.layer,
        rego: place.rego === true,
        material,
        objects,
        unsupported: [],
        stricter: [],
      }),
    ),
    unsupported: spec.policy === undefined ? [] : [specPolicy(spec.policy)],
  };
}

function specPolicy(policy: NonNullable<ClusterImagePolicyDocument['spec']['policy']>): Unsupported {
  const language = policy.type === 'rego' ? 'Rego' : 'CUE';
  const { includeSpec, includeObjectMeta, includeTypeMeta, fetchConfigFile } = policy;
  if (includeSpec === true || includeObjectMeta === true || includeTypeMeta === true)
    return { field: 'spec.policy', reason: `${language} over the Kubernetes resource, which a build has not` };
  const over = fetchConfigFile === true ? "the image's configuration" : 'what the authorities found';
  return { field: 'spec.policy', reason: `${language} over ${over}` };
}
