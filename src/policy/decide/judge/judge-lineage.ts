import type { Finding, LineageLink } from '../../../model/index.ts';
import type { LineageRequirement } from '../../language/compiled/policy-set.ts';
import { findingOf, held, type JudgeContext, type Judgement, unmet } from '../evidence/judgement.ts';

const unsignedClaims: readonly LineageLink['claim'][] = ['unsigned-provenance', 'annotation'];

/** Judges `require.lineage`: every base below is known, acceptable and obeys the policy too. */
export function judgeLineage(context: JudgeContext, requirement: LineageRequirement): Judgement {
  const { lineage, image } = context.input;
  if (lineage === null)
    return withUnknown(context, requirement, [unknownFinding('the chain of bases could not be found out')]);
  const remarks: Finding[] = [];
  const unknowns: Finding[] = [];
  for (const platform of platformsOf(context, lineage)) {
    const chain = lineage.filter((link) => link.platform === platform).sort((left, right) => left.depth - right.depth);
    if (chain.length === 0) unknowns.push(unknownFinding(`nothing is known for ${platform}`));
    for (const link of chain) {
      if (requirement.depth !== 'all' && link.depth > requirement.depth) break;
      const refusal = refusalOf(link);
      if (refusal !== null && refusal.level === 'error') return unmet(context, refusal);
      if (refusal !== null) remarks.push(refusal);
      const unknown = unknownOf(requirement, link);
      if (unknown !== null) unknowns.push(unknown);
    }
  }
  if (lineage.length === 0 && image.platforms.length === 0)
    unknowns.push(unknownFinding('nothing is known of its bases'));
  const judged = unknowns.length === 0 ? held('none') : withUnknown(context, requirement, unknowns);
  return judged.holds ? { ...judged, remarks: [...judged.remarks, ...remarks] } : judged;
}

function platformsOf(context: JudgeContext, lineage: readonly LineageLink[]): readonly string[] {
  const asked = context.input.image.platforms.map(({ platform }) => platform);
  return asked.length > 0 ? asked : [...new Set(lineage.map((link) => link.platform))];
}

function nameOf(link: LineageLink): string {
  return `base ${link.depth} (${link.name ?? link.digest ?? 'unnamed'}) for ${link.platform}`;
}

function refusalOf(link: LineageLink): Finding | null {
  if (link.content === 'contradicted') {
    return findingOf('lineage.contradicted', 'what is claimed to be its base is not: the layers differ', {
      expected: 'layers that begin with those of the base',
      found: `${nameOf(link)}, claimed by ${link.claim}${link.note === null ? '' : `: ${link.note}`}`,
      hint: 'docker verify lineage shows the chain',
    });
  }
  if (link.kind !== 'base' || link.status === 'allow') return null;
  return findingOf('lineage.unverified', 'a base below it does not obey the policy', {
    level: link.status === 'warn' ? 'warning' : 'error',
    expected: 'every base allowed by the rule that matches it',
    found: `${nameOf(link)}: ${link.status}`,
    hint: 'docker verify lineage shows what is wrong with that base',
  });
}

function unknownOf(requirement: LineageRequirement, link: LineageLink): Finding | null {
  if (link.kind === 'unknown') return unknownFinding(`${nameOf(link)}: ${link.note ?? 'no evidence says what it is'}`);
  const isSigned = link.claim === 'signed-provenance';
  const isClaimed = isSigned || (requirement.claims === 'unsigned' && unsignedClaims.includes(link.claim));
  // nothing can lie below a single layer, whatever a claim says
  if (link.kind !== 'base')
    return isClaimed || link.content === 'proven' ? null : unknownFinding(rootInDoubt(link), requirement);
  if (!isClaimed) return unknownFinding(`${nameOf(link)} is claimed by ${link.claim} only`, requirement);
  return link.content === 'proven' ? null : unknownFinding(`${nameOf(link)} is not proven by layers`);
}

function rootInDoubt(link: LineageLink): string {
  const who = link.kind === 'root-declared' ? `declared by ${link.claim} only` : 'only assumed from the history';
  return `scratch below ${link.depth - 1 === 0 ? 'it' : `base ${link.depth - 1}`} for ${link.platform} is ${who}, and there are several layers`;
}

function unknownFinding(found: string, requirement: LineageRequirement | null = null): Finding {
  return findingOf('lineage.unknown', 'it is not known what all of its bases are', {
    expected: 'a base that is proven by layers and claimed by signed provenance',
    found,
    hint:
      requirement?.claims === 'signed'
        ? 'lineage.claims: unsigned accepts what unsigned provenance or annotations claim, where the layers prove it'
        : 'docker verify lineage shows the chain; lineage.unknown says what becomes of it',
  });
}

function withUnknown(context: JudgeContext, requirement: LineageRequirement, unknowns: readonly Finding[]): Judgement {
  const [first] = unknowns;
  if (first === undefined || requirement.unknown === 'allow') return held('none');
  if (requirement.unknown === 'block') return unmet(context, first);
  return {
    holds: true,
    basis: 'none',
    evidence: [],
    coversWhole: true,
    remarks: unknowns.map((finding) => ({ ...finding, level: 'warning' })),
  };
}
