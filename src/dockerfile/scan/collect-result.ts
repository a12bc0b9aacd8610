import {
  type BuildTarget,
  type CanonicalName,
  type ContextReplacement,
  formatPlatform,
  type ImageUse,
  type Platform,
  parseCanonicalName,
  type ScanResult,
  type Unknown,
  type Use,
} from '../../model/index.ts';
import type { NamedContext } from '../stage/named-contexts.ts';
import { nearStage } from '../stage/near-stage.ts';
import type { NamingInstruction } from '../stage/stage-state.ts';
import type { BuildGraph, NamedContent, NamedImage } from './build-graph.ts';
import type { AddedSource } from './check-steps.ts';
import { collectSources } from './collect-sources.ts';
import type { Frontend } from './frontend.ts';

export interface CollectedGraphs {
  readonly target: BuildTarget;
  readonly machine: Platform;
  readonly frontend: Frontend | null;
  /** One for each platform. */
  readonly graphs: readonly BuildGraph[];
  /** What ADD asks for. */
  readonly added: readonly AddedSource[];
  readonly unknown: readonly Unknown[];
  /** Contexts without images that may be used by a part of the build which cannot be read here. */
  readonly unread: readonly NamedContext[];
  /** The names of the Dockerfile's stages. */
  readonly stages: readonly string[];
}

/** Puts together what the builds of all platforms ask for: each image once, sorted by name, with every use. */
export function collectResult(findings: CollectedGraphs): ScanResult {
  const { target, frontend, graphs } = findings;
  const images = new ImageList(findings.stages);
  const replacements = new ReplacementList();
  const machine = formatPlatform(findings.machine);
  if (frontend !== null) addFrontend(frontend, target.name, machine, images, replacements);
  for (const graph of graphs) {
    for (const request of graph.images) images.addRequest(request, target.name);
    for (const request of graph.contents) replacements.addRequest(request, target.name);
  }
  for (const context of findings.unread)
    replacements.add(context, outsideOfFile('context', target.name), { certain: false });
  if (target.sbomGenerator !== null) {
    const use = outsideOfFile('sbom-generator', target.name);
    images.add(parseCanonicalName(target.sbomGenerator), target.sbomGenerator, machine, use);
  }
  return {
    images: images.sorted(),
    cacheImports: target.cacheImports,
    unknown: findings.unknown,
    replacements: replacements.sorted(),
    ...sourcesOf(findings),
    ...runtimeBasesOf(target.name, graphs),
  };
}

function sourcesOf(findings: CollectedGraphs): Pick<ScanResult, 'sources'> {
  const sources = collectSources(findings);
  return sources.length === 0 ? {} : { sources };
}

function runtimeBasesOf(target: string, graphs: readonly BuildGraph[]): Pick<ScanResult, 'runtimeBases'> {
  const names = new Set(graphs.flatMap(({ runtimeBase }) => runtimeBase ?? []));
  return names.size === 0 ? {} : { runtimeBases: [...names].map((name) => ({ target, name })) };
}

function addFrontend(
  frontend: Frontend,
  target: string,
  platform: string,
  images: ImageList,
  replacements: ReplacementList,
): void {
  const { place, context } = frontend;
  const use: Use = { ...outsideOfFile('frontend', target), ...place };
  if (frontend.name !== null) images.add(frontend.name, frontend.written, platform, use);
  else if (context !== null) replacements.add(context, use, { certain: true });
}

function outsideOfFile(kind: Use['kind'], target: string): Use {
  return { kind, target, stage: null, file: null, line: null, column: null };
}

function useOf(namedBy: NamingInstruction, target: string): Use {
  const { file, line, column } = namedBy.place;
  return { kind: namedBy.kind, target, stage: namedBy.stage, file, line, column };
}

function useKey({ kind, stage, line, column }: Use): string {
  return JSON.stringify([kind, stage, line, column]);
}

function byPlace(left: Use, right: Use): number {
  const infinite = Number.MAX_SAFE_INTEGER;
  return (left.line ?? infinite) - (right.line ?? infinite) || (left.column ?? 0) - (right.column ?? 0);
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

/** Pairs of an image and a stage whose names are compared for a hint: a file that has more must not take minutes for it. */
const mostCompared = 100_000;

/** Images by name, each use once. */
class ImageList {
  readonly #images = new Map<
    CanonicalName,
    { platforms: Set<string>; uses: Map<string, { use: Use; written: string }> }
  >();
  readonly #stages: readonly string[];

  constructor(stages: readonly string[]) {
    this.#stages = stages;
  }

  add(name: CanonicalName, written: string, platform: string, use: Use): void {
    const entry = this.#images.get(name) ?? { platforms: new Set(), uses: new Map() };
    this.#images.set(name, entry);
    entry.platforms.add(platform);
    const key = useKey(use);
    if (!entry.uses.has(key)) entry.uses.set(key, { use, written });
  }

  /** An image that a named context brings in was asked for on the command line. */
  addRequest({ name, platform, namedBy, context }: NamedImage, target: string): void {
    const own = useOf(namedBy, target);
    const use = context === null ? own : { ...own, file: null, line: null, column: null };
    this.add(name, namedBy.written, formatPlatform(platform), use);
  }

  sorted(): readonly ImageUse[] {
    const stages = this.#images.size * this.#stages.length > mostCompared ? [] : this.#stages;
    const images = [...this.#images].map(([name, { platforms, uses }]) => {
      const sorted = [...uses.values()].sort((left, right) => byPlace(left.use, right.use));
      const written = sorted[0]?.written ?? name;
      const asked = sorted.map(({ use }) => use);
      const near = nearStage(written, asked, stages);
      const meant = near === null ? {} : { nearStage: near };
      return { name, written, platforms: [...platforms].sort(), uses: asked, ...meant };
    });
    return images.sort((left, right) => compareText(left.name, right.name));
  }
}

/** Contexts that put something else in place of an image. */
class ReplacementList {
  readonly #contexts = new Map<NamedContext, { certain: boolean; uses: Map<string, Use> }>();

  add(context: NamedContext, use: Use, { certain }: { readonly certain: boolean }): void {
    const entry = this.#contexts.get(context) ?? { certain: context.qualified, uses: new Map() };
    this.#contexts.set(context, entry);
    entry.certain ||= certain;
    entry.uses.set(useKey(use), use);
  }

  addRequest({ context, namedBy, inFrom }: NamedContent, target: string): void {
    this.add(context, useOf(namedBy, target), { certain: inFrom });
  }

  sorted(): readonly ContextReplacement[] {
    const replacements = [...this.#contexts].map(([context, { certain, uses }]) => ({
      name: context.name,
      image: context.image,
      value: context.value,
      qualified: context.qualified,
      certain,
      uses: [...uses.values()].sort(byPlace),
    }));
    return replacements.sort((left, right) => compareText(left.name, right.name));
  }
}
