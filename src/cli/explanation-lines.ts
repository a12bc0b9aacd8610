import type { ExplainedImage, LayerExplanation } from '../gate/index.ts';
import { visible } from '../report/index.ts';

const parts = { decides: '→', covered: '·', near: '≈', other: ' ' } as const;

function layerLines({ layer, policies, rules, default: otherwise, status }: LayerExplanation): readonly string[] {
  const shown = rules.filter(({ part }) => part !== 'other');
  const hidden = rules.length - shown.length;
  return [
    `  ${layer}: ${policies.map(visible).join(', ')}  ${status === null ? 'abstains' : status}`,
    ...shown.map(({ part, rule, policy, line, reason, status: verdict }) => {
      const place = `${policy}${line === null ? '' : `:${line}`}`;
      return `    ${parts[part]} "${visible(rule)}" (${visible(place)})${verdict === null ? '' : ` ${verdict}`}: ${visible(reason)}`;
    }),
    ...(hidden > 0 ? [`      ${hidden} ${hidden === 1 ? 'rule does' : 'rules do'} not match`] : []),
    ...(otherwise === null ? [] : [`      default: ${visible(otherwise)}`]),
  ];
}

/** The walk through every layer and rule, for people: → decides, · matches but comes later, ≈ nearly matches. */
export function explanationLines({ name, digest, decision, layers }: ExplainedImage): readonly string[] {
  const findings = decision.findings.map(({ code, message }) => `  ${visible(message)} [${code}]`);
  return [`${visible(name)} ${digest}: ${decision.status}`, ...findings, ...layers.flatMap(layerLines)];
}
