import { stat } from 'node:fs/promises';
import { type Environment, isRecord, recordsOf, textOr, VerifyError } from '../../model/index.ts';
import type { DockerEndpoint } from '../engine/docker-context.ts';
import type { Engine } from '../engine/engine.ts';
import type { Programs } from '../programs/programs.ts';
import { buildkitVersionOfEngine, isAtLeast } from '../programs/versions.ts';
import type { BuilderChoice } from './builder-choice.ts';
import { type BuilderInspection, type BuilderNode, inspectBuilder, readBuildxVersion } from './builder-inspection.ts';
import type { FactCache } from './fact-cache.ts';
import { startNodes } from './start-nodes.ts';
import { readStoredBuilder } from './stored-builder.ts';

const minute = 60_000;
// what hangs on a version that is known with every run, and what may change unseen
const engineLifetime = 24 * 60 * minute;
const workerLifetime = 10 * minute;

/** The builder of a build: what it is, and whether it is new enough. */
export interface BuilderInfo {
  readonly name: string;
  /** `docker`, `docker-container`, `kubernetes`, `remote`, `cloud`, … */
  readonly driver: string;
  readonly buildxVersion: string;
  /** The address of the engine of the Docker context, which a node's endpoint may name by the context alone. */
  readonly host: string;
  /** The engine's version, for the docker driver; null for the others. */
  readonly engineVersion: string | null;
  readonly nodes: readonly BuilderNode[];
  /** What is built where no platform is asked for: the first node's own. */
  readonly platform: string;
}

export interface BuilderQuestion {
  readonly programs: Programs;
  readonly environment: Environment;
  readonly choice: BuilderChoice;
  readonly endpoint: DockerEndpoint;
  readonly engine: Engine;
  readonly cache: FactCache;
  /** Whether the build asks for platforms, so that buildx may spread it over all nodes; else it takes the first. */
  readonly everyNode: boolean;
  /** Called before a node is started that does not run yet, which may take minutes. */
  readonly onStart: () => void;
}

/** Tells a program from another one, and from what stood at its path before. */
export async function identityOf(program: string): Promise<readonly string[]> {
  const found = await stat(program).catch(() => null);
  // not when it was modified, which whoever puts a file there may say: package managers give all of theirs one time
  return [program, String(found?.size ?? 0), String(found?.ctimeMs ?? 0)];
}

/** Asks once and keeps the answer, which is a text that must not be empty. */
async function buildxVersion({ programs, environment, cache }: BuilderQuestion): Promise<string> {
  const key = ['buildx', ...(await identityOf(programs.buildx))];
  const kept = textOr(await cache.read(key, engineLifetime), '');
  if (kept !== '') return kept;
  const version = await readBuildxVersion(programs, environment);
  if (version !== '') await cache.write(key, version);
  return version;
}

function isInspection(value: unknown): value is BuilderInspection {
  return isRecord(value) && typeof value['driver'] === 'string' && recordsOf(value['nodes']).length > 0;
}

interface Known {
  readonly key: readonly string[];
  readonly lifetime: number;
  readonly engineVersion: string | null;
}

/** What tells a socket of this machine from one that another engine has put in its place; null for every other address. */
async function socketIdentity(host: string): Promise<readonly string[] | null> {
  if (!host.startsWith('unix://')) return null;
  const found = await stat(host.slice('unix://'.length)).catch(() => null);
  return found === null ? null : [String(found.dev), String(found.ino), String(found.ctimeMs)];
}

/** The engine's version; behind a socket that is still the same it is asked for again only when a worker's would be. */
async function engineVersionOf({ endpoint, engine, cache }: BuilderQuestion): Promise<string> {
  const socket = await socketIdentity(endpoint.host);
  const key = ['engine', endpoint.host, ...(socket ?? [])];
  const kept = socket === null ? '' : textOr(await cache.read(key, workerLifetime), '');
  if (kept !== '') return kept;
  const { version } = await engine.version();
  if (socket !== null && version !== '') await cache.write(key, version);
  return version;
}

/** What a builder's facts hang on: for the docker driver the engine's version, for others what buildx has stored of it. */
async function known(question: BuilderQuestion): Promise<Known | null> {
  const { environment, choice, endpoint } = question;
  if (choice.name === null) return null;
  const { host } = endpoint;
  const stored = await readStoredBuilder(environment, choice.name);
  if (stored !== null) return { key: [choice.name, host, stored.text], lifetime: workerLifetime, engineVersion: null };
  // buildx builds with another context's engine only where that is the current one
  if (choice.name !== endpoint.context) return null;
  const version = await engineVersionOf(question);
  return { key: [choice.name, host, version], lifetime: engineLifetime, engineVersion: version };
}

function withEngineVersion(node: BuilderNode, engineVersion: string | null): BuilderNode {
  if (engineVersion === null || node.buildkitVersion !== null) return node;
  return { ...node, buildkitVersion: buildkitVersionOfEngine(engineVersion) };
}

/** What buildx says of the builder, once the nodes run that the build may go to. */
async function inspectRunning(question: BuilderQuestion): Promise<BuilderInspection> {
  const { programs, environment, choice } = question;
  const inspection = await inspectBuilder(programs, environment, choice.name);
  const started = await startNodes(question, inspection);
  return started ? await inspectBuilder(programs, environment, choice.name) : inspection;
}

/**
 * Looks at the builder that a build will go to, and starts it where it does not run yet, as the build would. Costs one
 * request to the engine where the facts are known, and none where it was asked minutes ago behind the same socket.
 * @throws VerifyError `builder.unavailable`, `timeout`
 */
export async function builderInfo(question: BuilderQuestion): Promise<BuilderInfo> {
  const { cache, endpoint } = question;
  const [version, facts] = await Promise.all([buildxVersion(question), known(question)]);
  const key = ['builder', version, ...(facts?.key ?? [])];
  const kept = facts === null ? null : await cache.read(key, facts.lifetime);
  const inspection = isInspection(kept) ? kept : await inspectRunning(question);
  if (facts !== null && !isInspection(kept) && inspection.nodes.every(({ status }) => status === 'running')) {
    await cache.write(key, inspection);
  }
  let engineVersion = facts?.engineVersion ?? null;
  // a builder in use may be this context's engine under the name that buildx gave
  if (engineVersion === null && inspection.driver === 'docker' && inspection.name === endpoint.context) {
    engineVersion = await engineVersionOf(question);
  }
  const nodes = inspection.nodes.map((node) => withEngineVersion(node, engineVersion));
  return {
    name: inspection.name,
    driver: inspection.driver,
    buildxVersion: version,
    host: endpoint.host,
    engineVersion,
    nodes,
    platform: nodes.find(({ platforms }) => platforms.length > 0)?.platforms[0] ?? 'linux/amd64',
  };
}

/**
 * Refuses a builder whose version is known not to enforce a source policy as we write it: BuildKit before 0.12 looks at
 * no tag, buildx before 0.11 sends no policy. An unknown version is left to the probe.
 * @throws VerifyError `builder.unenforceable`
 */
export function refuseOldBuilder(info: BuilderInfo): void {
  if (isAtLeast(info.buildxVersion, 0, 11) === false) {
    throw new VerifyError(
      'builder.unenforceable',
      `buildx ${info.buildxVersion} sends no source policy to the builder`,
      {
        hint: 'update docker-buildx to 0.11 or later',
      },
    );
  }
  for (const node of info.nodes) {
    if (node.buildkitVersion === null || isAtLeast(node.buildkitVersion, 0, 12) !== false) continue;
    const engine = info.engineVersion === null ? '' : ` (Docker engine ${info.engineVersion})`;
    throw new VerifyError(
      'builder.unenforceable',
      `the builder "${info.name}" runs BuildKit ${node.buildkitVersion}${engine}, which does not hold images to a source policy`,
      { hint: 'update Docker to 25 or later, or the builder to BuildKit 0.12 or later' },
    );
  }
}
