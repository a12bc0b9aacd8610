import { resolve } from 'node:path';
import {
  type Environment,
  type Mode,
  namedFrom,
  type PolicyLayerName,
  type ReportPolicy,
  VerifyError,
} from '../../../model/index.ts';
import type { CacheImportSetting, LockFile, PolicyLayer, PolicySet } from '../../language/compiled/policy-set.ts';
import type { PublisherCatalogue } from '../../publishers/publisher-catalogue.ts';
import { builtinName, builtinPublishers, builtinRules, builtinSha256 } from '../compile/builtin-policy.ts';
import { type ExtensionSource, type PolicyExtension, unavailable } from '../compile/extended-policy.ts';
import { findProjects, type ProjectFiles } from '../files/find-project.ts';
import { lookalikeError } from '../files/lookalike.ts';
import { MaterialCollector } from '../files/material-collector.ts';
import { machineFolderOf, machinePolicies, type PolicyPath, userPolicies } from '../files/policy-folder.ts';
import { readLock } from '../files/read-lock.ts';
import { mergeCacheImports, strictestSetting } from './merge-settings.ts';
import { type LoadedPolicy, readPolicyFile } from './read-policy-file.ts';
import { refuseEndless, refuseLoosening } from './refused-policies.ts';

/** Which policies a run reads. */
export interface PolicyRequest {
  readonly environment: Environment;
  /** `--policy`, as written. */
  readonly commandLine: readonly string[];
  /** The folder where the search for the project's policy begins; null for none at all. */
  readonly projectFrom: string | null;
  /** `--mode`. */
  readonly mode: Mode | null;
  /** `--verify-break-glass`; null or left out where it was not said. */
  readonly breakGlass?: string | null;
  /** Left out: now. */
  readonly now?: Date;
  /** Instead of the machine's own; null for none at all. */
  readonly machineFolder?: string | null;
  /** Gives the policies that others extend; null leaves them out, and without it they are an error. */
  readonly extensions?: ExtensionSource | null;
}

/** What is carried from one layer to those after it, and gathered on the way. */
interface Progress {
  readonly request: PolicyRequest;
  readonly material: MaterialCollector;
  /** Whose folder holds the lock: the first that has a policy. */
  readonly project: ProjectFiles | null;
  /** The policies of the project, absolute: of the folder itself, and of where a link to it lies. */
  readonly projectPolicies: readonly string[];
  readonly layers: PolicyLayer[];
  readonly reports: ReportPolicy[];
  readonly loaded: LoadedPolicy[];
  /** Those of `loaded` that are the machine's. */
  readonly machine: LoadedPolicy[];
  publishers: PublisherCatalogue;
  mirrors: PolicyLayer['mirrors'];
  projectLock: LockFile | null;
}

/**
 * Reads every policy in force, in the order of the layers (docs/contracts.md, Policies).
 * @throws VerifyError `policy.invalid`, `policy.unreadable`, `policy.unsafe`, `lock.invalid`, `usage.loosens`
 */
export async function loadPolicies(request: PolicyRequest): Promise<PolicySet> {
  const { environment } = request;
  const progress = await begin(request);
  const folder = machineFolderOf(request.machineFolder, environment);
  if (folder !== null) await addLayer(progress, 'machine', await machinePolicies(folder, environment.userId));
  await addLayer(progress, 'user', await userPolicies(environment));
  for (const named of request.commandLine)
    await addLayer(progress, 'command-line', [{ path: resolve(environment.workingDirectory, named), named }]);
  // A project's trusted root or mirror never serves the built-in policy: a project cannot switch it off.
  const trusted = {
    mirrors: progress.mirrors,
    trustedRoots: progress.material.trustedRootIds(),
    timestampAuthorities: progress.material.timestampAuthorityIds(),
  };
  for (const policy of progress.projectPolicies)
    await addLayer(progress, 'project', [projectPath(policy, environment)]);
  if (!progress.loaded.some((loaded) => loaded.builtinOff)) addBuiltin(progress, trusted);
  // also where no rule asks for it: without a network it names the digests to use
  await projectLockOf(progress);
  return finish(progress);
}

async function begin(request: PolicyRequest): Promise<Progress> {
  const { environment, projectFrom } = request;
  const material = new MaterialCollector();
  const start = projectFrom === null ? null : resolve(environment.workingDirectory, projectFrom);
  const { homeDirectory, userId } = environment;
  const projects = start === null ? [] : await findProjects(start, homeDirectory, userId);
  refuseLookalike(request, projects);
  const publishers = await builtinPublishers(material);
  return {
    request,
    material,
    project: projects.find(({ policy }) => policy !== null) ?? projects[0] ?? null,
    projectPolicies: projects.map(({ policy }) => policy).filter((policy) => policy !== null),
    layers: [],
    reports: [],
    loaded: [],
    machine: [],
    publishers,
    mirrors: [],
    projectLock: null,
  };
}

/** Refuses a file that was surely meant for the project's policy or lock, unless the command line names that very file. */
function refuseLookalike({ environment, commandLine }: PolicyRequest, projects: readonly ProjectFiles[]): void {
  const named = commandLine.map((path) => resolve(environment.workingDirectory, path));
  const found = projects.map(({ lookalike }) => lookalike).find((each) => each !== null && !named.includes(each.path));
  if (found !== undefined && found !== null)
    throw lookalikeError(projectPath(found.path, environment).named, found.meant);
}

/** As the user would write it in the current folder, so that a report is the same wherever the project was cloned to. */
function projectPath(path: string, environment: Environment): PolicyPath {
  return { path, named: namedFrom(environment.workingDirectory, path) };
}

async function addLayer(progress: Progress, layer: PolicyLayerName, files: readonly PolicyPath[]): Promise<void> {
  const { material, request } = progress;
  const loaded: LoadedPolicy[] = [];
  for (const file of files) {
    const policy = await readPolicyFile({
      ...file,
      layer,
      material,
      publishers: progress.publishers,
      mode: request.mode,
    });
    if (policy === null) {
      if (layer === 'machine') continue; // A catalogue beside the machine's policies, which name it.
      throw new VerifyError('policy.invalid', `${file.named}: a catalogue of publishers is no policy`, {
        place: { file: file.named },
        hint: 'name it in a policy: publishers: FILE',
      });
    }
    takeIn(progress, layer, policy);
    loaded.push(policy, ...(await extendedBy(progress, layer, policy)));
  }
  progress.loaded.push(...loaded);
  if (layer === 'machine') progress.machine.push(...loaded);
  if (loaded.length > 0) progress.layers.push(await layerOf(progress, layer, loaded));
}

function takeIn(progress: Progress, layer: PolicyLayerName, policy: LoadedPolicy): void {
  refuseLoosening(progress.request.mode, policy);
  refuseEndless(progress.request.now ?? new Date(), policy);
  progress.publishers = policy.publishers;
  progress.mirrors = [...progress.mirrors, ...policy.compiled.mirrors];
  progress.reports.push({ layer, source: policy.named, sha256: policy.sha256 });
}

/** The policies that a file extends: further files of its layer, which stand behind it. */
async function extendedBy(
  progress: Progress,
  layer: PolicyLayerName,
  { extensions }: LoadedPolicy,
): Promise<readonly LoadedPolicy[]> {
  const loaded: LoadedPolicy[] = [];
  for (const extension of progress.request.extensions === null ? [] : extensions) {
    const policy = await readExtended(progress, layer, extension);
    takeIn(progress, layer, policy);
    loaded.push(policy);
  }
  return loaded;
}

async function readExtended(
  progress: Progress,
  layer: PolicyLayerName,
  extension: PolicyExtension,
): Promise<LoadedPolicy> {
  const { material, request, publishers } = progress;
  const { from } = extension;
  if (typeof request.extensions !== 'function') throw unavailable(from, 'this command fetches none');
  const fetched = await request.extensions(extension);
  const { workingDirectory: path } = request.environment;
  const policy = await readPolicyFile({ path, named: from, layer, material, publishers, mode: request.mode, fetched });
  if (policy === null) throw unavailable(from, 'it is a catalogue of publishers, and no policy');
  return policy;
}

/** Which policy keeps a run from going on in an emergency; null where none does. A machine's policy that says nothing does. */
function breakGlassDeniedBy({ loaded }: Progress, machine: readonly LoadedPolicy[]): string | null {
  const denied = loaded.find(({ compiled }) => compiled.breakGlass === 'deny');
  if (denied !== undefined) return denied.named;
  const isAllowed = machine.some(({ compiled }) => compiled.breakGlass === 'allow');
  return isAllowed ? null : (machine[0]?.named ?? null);
}

async function layerOf(
  progress: Progress,
  layer: PolicyLayerName,
  loaded: readonly LoadedPolicy[],
): Promise<PolicyLayer> {
  const compiled = loaded.map((policy) => policy.compiled);
  const rules = compiled.flatMap((policy) => policy.rules);
  const isOwned = layer === 'machine' || layer === 'user';
  const folder = isOwned ? (loaded[0]?.folder ?? null) : null;
  const needsLock = rules.some((rule) => rule.locked !== null || rule.maxAge !== null || rule.minAge !== null);
  const projectLock = needsLock ? await projectLockOf(progress) : null;
  return {
    layer,
    policies: loaded.map((policy) => policy.named),
    rules,
    default: strictestSetting(loaded.flatMap(({ compiled: policy, noMatch }) => [policy.default, noMatch])),
    local: compiled.flatMap((policy) => policy.local ?? []),
    cacheImports:
      mergeCacheImports(compiled.map((policy) => policy.cacheImports).filter((setting) => setting !== null)) ??
      unsaidCacheImports(loaded),
    contexts: compiled.flatMap((policy) => policy.contexts ?? []),
    mirrors: progress.mirrors,
    trustedRoots: progress.material.trustedRootIds(),
    timestampAuthorities: progress.material.timestampAuthorityIds(),
    ownLock: needsLock && folder !== null ? await readLock(folder) : projectLock,
    projectLock,
    clusterPolicies: loaded.flatMap((policy) => policy.clusterPolicies),
    exceptions: compiled.flatMap((policy) => policy.exceptions),
    sources: compiled.flatMap((policy) => policy.sources ?? []),
  };
}

/** The policies that say something themselves: one that does nothing but extend others leaves the mode to them. */
function saying(loaded: readonly LoadedPolicy[]): readonly LoadedPolicy[] {
  const own = loaded.filter(({ onlyExtends }) => !onlyExtends);
  return own.length === 0 ? loaded : own;
}

/** A layer that says nothing of caches denies them, which its mode may make a warning: another layer cannot loosen that. */
function unsaidCacheImports(loaded: readonly LoadedPolicy[]): CacheImportSetting | null {
  const [first, ...others] = saying(loaded);
  const said = [first, ...others].find((policy) => policy?.compiled.mode === 'enforce') ?? first;
  return said === undefined ? null : { verdict: 'deny', policy: said.named, mode: said.compiled.mode, from: [] };
}

async function projectLockOf(progress: Progress): Promise<LockFile | null> {
  if (progress.project === null) return null;
  const { folder } = progress.project;
  progress.projectLock ??= await readLock(folder, namedFrom(progress.request.environment.workingDirectory, folder));
  return progress.projectLock;
}

function addBuiltin(
  progress: Progress,
  trusted: Pick<PolicyLayer, 'mirrors' | 'trustedRoots' | 'timestampAuthorities'>,
): void {
  const mode = progress.request.mode ?? 'enforce';
  const isAlone = progress.layers.length === 0;
  progress.reports.push({ layer: 'builtin', source: builtinName, sha256: builtinSha256() });
  progress.layers.push({
    layer: 'builtin',
    policies: [builtinName],
    rules: builtinRules(progress.publishers, progress.request.mode),
    default: { verdict: 'warn', policy: builtinName, mode },
    local: [],
    // Without any policy caches keep working as they do today.
    cacheImports: isAlone ? { verdict: 'warn', policy: builtinName, mode, from: [] } : null,
    contexts: [],
    ...trusted,
    ownLock: null,
    projectLock: null,
    clusterPolicies: [],
    exceptions: [],
    sources: [],
  });
}

function finish(progress: Progress): PolicySet {
  const { request, layers, loaded, project } = progress;
  const locations = layers.flatMap(({ rules }) =>
    rules.flatMap((rule) => (rule.signatures === null ? [] : [{ ...rule.signatures, images: rule.images }])),
  );
  const modes = saying(loaded).map((policy) => policy.compiled.mode);
  const strictest = modes.length === 0 || modes.includes('enforce') ? 'enforce' : 'warn';
  return {
    mode: request.mode ?? strictest,
    sideMode: request.mode ?? (modes.length === 0 ? 'warn' : strictest),
    layers,
    reportPolicies: progress.reports,
    material: progress.material.material(),
    fetches: progress.material.fetches(),
    publishers: [...progress.publishers.values()],
    revocable: progress.material.revocable(),
    namesGithub: progress.material.namesGithub(),
    breakGlass:
      typeof request.breakGlass === 'string'
        ? { reason: request.breakGlass, deniedBy: breakGlassDeniedBy(progress, progress.machine) }
        : null,
    logs: loaded.flatMap(({ compiled }) => compiled.logs),
    records: loaded.every(({ compiled }) => compiled.records !== 'off'),
    recommend: loaded.flatMap(({ compiled }) => compiled.recommend),
    tokenServices: loaded.flatMap(({ compiled }) => compiled.tokenServices),
    signatureLocations: locations,
    projectLock: progress.projectLock,
    projectFolder: project?.folder ?? null,
  };
}
