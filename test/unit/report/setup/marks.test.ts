import { expect, it } from 'vitest';
import { renderDoctor } from '../../../../src/report/setup/doctor-report.ts';
import { renderPolicyTests } from '../../../../src/report/setup/policy-report.ts';

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
