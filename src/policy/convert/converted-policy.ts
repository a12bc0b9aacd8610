import { stringifyYaml } from '../language/schema/stringify-yaml.ts';
import { convertedOpening } from './converted-opening.ts';

/** A rule in our language, with what has no equal said beside it. */
export interface ConvertedRule {
  /** Null where nothing of it can be said in our language. */
  readonly rule: Readonly<Record<string, unknown>> | null;
  readonly comments: readonly string[];
}

/** What another tool's policy becomes. */
export interface ConvertedPolicy {
  /** The tool, for people. */
  readonly from: string;
  readonly comments: readonly string[];
  /** Top-level fields besides `version` and `rules`. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly rules: readonly ConvertedRule[];
}

function commented(text: string, indent = ''): string {
  // A line end in a comment would end the comment.
  return text
    .split(/[\r\n]+/)
    .map((line) => `${indent}# ${line}\n`)
    .join('');
}

/** The policy as YAML, with a comment at each thing that has no equal. */
export function renderConverted(policy: ConvertedPolicy): string {
  const head = [`${convertedOpening}${policy.from}.`, ...policy.comments].map((text) => commented(text)).join('');
  const settings = stringifyYaml({ version: 1, ...policy.settings });
  if (policy.rules.length === 0) return `${head}${settings}`;
  const rules = policy.rules.map(({ rule, comments }) => {
    const text = comments.map((comment) => commented(comment, '  ')).join('');
    if (rule === null) return text;
    return `${text}${stringifyYaml([rule]).replace(/^(?=.)/gm, '  ')}`;
  });
  const hasRule = policy.rules.some(({ rule }) => rule !== null);
  return `${head}${settings}rules:${hasRule ? '' : ' []'}\n${rules.join('')}`;
}

/** How many things have no equal, for people. */
export function unconverted(policy: ConvertedPolicy): readonly string[] {
  return [...policy.comments, ...policy.rules.flatMap(({ comments }) => comments)];
}

/** Signers, each once: where all of them are asked for, one that is there twice asks for no more. */
export function distinctSigners(signers: readonly object[]): readonly object[] {
  return [...new Map(signers.map((signer) => [JSON.stringify(signer), signer])).values()];
}
