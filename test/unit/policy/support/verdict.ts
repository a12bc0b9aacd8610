import type { Decision, FindingCode } from '../../../../src/model/index.ts';
import type { DecideInput } from '../../../../src/policy/index.ts';
import { decide } from './decide.ts';
import { freshKey, type Layers, policiesOf } from './policies.ts';

/** Two signers, whose keys stand beside every policy as acme.pub and other.pub. */
export const acme = freshKey('acme');
export const other = freshKey('other');
export const files = { 'acme.pub': acme, 'other.pub': other };

/** The image that most tables judge. */
export const name = 'registry.example.com/acme/app:1';

/** A policy of one rule for every image, with these fields. */
export function rule(fields: string): string {
  return `version: 1\nrules:\n  - images: ["**"]\n    ${fields}\n`;
}

/** A policy that asks for acme's signature on every image, and for more. */
export function signed(fields: string): string {
  return rule(`signedBy: [{key: acme.pub}]\n    ${fields}`);
}

/** What tables look at in a decision. */
export interface Outcome {
  readonly status: Decision['status'];
  readonly basis: Decision['basis'];
  readonly codes: readonly FindingCode[];
  readonly decision: Decision;
}

/** What a project's policy makes of an image. */
export async function verdict(project: string, input: DecideInput, layers: Layers = {}): Promise<Outcome> {
  const decision = decide(input, await policiesOf({ files, ...layers, project }));
  const codes = decision.findings.map(({ code }) => code);
  return { status: decision.status, basis: decision.basis, codes, decision };
}
