import type { CanonicalName, Digest, LineageLink } from '../model/index.ts';
import { baseClaims } from './base-candidates.ts';
import { chooseBase, type ExaminedCandidate, examineCandidates } from './choose-base.ts';
import type { ImageFacts, JudgeBase, LineageSource } from './image-facts.ts';
import { beginsWithRootFilesystem } from './layer-proof.ts';
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

type End = Pick<LineageLink, 'kind' | 'claim' | 'content' | 'status' | 'name' | 'digest' | 'note'>;

function unknown(note: string, more: Partial<End> = {}): End {
  return {
    kind: 'unknown',
    claim: 'none',
    content: 'unprovable',
    status: 'warn',
    name: null,
    digest: null,
    note,
    ...more,
  };
}

function contradiction(child: ImageFacts, { candidate, facts }: ExaminedCandidate): End {
  const shared = child.diffIds.findIndex((id, index) => id !== facts?.diffIds[index]);
  const note =
    `${candidate.claim} names ${candidate.name ?? candidate.digest} as the base, but layer ${Math.max(shared, 0) + 1} ` +
    `of this image is not in it`;
  return unknown(note, {
    claim: candidate.claim,
    content: 'contradicted',
    status: 'error',
    name: candidate.name,
    digest: candidate.digest,
  });
}

/** How the chain ends at an image for which no base is proven. */
function endOfChain(facts: ImageFacts, examined: readonly ExaminedCandidate[]): End {
  const claims = baseClaims(facts);
  const contradicted = examined.find(({ candidate, content }) => candidate.exclusive && content === 'contradicted');
  if (contradicted !== undefined) return contradiction(facts, contradicted);
  const named = examined.find(({ candidate, content }) => candidate.exclusive && content === 'unprovable');
  if (named !== undefined) {
    const { candidate } = named;
    const why =
      named.facts === null
        ? 'the registry has it no more'
        : 'its layers neither prove nor contradict that (the tag may have moved since)';
    return unknown(`${candidate.claim} names ${candidate.name ?? candidate.digest} as the base, but ${why}`, {
      claim: candidate.claim,
      name: candidate.name,
      digest: candidate.digest,
    });
  }
  const root = { content: 'unprovable', status: 'allow', name: 'scratch', digest: null } as const;
  if (claims.scratch !== null) return { ...root, kind: 'root-declared', claim: claims.scratch, note: null };
  const gone = examined.find(({ facts: found }) => found === null);
  if (gone !== undefined) {
    const { claim, name, digest } = gone.candidate;
    return unknown(`the registry no longer has ${name}, which may be the base`, { claim, name, digest });
  }
  if (beginsWithRootFilesystem(facts)) {
    return {
      ...root,
      kind: 'root-assumed',
      claim: 'history',
      note: 'the history begins with a root filesystem, nobody claims more',
    };
  }
  return unknown(
    examined.length > 0
      ? 'none of the images that it was built with is a prefix of its layers'
      : 'nobody says what the base is',
  );
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

async function step(
  source: LineageSource,
  read: ImageFacts,
  depth: number,
  visited: ReadonlySet<Digest>,
): Promise<Step> {
  const facts = { ...read, provenance: await source.readProvenance(read) };
  const place = { depth, platform: facts.platform };
  const { candidates } = baseClaims(facts);
  const examined = await examineCandidates(source, facts, candidates.slice(0, mostCandidates));
  const chosen = chooseBase(examined);
  const inputs = inputsOf(facts, depth, chosen?.facts.root ?? null, chosen?.facts.manifest ?? null);
  const ended = (end: End): Step => ({ link: { ...place, ...end, decisions: [], evidence: [] }, inputs, next: null });
  if (chosen === null) return ended(endOfChain(facts, examined));
  if (visited.has(chosen.facts.manifest))
    return ended(unknown(`${chosen.name} is its own base: the claims go round in a circle`));
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
export function chainBelow(links: readonly LineageLink[], depth: number): readonly LineageLink[] {
  return links.filter((link) => link.depth > depth).map((link) => ({ ...link, depth: link.depth - depth }));
}

/**
 * The chain of bases of one image for one platform, from the nearest base down to scratch or to where nobody knows more, not yet judged.
 * `depth` bounds it (1: the nearest base alone); what lies below the bound is not reported.
 * @throws VerifyError for an accident while reading; a parent that is gone is a link of kind `unknown`
 */
export async function traceLineage(
  source: LineageSource,
  image: ImageFacts,
  depth: number = deepestChain,
): Promise<Lineage> {
  const links: LineageLink[] = [];
  const inputs: BuildInput[] = [];
  const visited = new Set<Digest>([image.manifest]);
  let current: ImageFacts | null = image;
  const bound = Math.min(depth, deepestChain);
  for (let level = 1; current !== null && level <= bound; level += 1) {
    // each level needs the one above it
    // oxlint-disable-next-line no-await-in-loop
    const taken: Step = await step(source, current, level, visited);
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
