import { describe, expect, it } from 'vitest';
import { regoOutcomeOf } from '../../../../src/policy/rego/rego-outcome.ts';

/** What opa 1 prints for a query with one value. */
const printed = (value: unknown): string =>
  JSON.stringify({
    result: [{ expressions: [{ value, text: 'data.sigstore.isCompliant', location: { row: 1, col: 1 } }] }],
  });

describe('what opa prints', () => {
  it.each<[string, string, ReturnType<typeof regoOutcomeOf>]>([
    ['true', printed(true), { kind: 'compliant' }],
    ['false', printed(false), { kind: 'refused', message: null }],
    ['nothing, for a rule that is undefined', '{}', { kind: 'refused', message: null }],
    ['an empty set', printed([]), { kind: 'refused', message: null }],
    ['a set with one that holds', printed([{ result: false, error: 'no' }, { result: true }]), { kind: 'compliant' }],
    ['a set with none', printed([{ result: false, error: 'too old' }]), { kind: 'refused', message: 'too old' }],
    ['a result that is no boolean', printed([{ result: 'true' }]), { kind: 'refused', message: null }],
    ['an object', printed({ result: true }), { kind: 'refused', message: null }],
    ['a word', printed('true'), { kind: 'refused', message: null }],
    ['one', printed(1), { kind: 'refused', message: null }],
  ])('%s', (_, stdout, outcome) => {
    expect(regoOutcomeOf(stdout)).toEqual(outcome);
  });

  it.each<[string, string, string]>([
    ['an error', '{"errors": [{"message": "var x is unsafe", "code": "rego_unsafe_var_error"}]}', 'var x is unsafe'],
    ['an error beside a result', `{"errors": [{"message": "m"}], ${printed(true).slice(1)}`, 'opa says: m'],
    ['no JSON', 'Error: unknown flag', 'no JSON'],
    ['a list', '[]', 'never answers with'],
    ['a result without expressions', '{"result": [{}]}', 'never answers with'],
    ['a result that is no list', '{"result": true}', 'never answers with'],
    ['a set of other things', printed([true]), 'no object with a result'],
  ])('%s is not known', (_, stdout, reason) => {
    const outcome = regoOutcomeOf(stdout);
    expect(outcome).toEqual({ kind: 'unknown', reason: expect.stringContaining(reason) });
  });
});
