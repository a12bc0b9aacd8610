import { tmpdir } from 'node:os';
import { expect } from 'vitest';
import type { Decision } from '../../../../src/model/index.ts';
import { type DecideInput, decide as decideIt, type PolicySet } from '../../../../src/policy/index.ts';
import { keyNames } from './policies.ts';

/** What differs from run to run, made the same: folders, and the fingerprints of keys. */
function steady(text: string): string {
  const named = [...keyNames].reduce((shortened, [id, name]) => shortened.replaceAll(id, `<${name}>`), text);
  return named.replaceAll(new RegExp(`${tmpdir()}/policy-\\w+`, 'g'), '<folder>');
}

function lines(decision: Decision): string {
  const { status, basis, verified, decisions, findings, platformDigests, satisfiedBy } = decision;
  return [
    `${status}, basis ${basis}, ${verified ? 'verified' : 'not verified'}, by evidence [${satisfiedBy.join(', ')}]`,
    ...(platformDigests === null ? [] : [`platforms alone: ${platformDigests.length}`]),
    ...decisions.map((one) => `${one.layer} ${one.policy} rule ${one.rule} line ${one.line}: ${one.status}`),
    ...findings.flatMap(({ code, level, message, expected, found, hint }) => [
      `${level} ${code}: ${message}`,
      `  expected ${expected}`,
      `  found    ${found}`,
      `  hint     ${hint}`,
    ]),
  ].join('\n');
}

/** Decides, and compares all that the decision says with what it said when somebody last read it: the golden files beside the tests. */
export function decide(input: DecideInput, policies: PolicySet): Decision {
  const decision = decideIt(input, policies);
  expect(steady(lines(decision))).toMatchSnapshot();
  return decision;
}
