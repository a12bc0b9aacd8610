import { readdir } from 'node:fs/promises';
import { basename, dirname, join, posix, resolve } from 'node:path';
import type { Mode } from '../../../model/index.ts';
import {
  type ClusterPolicy,
  imageValidatingKind,
  isClusterPolicyKind,
} from '../../language/compiled/cluster-policy.ts';
import { prepareCel } from '../../language/patterns/cel.ts';
import { matchesGlob } from '../../language/patterns/glob.ts';
import { invalidAt, validateDocument } from '../../language/schema/validate-document.ts';
import { parseYamlSources, type YamlSource } from '../../language/schema/yaml-source.ts';
import type { MaterialCollector } from '../files/material-collector.ts';
import { invalidIn, namedIn, type PolicyScope, readNamedFile, relativeHint } from '../files/policy-scope.ts';
import { ClusterObjects, isClusterObject } from './cluster-objects.ts';
import { clusterImagePolicySchema } from './cluster-schema.ts';
import { type ClusterPlace, compileClusterPolicy } from './compile-cluster-policy.ts';
import { compileImageValidating } from './compile-image-validating.ts';
import { imageValidatingSchema } from './image-validating-schema.ts';

const mostFiles = 1_000;

/** What a policy says about the ClusterImagePolicies that it names. */
export interface ClusterModes {
  /** `--mode`. */
  readonly option: Mode | null;
  /** The mode of the policy that names them. */
  readonly file: Mode;
  /** Whether that policy lets opa evaluate Rego. */
  readonly rego: boolean;
}

/** What the files hold that a policy names. */
export interface ClusterFiles {
  readonly policies: readonly ClusterPolicy[];
  /** What the admission controller's own configuration says of images that none of them matches; null where it is not there. */
  readonly noMatch: 'deny' | 'warn' | 'allow' | null;
}

interface ReadFile {
  readonly named: string;
  readonly sources: readonly YamlSource[];
}

/**
 * The ClusterImagePolicies of the files that a policy names, with the Secrets, ConfigMaps and TrustRoots beside them;
 * wildcards stand in the last part of a path only.
 * @throws VerifyError `policy.invalid` with the place
 */
export async function readClusterPolicies(
  scope: PolicyScope,
  globs: readonly string[],
  modes: ClusterModes,
): Promise<ClusterFiles> {
  const files = new Map<string, ReadFile>();
  for (const [index, glob] of globs.entries()) {
    const path = ['clusterImagePolicies', index];
    for (const named of await filesOf(scope, path, glob)) {
      const { bytes, folder } = await readNamedFile(scope, path, named);
      const file = join(folder, basename(named)); // one file may be named in several ways
      if (!files.has(file)) files.set(file, { named, sources: parseObjects(bytes, named) });
    }
  }
  const read = [...files.values()];
  if (read.some(({ sources }) => sources.some(({ value }) => kindOf(value) === imageValidatingKind)))
    await prepareCel();
  const objects = new ClusterObjects(read.flatMap(({ sources }) => sources.map(({ value }) => value)));
  const places = { modeOption: modes.option, fileMode: modes.file, layer: scope.layer, rego: modes.rego };
  return {
    policies: read.flatMap(({ named, sources }) =>
      compileObjects(sources, { ...places, policy: named }, scope.material, objects),
    ),
    noMatch: objects.noMatchPolicy(),
  };
}

async function filesOf(scope: PolicyScope, path: readonly PropertyKey[], glob: string): Promise<readonly string[]> {
  if (!glob.includes('*')) return [glob];
  const folder = dirname(glob);
  if (folder.includes('*')) throw invalidIn(scope, path, 'wildcards stand in the last part of the path only');
  const names = await namesIn(scope, path, folder);
  const found = names.filter((name) => !name.startsWith('.') && matchesGlob(basename(glob), name)).sort();
  if (found.length === 0) throw invalidIn(scope, path, `no file matches ${glob}`, relativeHint(scope));
  if (found.length > mostFiles) throw invalidIn(scope, path, `more than ${mostFiles} files match ${glob}`);
  return found.map((name) => (scope.carried === undefined ? join(folder, name) : posix.join(folder, name)));
}

async function namesIn(scope: PolicyScope, path: readonly PropertyKey[], folder: string): Promise<readonly string[]> {
  const { carried } = scope;
  if (carried !== undefined) {
    const inside = posix.join(scope.folder, folder);
    return [...carried.keys()].filter((file) => posix.dirname(file) === inside).map((file) => posix.basename(file));
  }
  return await readdir(resolve(scope.folder, folder)).catch(() => {
    throw invalidIn(scope, path, `the folder ${namedIn(scope, folder)} cannot be read`);
  });
}

/**
 * The ClusterImagePolicies in the bytes of one file. What they refer to has to stand in it too; other Kubernetes objects
 * beside them are left alone.
 * @throws VerifyError `policy.invalid` with the place, where the admission controller would refuse one
 */
export function parseClusterPolicies(
  bytes: Uint8Array,
  place: Omit<ClusterPlace, 'line'>,
  material: MaterialCollector,
): readonly ClusterPolicy[] {
  const sources = parseObjects(bytes, place.policy);
  return compileObjects(sources, place, material, new ClusterObjects(sources.map(({ value }) => value)));
}

function parseObjects(bytes: Uint8Array, named: string): readonly YamlSource[] {
  const sources = parseYamlSources(bytes, named).map(withoutNulls);
  if (sources.some(({ value }) => isClusterPolicyKind(kindOf(value)) || isClusterObject(value))) return sources;
  throw invalidAt(
    named,
    { line: 1, column: 1 },
    'it holds no ClusterImagePolicy, no ImageValidatingPolicy, and nothing that one refers to',
  );
}

function compileObjects(
  sources: readonly YamlSource[],
  place: Omit<ClusterPlace, 'line'>,
  material: MaterialCollector,
  objects: ClusterObjects,
): readonly ClusterPolicy[] {
  const policies = sources.filter((source) => isClusterPolicyKind(kindOf(source.value)));
  return policies.map((source) => {
    if (kindOf(source.value) === imageValidatingKind) {
      const validated = validateDocument(source, imageValidatingSchema);
      return compileImageValidating(validated, { ...place, line: source.placeOf([]).line }, material);
    }
    const document = validateDocument(source, clusterImagePolicySchema);
    return compileClusterPolicy(document, { ...place, line: source.placeOf([]).line }, material, objects);
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
