import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import {
  isRecord,
  isVerifyError,
  type Mode,
  type PolicyLayerName,
  restated,
  VerifyError,
} from '../../../model/index.ts';
import { type ClusterPolicy, isClusterPolicyKind } from '../../language/compiled/cluster-policy.ts';
import type { Setting } from '../../language/compiled/policy-set.ts';
import type { PolicyDocument } from '../../language/schema/schema.ts';
import type { PublisherCatalogue } from '../../publishers/publisher-catalogue.ts';
import type { ClusterFiles, ClusterModes } from '../cluster-image-policy/read-cluster-policies.ts';
import { type CompiledPolicy, compilePolicy } from '../compile/compile-policy.ts';
import { addPublishers } from '../compile/compile-publishers.ts';
import { extensionsOf, type FetchedPolicy, type PolicyExtension } from '../compile/extended-policy.ts';
import type { MaterialCollector } from '../files/material-collector.ts';
import { invalidIn, type PolicyScope, readNamedFile } from '../files/policy-scope.ts';
import { readBytes } from '../files/safe-file.ts';

export interface PolicyFileRequest {
  /** Absolute. */
  readonly path: string;
  /** As named to the user. */
  readonly named: string;
  readonly layer: PolicyLayerName;
  readonly material: MaterialCollector;
  readonly publishers: PublisherCatalogue;
  /** `--mode`. */
  readonly mode: Mode | null;
  /** Of a policy that another one extends: what was fetched; left out for a file of this machine. */
  readonly fetched?: FetchedPolicy;
  /** Called with each file that it names and that is read. */
  readonly onFile?: (file: string, bytes: Uint8Array) => void;
}

/** A policy file that was read, with everything it names. */
export interface LoadedPolicy {
  readonly named: string;
  readonly folder: string;
  /** Of its bytes, hexadecimal. */
  readonly sha256: string;
  readonly compiled: CompiledPolicy;
  /** With the publishers that it adds. */
  readonly publishers: PublisherCatalogue;
  readonly builtinOff: boolean;
  readonly clusterPolicies: readonly ClusterPolicy[];
  /** The admission controller's `no-match-policy`, where its configuration stands beside them. */
  readonly noMatch: Setting | null;
  readonly extensions: readonly PolicyExtension[];
  /** Whether it says nothing itself, as the few lines do that bring an organisation's policy to a machine. */
  readonly onlyExtends: boolean;
  /** Of a policy that is published; null where it says none. */
  readonly serial: number | null;
}

/**
 * Reads one policy file; null for a catalogue of publishers, which is no policy.
 * @throws VerifyError `policy.invalid`, `policy.unreadable`
 */
export async function readPolicyFile(request: PolicyFileRequest): Promise<LoadedPolicy | null> {
  try {
    return await readPolicy(request);
  } catch (error) {
    throw request.layer === 'command-line' ? withItsCheck(error, request.named) : error;
  }
}

/** Of a policy that only the command line names, since `policy check` alone does not read it. */
function withItsCheck(error: unknown, named: string): unknown {
  if (!isVerifyError(error, 'policy.invalid') || error.hint !== null || error.place?.file !== named) return error;
  return restated(error, { hint: `mend it there; \`docker verify policy check ${named}\` says when it is valid` });
}

async function readPolicy(request: PolicyFileRequest): Promise<LoadedPolicy | null> {
  const { path, named, layer, material } = request;
  const bytes = request.fetched?.bytes ?? (await readBytes(path, named));
  // The language's definition and the YAML parser are loaded only where there is something to read.
  const [{ parseYamlSource }, { policySchema }, { validateDocument }] = await Promise.all([
    import('../../language/schema/yaml-source.ts'),
    import('../../language/schema/schema.ts'),
    import('../../language/schema/validate-document.ts'),
  ]);
  const source = parseYamlSource(bytes, named);
  if (isCatalogue(source.value)) return null;
  refuseOfOthers(source.value, named);
  const document = validateDocument(source, policySchema);
  const folder = dirname(path);
  const { fetched, onFile } = request;
  const place = fetched === undefined ? { folder } : { folder: '', carried: fetched.files };
  const more = onFile === undefined ? {} : { onFile };
  let scope: PolicyScope = {
    layer,
    policy: named,
    ...place,
    ...more,
    source,
    material,
    publishers: request.publishers,
  };
  if (fetched !== undefined) refuseFurther(scope, document);
  if (document.builtin === 'off' && layer === 'project')
    throw invalidIn(scope, ['builtin'], "builtin: off does not stand in a project's policy");
  if (document.tokenServices !== undefined && layer !== 'machine' && layer !== 'user')
    throw invalidIn(scope, ['tokenServices'], "tokenServices stands in a machine's or user's policy only");
  if (document.log !== undefined && layer !== 'machine')
    throw invalidIn(scope, ['log'], "log stands in a machine's policy only");
  if (document.records !== undefined && layer !== 'machine' && layer !== 'user')
    throw invalidIn(scope, ['records'], "records stands in a machine's or user's policy only");
  const files = typeof document.publishers === 'string' ? [document.publishers] : (document.publishers ?? []);
  for (const file of files) scope = { ...scope, publishers: await withPublishersOf(scope, file) };
  const compiled = await compilePolicy(scope, document, request.mode);
  const mode = request.mode ?? document.mode ?? 'enforce';
  const modes = { option: request.mode, file: mode, rego: document.rego === 'opa' };
  const cluster = await clusterFilesOf(scope, document.clusterImagePolicies ?? [], modes);
  return {
    named,
    folder,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    compiled,
    publishers: scope.publishers,
    builtinOff: document.builtin === 'off',
    clusterPolicies: cluster.policies,
    noMatch: cluster.noMatch === null ? null : { verdict: cluster.noMatch, policy: named, mode },
    extensions: await extensionsOf(scope, document),
    onlyExtends:
      document.extends !== undefined &&
      Object.keys(document).every((field) => ['version', 'serial', 'extends'].includes(field)),
    serial: document.serial ?? null,
  };
}

/** Refuses the policy of another tool by its name: its fields, taken for ours misspelt, would lead nowhere. */
function refuseOfOthers(value: unknown, named: string): void {
  if (!isRecord(value) || value['version'] === 1) return;
  const { kind, apiVersion } = value;
  const isOfCluster = typeof kind === 'string' && typeof apiVersion === 'string';
  const isOfTool = ['trustPolicies', 'transports', 'imagePolicies'].some((field) => field in value);
  if (!isOfCluster && !isOfTool) return;
  const what = isOfCluster ? `a ${kind} of a cluster` : 'a policy of another tool';
  throw new VerifyError('policy.invalid', `${named} is ${what}, and no policy of docker verify`, {
    place: { file: named },
    hint: isClusterPolicyKind(kind)
      ? `name it in one: clusterImagePolicies: ["${named}"]`
      : `docker verify policy convert ${named} says what it becomes`,
  });
}

/** What is extended may itself extend nothing. */
function refuseFurther(scope: PolicyScope, document: PolicyDocument): void {
  if (document.extends !== undefined)
    throw invalidIn(scope, ['extends'], 'extends does not stand in a policy that another one extends');
}

/** Whether a file holds publishers and nothing besides: one that says anything more is a policy, whatever else is wrong with it. */
function isCatalogue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('publishers' in value)) return false;
  const { publishers } = value;
  if (typeof publishers !== 'object' || publishers === null || Array.isArray(publishers)) return false;
  return Object.keys(value).every((field) => field === 'version' || field === 'publishers');
}

async function withPublishersOf(scope: PolicyScope, file: string): Promise<PublisherCatalogue> {
  const { parseYamlSource } = await import('../../language/schema/yaml-source.ts');
  const { publishersSchema } = await import('../../language/schema/publishers-schema.ts');
  const { validateDocument } = await import('../../language/schema/validate-document.ts');
  const { bytes, path, folder } = await readNamedFile(scope, ['publishers'], file);
  const source = parseYamlSource(bytes, path);
  const document = validateDocument(source, publishersSchema);
  return addPublishers({ ...scope, policy: path, folder, source }, document);
}

async function clusterFilesOf(
  scope: PolicyScope,
  globs: readonly string[],
  modes: ClusterModes,
): Promise<ClusterFiles> {
  if (globs.length === 0) return { policies: [], noMatch: null };
  const { readClusterPolicies } = await import('../cluster-image-policy/read-cluster-policies.ts');
  return await readClusterPolicies(scope, globs, modes);
}
