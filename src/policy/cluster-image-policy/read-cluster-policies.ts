import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Mode } from '../../model/index.ts';
import { matchesGlob } from '../glob.ts';
import type { MaterialCollector } from '../material-collector.ts';
import { invalidIn, type PolicyScope, readNamedFile } from '../policy-scope.ts';
import { invalidAt, validateDocument } from '../validate-document.ts';
import { parseYamlSources, type YamlSource } from '../yaml-source.ts';
import type { ClusterPolicy } from './cluster-policy.ts';
import { clusterImagePolicySchema } from './cluster-schema.ts';
import { type ClusterPlace, compileClusterPolicy } from './compile-cluster-policy.ts';

const mostFiles = 1_000;

/** The modes that apply to the ClusterImagePolicies of a policy. */
export interface ClusterModes {
  /** `--mode`. */
  readonly option: Mode | null;
  /** The mode of the policy that names them. */
  readonly file: Mode;
}

/**
 * The ClusterImagePolicies of the files that a policy names; wildcards stand in the last part of a path only.
 * @throws VerifyError `policy.invalid` with the place
 */
export async function readClusterPolicies(
  scope: PolicyScope,
  globs: readonly string[],
  modes: ClusterModes,
): Promise<readonly ClusterPolicy[]> {
  const policies: ClusterPolicy[] = [];
  for (const [index, glob] of globs.entries()) {
    const path = ['clusterImagePolicies', index];
    for (const file of await filesOf(scope, path, glob)) {
      const { bytes } = await readNamedFile(scope, path, file);
      policies.push(
        ...parseClusterPolicies(
          bytes,
          { policy: file, modeOption: modes.option, fileMode: modes.file },
          scope.material,
        ),
      );
    }
  }
  return policies;
}

async function filesOf(scope: PolicyScope, path: readonly PropertyKey[], glob: string): Promise<readonly string[]> {
  if (!glob.includes('*')) return [glob];
  const folder = dirname(glob);
  if (folder.includes('*')) throw invalidIn(scope, path, 'wildcards stand in the last part of the path only');
  const names = await readdir(resolve(scope.folder, folder)).catch(() => {
    throw invalidIn(scope, path, `the folder ${resolve(scope.folder, folder)} cannot be read`);
  });
  const found = names.filter((name) => !name.startsWith('.') && matchesGlob(basename(glob), name)).sort();
  if (found.length === 0)
    throw invalidIn(scope, path, `no file matches ${glob}`, `paths are relative to ${scope.folder}`);
  if (found.length > mostFiles) throw invalidIn(scope, path, `more than ${mostFiles} files match ${glob}`);
  return found.map((name) => join(folder, name));
}

/**
 * The ClusterImagePolicies in the bytes of a file. Other Kubernetes objects beside them are left alone.
 * @throws VerifyError `policy.invalid` with the place, where the admission controller would refuse one
 */
export function parseClusterPolicies(
  bytes: Uint8Array,
  place: Omit<ClusterPlace, 'line'>,
  material: MaterialCollector,
): readonly ClusterPolicy[] {
  const sources = parseYamlSources(bytes, place.policy).map(withoutNulls);
  const policies = sources.filter((source) => kindOf(source.value) === 'ClusterImagePolicy');
  if (policies.length === 0) throw invalidAt(place.policy, { line: 1, column: 1 }, 'it holds no ClusterImagePolicy');
  return policies.map((source) => {
    const document = validateDocument(source, clusterImagePolicySchema);
    return compileClusterPolicy(document, { ...place, line: source.placeOf([]).line }, material);
  });
}

function kindOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'kind' in value ? value.kind : null;
}

/** In Kubernetes a null is a field that is not there. */
function withoutNulls(source: YamlSource): YamlSource {
  return { ...source, value: prune(source.value) };
}

function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(prune);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, prune(inner)]])),
  );
}
