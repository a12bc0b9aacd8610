import type { ExplainedImage, LayerExplanation } from '../gate/index.ts';
import { describeSigner } from '../report/index.ts';

const parts = { decides: '→', covered: '·', near: '≈', other: ' ' } as const;

function layerLines({ layer, policies, rules, default: otherwise, status }: LayerExplanation): readonly string[] {
  const shown = rules.filter(({ part }) => part !== 'other');
  const hidden = rules.length - shown.length;
  return [
    `  ${layer}: ${policies.join(', ')}  ${status === null ? 'abstains' : status}`,
    ...shown.map(({ part, rule, policy, line, reason, status: verdict }) => {
      const place = `${policy}${line === null ? '' : `:${line}`}`;
      return `    ${parts[part]} "${rule}" (${place})${verdict === null ? '' : ` ${verdict}`}: ${reason}`;
    }),
    ...(hidden > 0 ? [`      ${hidden} ${hidden === 1 ? 'rule does' : 'rules do'} not match`] : []),
    ...(otherwise === null ? [] : [`      default: ${otherwise}`]),
  ];
}

function evidenceLine({ form, signer, verified, trusted, problem }: ExplainedImage['evidence'][number]): string {
  const who = signer === null ? 'an unknown signer' : describeSigner(signer);
  const worth = trusted ? 'counts' : verified ? 'proven, but no rule trusts it' : `not proven: ${problem ?? ''}`;
  return `    ${trusted ? '✓' : '·'} ${form} by ${who}: ${worth}`;
}

/** The walk through every layer and rule, for people: → decides, · matches but comes later, ≈ nearly matches. */
export function explanationLines({ name, digest, decision, evidence, layers }: ExplainedImage): readonly string[] {
  const findings = decision.findings.map(({ code, message }) => `  ${message} [${code}]`);
  const attached = evidence.length === 0 ? ['  nothing is attached'] : ['  attached:', ...evidence.map(evidenceLine)];
  return [`${name} ${digest}: ${decision.status}`, ...findings, ...attached, ...layers.flatMap(layerLines)];
}
