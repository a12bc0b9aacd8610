import type { Decision, ReportEvidence, ReportPolicy } from '../../model/index.ts';
import { describeSigner } from '../describe/describe-signer.ts';
import { renderJsonDocument } from '../text/json-report.ts';
import { plainPage, type Shown } from '../text/visible.ts';

/** The policies in force, and what in them is valid and probably not meant. */
export interface CheckedPolicies {
  readonly policies: readonly ReportPolicy[];
  readonly mode: string;
  readonly rules: number;
  readonly remarks: readonly {
    readonly policy: string;
    readonly line: number | null;
    readonly message: string;
    readonly hint: string;
  }[];
}

/** Without a policy `valid` would be said of nothing. */
function summaryOf({ policies, rules, mode }: CheckedPolicies): readonly string[] {
  if (policies.some(({ layer }) => layer !== 'builtin'))
    return [`valid: ${rules} ${rules === 1 ? 'rule' : 'rules'}, mode ${mode}`];
  return [
    'no policy is written for this project, its user or this machine',
    ...(policies.length === 0
      ? []
      : ['the built-in policy applies: publishers that are known to sign must have signed, all else is a warning']),
    'next: docker verify init writes one',
  ];
}

/** The policies that were checked, for people or as JSON. */
export function renderPolicyCheck(checked: CheckedPolicies, format: string): Shown {
  if (format === 'json') return renderJsonDocument({ schemaVersion: 0, ...checked });
  const named = checked.policies.map(
    ({ layer, source, sha256 }) => `  ${layer.padEnd(13)}${source}  sha256:${sha256.slice(0, 12)}`,
  );
  const remarks = checked.remarks.map(
    ({ policy, line, message, hint }) => `  ! ${policy}${line === null ? '' : `:${line}`}: ${message} (${hint})`,
  );
  return plainPage([...summaryOf(checked), ...named, ...remarks]);
}

/** One test of a table, run. */
export interface PolicyTestOutcome {
  readonly name: string;
  readonly line: number;
  readonly passed: boolean;
  readonly differences: readonly string[];
}

/** The tests of tables, for people or as JSON. */
export function renderPolicyTests(results: readonly PolicyTestOutcome[], format: string): Shown {
  if (format === 'json') return renderJsonDocument({ schemaVersion: 0, results });
  const failed = results.filter(({ passed }) => !passed).length;
  const lines = results.flatMap(({ name, line, passed, differences }) => [
    `${passed ? '✓ passed' : '✗ failed'}  ${name}${passed ? '' : ` (line ${line})`}`,
    ...differences.map((difference) => `    ${difference}`),
  ]);
  return plainPage([...lines, `${results.length - failed} passed, ${failed} failed`]);
}

/** What one layer of policies makes of an image, and by which of its rules. */
export interface ExplainedLayer {
  readonly layer: string;
  readonly policies: readonly string[];
  readonly rules: readonly {
    readonly part: 'decides' | 'covered' | 'near' | 'other';
    readonly rule: string;
    readonly policy: string;
    readonly line: number | null;
    readonly reason: string;
    readonly status: string | null;
  }[];
  readonly default: string | null;
  readonly status: string | null;
}

/** Why one image gets the verdict that it gets. */
export interface ExplainedVerdict {
  readonly name: string;
  readonly digest: string;
  readonly decision: Pick<Decision, 'status' | 'findings' | 'basis'>;
  readonly evidence: readonly ReportEvidence[];
  readonly layers: readonly ExplainedLayer[];
}

/** Each sign with a word: a screen reader passes over a sign. */
const parts = {
  decides: ['→', 'decides'],
  covered: ['·', 'comes later'],
  near: ['≈', 'nearly matches'],
  other: [' ', ''],
} as const;

function layerLines({ layer, policies, rules, default: otherwise, status }: ExplainedLayer): readonly string[] {
  const shown = rules.filter(({ part }) => part !== 'other');
  const hidden = rules.length - shown.length;
  return [
    `  ${layer}: ${policies.join(', ')}  ${status === null ? 'abstains' : status}`,
    ...shown.map(({ part, rule, policy, line, reason, status: verdict }) => {
      const place = `${policy}${line === null ? '' : `:${line}`}`;
      const [mark, word] = parts[part];
      return `    ${mark} "${rule}" (${place}) ${word}${verdict === null ? '' : `, ${verdict}`}: ${reason}`;
    }),
    ...(hidden > 0 ? [`      ${hidden} ${hidden === 1 ? 'rule does' : 'rules do'} not match`] : []),
    ...(otherwise === null ? [] : [`      default: ${otherwise}`]),
  ];
}

function evidenceLine({ form, signer, verified, trusted, problem }: ReportEvidence): string {
  const who = signer === null ? 'an unknown signer' : describeSigner(signer);
  const worth = trusted ? 'counts' : verified ? 'proven, but no rule trusts it' : `not proven: ${problem ?? ''}`;
  return `    ${trusted ? '✓' : '·'} ${form} by ${who}: ${worth}`;
}

/** What an image was let through by that is no signature. */
const bases: Readonly<Partial<Record<Decision['basis'], string>>> = {
  lock: 'not verified, but this digest is in the lock',
  local: 'not verified: a local image, which the policy allows',
  default: 'not verified: no rule asks for it',
};

function explanationLines({ name, digest, decision, evidence, layers }: ExplainedVerdict): readonly string[] {
  const findings = decision.findings.map(({ code, message }) => `  ${message} [${code}]`);
  const attached = evidence.length === 0 ? ['  nothing is attached'] : ['  attached:', ...evidence.map(evidenceLine)];
  const basis = decision.status === 'allow' ? (bases[decision.basis] ?? null) : null;
  return [
    `${name} ${digest}: ${decision.status}`,
    ...(basis === null ? [] : [`  ${basis}`]),
    ...findings,
    ...attached,
    ...layers.flatMap(layerLines),
  ];
}

/** The walk through every layer and rule, as JSON or for people. */
export function renderPolicyExplanation(images: readonly ExplainedVerdict[], format: string): Shown {
  if (format === 'json') return renderJsonDocument({ schemaVersion: 0, images });
  return plainPage(images.flatMap(explanationLines));
}
