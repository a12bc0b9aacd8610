import { expect, it } from 'vitest';
import { renderDoctor } from '../../../../src/report/setup/doctor-report.ts';
import { renderPolicyExplanation, renderPolicyTests } from '../../../../src/report/setup/policy-report.ts';

const examinations = (['good', 'bypass', 'bad'] as const).map((result) => ({
  name: 'x',
  result,
  detail: 'y',
  hint: null,
}));
const results = [true, false].map((passed) => ({ name: 'x', line: 1, passed, differences: [] }));

it('a mark of doctor and of the tests of a policy has a word beside it that says the same', () => {
  const lines = `${renderDoctor(examinations, '1', 'text')}${renderPolicyTests(results, 'text')}`.split('\n');
  expect(lines.filter((line) => /^[✓✗!]/.test(line))).toEqual([
    '✓ good  x: y',
    '! bypass  x: y',
    '✗ bad  x: y',
    '✓ passed  x',
    '✗ failed  x (line 1)',
  ]);
});

it('a mark of an explained policy has a word beside it that says the same', () => {
  const rules = (['decides', 'covered', 'near', 'other'] as const).map((part) => ({
    part,
    rule: part,
    policy: 'p.yaml',
    line: 1,
    reason: 'why',
    status: part === 'decides' || part === 'covered' ? 'allow' : null,
  }));
  const layers = [{ layer: 'project', policies: ['p.yaml'], rules, default: null, status: 'allow' }];
  const decision = { status: 'allow', basis: 'lock', findings: [] } as const;
  const text = renderPolicyExplanation([{ name: 'a', digest: 'sha256:0', decision, evidence: [], layers }], 'text');
  expect(text.split('\n').filter((line) => /^ {4}\S/.test(line))).toEqual([
    '    → "decides" (p.yaml:1) decides, allow: why',
    '    · "covered" (p.yaml:1) comes later, allow: why',
    '    ≈ "near" (p.yaml:1) nearly matches: why',
  ]);
  expect(text).toContain('  not verified, but this digest is in the lock\n');
});
