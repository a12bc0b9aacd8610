import { isUtf8 } from 'node:buffer';
import {
  type BuildTarget,
  type CanonicalName,
  formatPlatform,
  type Platform,
  parsePlatform,
  type ScanResult,
  type Unknown,
} from '../../model/index.ts';
import { parseInstructionLines } from '../instruction/instruction-lines.ts';
import { platformArguments, readPlatform } from '../stage/build-platform.ts';
import { evaluateGlobals } from '../stage/global-arguments.ts';
import { NamedContexts } from '../stage/named-contexts.ts';
import { namesOfStages } from '../stage/stage-names.ts';
import { groupStages, type StagedDockerfile } from '../stage/stages.ts';
import { releaseOf } from '../text/frontend-release.ts';
import { placed } from '../text/invalid-dockerfile.ts';
import { decodeSource } from '../text/source-lines.ts';
import { type BuildGraph, buildGraph } from './build-graph.ts';
import { refuseCheckOptions } from './check-options.ts';
import { type AddedSource, checkSteps } from './check-steps.ts';
import { collectResult } from './collect-result.ts';
import { findFrontend } from './frontend.ts';

export interface ScanInput {
  readonly target: BuildTarget;
  /** The Dockerfile's bytes. */
  readonly source: Uint8Array;
  /** The Dockerfile as the user named it. */
  readonly file: string;
  /** The builder's own platform, which is built for where none is asked for. */
  readonly defaultPlatform: string;
  /** The version of its BuildKit, where it is known. */
  readonly buildkit?: string | null;
  /** ONBUILD triggers of images that were looked up already; scan again once more are known. */
  readonly onbuild?: ReadonlyMap<CanonicalName, readonly string[]>;
}

/** Characters that all variables of one scan may expand to together. */
const expansionBudget = 8 * 1024 * 1024;

/**
 * The images that BuildKit would pull for this target, with every place that asks for them.
 * With a frontend that is not Docker's own only that frontend is listed, and `unknown` says so.
 * @throws VerifyError `dockerfile.invalid` with the place, where BuildKit would refuse the Dockerfile
 */
export function scanDockerfile(input: ScanInput): ScanResult {
  const { target, file } = input;
  const machine = parsePlatform(input.defaultPlatform);
  const text = decodeSource(input.source, file);
  const contexts = placed({ file }, () => new NamedContexts(target.namedContexts));
  const { buildkit = null } = input;
  const chosen = { given: target.buildArguments, contexts, machine, buildkit };
  const frontend = placed({ file }, () => findFrontend(text, file, chosen));
  const unknown: Unknown[] = [];
  const graphs: BuildGraph[] = [];
  const added: AddedSource[] = [];
  let stages: readonly string[] = [];
  if (frontend?.custom === true) unknown.push({ reason: 'custom-frontend', line: frontend.line });
  else {
    if (frontend === null) refuseCheckOptions(text, file, target.buildArguments);
    const release = releaseOf(frontend, buildkit);
    const dockerfile = groupStages(parseInstructionLines(text, file, release), file);
    stages = namesOfStages(dockerfile);
    const budget = { left: expansionBudget };
    for (const platform of targetPlatforms(input, machine)) {
      const { graph, added: more } = scanPlatform(input, dockerfile, contexts, machine, platform, budget);
      graphs.push(graph);
      added.push(...more);
    }
  }
  const unread = unknown.length === 0 ? [] : contexts.withoutImages();
  return placed({ file }, () => collectResult({ target, machine, frontend, graphs, added, unknown, unread, stages }));
}

/**
 * What is known of a target whose Dockerfile cannot be read before the build: nothing of images, and of named contexts that whatever
 * reads the file may ask for each of them.
 * @throws VerifyError `dockerfile.invalid` for a named context that buildx would refuse
 */
export function scanUnread(target: BuildTarget, reason: Unknown['reason'], defaultPlatform: string): ScanResult {
  const machine = parsePlatform(defaultPlatform);
  const unread = new NamedContexts(target.namedContexts).withoutImages();
  const unknown = [{ reason, line: null }];
  return collectResult({ target, machine, frontend: null, graphs: [], added: [], unknown, unread, stages: [] });
}

function targetPlatforms(input: ScanInput, machine: Platform): readonly Platform[] {
  const written = input.target.platforms.map((text) => text.trim()).filter((text) => text !== '');
  if (written.length === 0) return [machine];
  const platforms = written.map((text) =>
    text.toLowerCase() === 'local' ? machine : placed({ file: input.file }, () => readPlatform(text, machine)),
  );
  return [...new Map(platforms.map((platform) => [formatPlatform(platform), platform])).values()];
}

function scanPlatform(
  input: ScanInput,
  dockerfile: StagedDockerfile,
  contexts: NamedContexts,
  machine: Platform,
  platform: Platform,
  budget: { left: number },
): { readonly graph: BuildGraph; readonly added: readonly AddedSource[] } {
  const { target } = input;
  const stageName = target.stage || (dockerfile.stages.at(-1)?.from.name?.toLowerCase() ?? '');
  const predefined = platformArguments(machine, platform, stageName);
  const globals = evaluateGlobals(dockerfile, predefined, target.buildArguments, budget);
  const graph = buildGraph({
    dockerfile,
    contexts,
    globals: (name) => globals.get(name) ?? null,
    targetPlatform: platform,
    machine,
    target: target.stage,
    onbuild: input.onbuild ?? new Map(),
    budget,
  });
  const { escape: escapeToken } = dockerfile;
  const malformed = !isUtf8(input.source);
  const given = { globals, buildArguments: target.buildArguments, escape: escapeToken, malformed, budget };
  return { graph, added: checkSteps({ graph, ...given }) };
}
