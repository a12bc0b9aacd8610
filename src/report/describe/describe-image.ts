import type { Finding, LayerDecision, ReportImage, SourceUse, Status, Use } from '../../model/index.ts';
import { findingExplanations } from '../findings/findings.ts';
import { describeSigner, trustedSigners } from './describe-signer.ts';

/** The finding that matters most: errors before warnings, otherwise in the order given; null for none. */
export function worstFinding(findings: readonly Finding[]): Finding | null {
  const order = ['error', 'warning', 'note'] as const;
  for (const level of order) {
    const found = findings.find((finding) => finding.level === level);
    if (found !== undefined) return found;
  }
  return null;
}

/** What the image's admission rests on where no finding says more. */
function describeBasis(image: ReportImage): string {
  switch (image.basis) {
    case 'signature':
    case 'attestation': {
      const signers = trustedSigners(image).map(describeSigner).join(' and ');
      if (signers === '') return image.verified ? 'verified' : 'not verified';
      return image.basis === 'signature' ? `signed by ${signers}` : `signed by ${signers}, in an attestation`;
    }
    case 'lock':
      return 'not verified, but this digest is in the lock';
    case 'local':
      return 'not verified: a local image, which the policy allows';
    case 'default':
      return 'not verified: no rule asks for it';
    case 'none':
      return 'not verified';
  }
}

/** The few words that stand beside an image's name: who signed it, or what is wrong. Not yet made visible. */
export function headline(image: ReportImage): string {
  if (image.status === 'allow') return describeBasis(image);
  const finding = worstFinding(image.findings);
  const wrong = finding === null ? 'not verified' : findingExplanations[finding.code].headline;
  return image.verified ? `${describeBasis(image)}, but: ${wrong}` : wrong;
}

/** `rule "official", docker-verify.yaml:12`, `default of policy.yaml`: the place that said so. */
export function describeRule({ policy, rule, line, layer }: LayerDecision): string {
  const place = line === null ? policy : `${policy}:${line}`;
  const whose = layer === 'builtin' ? 'built in' : `${place} (${layer})`;
  return rule === null
    ? `the default of ${layer === 'builtin' ? 'the built-in policy' : whose}`
    : `"${rule}", ${whose}`;
}

/** The decisions that made the image's status what it is. */
export function decidingRules(image: ReportImage): readonly LayerDecision[] {
  const strict: readonly Status[] = ['error', 'block', 'warn'];
  const worst = strict.find((status) => image.decisions.some((decision) => decision.status === status));
  return worst === undefined ? [] : image.decisions.filter(({ status }) => status === worst);
}

/** What asks for an image or a source, in the words of a Dockerfile where it has some. */
export const verbs: Readonly<Record<Use['kind'] | SourceUse['kind'], string>> = {
  from: 'FROM',
  copy: 'COPY --from',
  mount: 'RUN --mount',
  frontend: 'the frontend',
  context: 'a build context',
  'sbom-generator': 'the SBOM generator',
  onbuild: 'an ONBUILD trigger',
  'cache-import': 'a cache import',
  add: 'ADD',
  dockerfile: 'the Dockerfile',
};

/** `Dockerfile:3 (FROM)`, with the target where there are several. */
export function describeUse({ kind, file, line, target }: Use): string {
  const place = file === null ? 'command line' : line === null ? file : `${file}:${line}`;
  const whose = target === 'default' ? '' : `, target ${target}`;
  return `${place} (${verbs[kind]}${whose})`;
}

/** How deep the chain of bases is verified, null where it was not looked at. */
export function describeLineage({ lineage }: ReportImage): string | null {
  if (lineage.length === 0) return null;
  const bases = lineage.filter(({ kind }) => kind === 'base');
  const good = bases.filter(({ status }) => status === 'allow').length;
  const ends = lineage.filter(({ kind }) => kind !== 'base').map(({ kind }) => kind);
  const end = ends.includes('unknown') || ends.length === 0 ? 'what lies below is unknown' : 'down to scratch';
  const assumed = ends.includes('root-assumed') && !ends.includes('unknown') ? ' (assumed)' : '';
  return `${good} of ${bases.length} ${bases.length === 1 ? 'base' : 'bases'} below it allowed, ${end}${assumed}`;
}
