import { type CanonicalName, type Digest, type LineageLink, VerifyError } from '../model/index.ts';
import { baseClaims, fetchName } from './base-candidates.ts';
import { chooseBase, doubtOf, examineCandidates } from './choose-base.ts';
import { contradiction, type End, endInDoubt, endOfChain, unknown } from './end-of-chain.ts';
import type { ImageFacts, JudgeBase, LineageSource } from './image-facts.ts';
import { imageMaterials } from './provenance-materials.ts';

/** How deep a chain is followed; SLSA tools elsewhere stop at the same depth. */
export const deepestChain = 24;
const mostCandidates = 64;

/** An image that helped to build one of the chain without being its base. */
export interface BuildInput {
  readonly depth: number;
  readonly platform: string;
  readonly role: 'builder-stage' | 'frontend' | 'scanner';
  readonly name: CanonicalName | null;
  readonly digest: Digest | null;
}

export interface Lineage {
  readonly links: readonly LineageLink[];
  readonly inputs: readonly BuildInput[];
}

function inputsOf(
  facts: ImageFacts,
  depth: number,
  base: Digest | null,
  baseManifest: Digest | null,
): readonly BuildInput[] {
  const materials = facts.provenance.flatMap(imageMaterials);
  const others = materials.filter(
    ({ role, digest }) => role !== 'input' || (digest !== base && digest !== baseManifest),
  );
  const unique = new Map(others.map((material) => [`${material.role} ${material.name} ${material.digest}`, material]));
  return [...unique.values()].map(({ role, name, digest }) => ({
    depth,
    platform: facts.platform,
    role: role === 'input' ? ('builder-stage' as const) : role,
    name,
    digest,
  }));
}

interface Step {
  readonly link: LineageLink;
  readonly inputs: readonly BuildInput[];
  readonly next: ImageFacts | null;
}

/** Reads each image once. */
function rememberReads(source: LineageSource): LineageSource {
  const reads = new Map<string, ReturnType<LineageSource['readImage']>>();
  return {
    announce: (name, platform) => source.announce(name, platform),
    readProvenance: (facts) => source.readProvenance(facts),
    readImage: (name, platform) => {
      const begun = reads.get(name) ?? source.readImage(name, platform);
      reads.set(name, begun);
      return begun;
    },
  };
}

/** What annotations and labels name can be fetched while provenance is still on its way. */
function namesWithoutProvenance(facts: ImageFacts): readonly CanonicalName[] {
  const names = baseClaims(facts).candidates.slice(0, mostCandidates).map(fetchName);
  return [...new Set(names.filter((name) => name !== null))];
}

async function step(
  source: LineageSource,
  read: ImageFacts,
  depth: number,
  visited: ReadonlySet<Digest>,
): Promise<Step> {
  for (const name of namesWithoutProvenance(read)) source.readImage(name, read.platform).catch(() => undefined);
  const facts = { ...read, provenance: await source.readProvenance(read) };
  const place = { depth, platform: facts.platform };
  const { candidates, signedListIsComplete } = baseClaims(facts);
  const examined = await examineCandidates(source, facts, candidates.slice(0, mostCandidates));
  const chosen = chooseBase(examined, signedListIsComplete);
  const inputs = inputsOf(facts, depth, chosen?.facts.root ?? null, chosen?.facts.manifest ?? null);
  const ended = (end: End): Step => ({ link: { ...place, ...end, decisions: [], evidence: [] }, inputs, next: null });
  if (chosen === null) return ended(endOfChain(facts, examined));
  if (visited.has(chosen.facts.manifest))
    return ended(unknown(`${chosen.name} is its own base: the claims go round in a circle`));
  const doubt = doubtOf(examined, chosen, signedListIsComplete);
  if (doubt !== null) return ended(endInDoubt(chosen.name, doubt));
  source.announce(chosen.name, facts.platform);
  const contradicted = examined.find(({ candidate, content }) => candidate.exclusive && content === 'contradicted');
  const link: LineageLink = {
    ...place,
    kind: 'base',
    name: chosen.name,
    digest: chosen.facts.root,
    claim: chosen.claim,
    content: 'proven',
    status: 'allow',
    decisions: [],
    evidence: [],
    note: contradicted === undefined ? null : (contradiction(facts, contradicted).note ?? null),
  };
  return { link, inputs, next: chosen.facts };
}

/** What was found out above an accident stays known. */
async function stepOrFailure(...[source, facts, depth, visited]: Parameters<typeof step>): Promise<Step> {
  try {
    return await step(source, facts, depth, visited);
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    const end = unknown(error.message, { status: 'error' });
    const link = { depth, platform: facts.platform, ...end, decisions: [], evidence: [] };
    return { link, inputs: [], next: null };
  }
}

/**
 * The chain with what the policies make of every base, judged from the deepest up. Links that name no base keep their status.
 */
export async function judgeLineage(links: readonly LineageLink[], judge: JudgeBase): Promise<readonly LineageLink[]> {
  let below: readonly LineageLink[] = [];
  for (const link of links.toReversed()) {
    // what lies below is judged before what is built upon it
    // oxlint-disable-next-line no-await-in-loop
    // a base's name is canonical: it was made from a parsed reference
    const judged =
      link.kind === 'base' && link.name !== null
        ? { ...link, ...(await judge(link.name as CanonicalName, chainBelow(below, link.depth))) }
        : link;
    below = [judged, ...below];
  }
  return below;
}

/** A chain as it looks from a base at `depth` in it: the links below that one, counted from it. */
function chainBelow(links: readonly LineageLink[], depth: number): readonly LineageLink[] {
  return links.filter((link) => link.depth > depth).map((link) => ({ ...link, depth: link.depth - depth }));
}

/**
 * The chain of bases of one image for one platform, from the nearest base down to scratch or to the last known one, not yet judged.
 * `depth` bounds it (1: the nearest base alone); what lies below the bound is not reported.
 * A parent that is gone is a link of kind `unknown`, and so is one that cannot be read, with status `error`.
 */
export async function traceLineage(
  source: LineageSource,
  image: ImageFacts,
  depth: number = deepestChain,
): Promise<Lineage> {
  const remembering = rememberReads(source);
  const links: LineageLink[] = [];
  const inputs: BuildInput[] = [];
  const visited = new Set<Digest>([image.manifest]);
  let current: ImageFacts | null = image;
  const bound = Math.min(depth, deepestChain);
  for (let level = 1; current !== null && level <= bound; level += 1) {
    // each level needs the one above it
    // oxlint-disable-next-line no-await-in-loop
    const taken: Step = await stepOrFailure(remembering, current, level, visited);
    links.push(taken.link);
    inputs.push(...taken.inputs);
    current = taken.next;
    if (current !== null) visited.add(current.manifest);
  }
  if (current !== null && bound === deepestChain) {
    const place = { depth: bound + 1, platform: image.platform, decisions: [], evidence: [] };
    links.push({ ...place, ...unknown(`the chain is deeper than ${deepestChain}`) });
  }
  return { links, inputs };
}
