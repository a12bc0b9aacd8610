import type { Mode } from '../../model/index.ts';
import { invalidIn, type PolicyScope } from '../policy-scope.ts';
import type { ClusterPolicy } from './cluster-policy.ts';

/** The ClusterImagePolicies of the files that a policy names. */
export async function readClusterPolicies(
  scope: PolicyScope,
  _globs: readonly string[],
  _mode: Mode,
): Promise<readonly ClusterPolicy[]> {
  throw invalidIn(scope, ['clusterImagePolicies'], 'ClusterImagePolicies cannot be read');
}
