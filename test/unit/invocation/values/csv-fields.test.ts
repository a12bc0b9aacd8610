import { describe, expect, it } from 'vitest';
import { csvFields } from '../../../../src/invocation/values/csv-fields.ts';

describe('csvFields', () => {
  it.each([
    ['', []],
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    ['a,', ['a', '']],
    [',', ['', '']],
    ['"a,b",c', ['a,b', 'c']],
    ['"a""b"', ['a"b']],
    ['""', ['']],
    ['a b, c', ['a b', ' c']],
  ])('reads %j', (line, fields) => {
    expect(csvFields(line)).toEqual(fields);
  });

  it.each([['"a'], ['"a"b'], ['a"b'], ['a,"'], ['"a"" ']])('refuses the quotes of %j', (line) => {
    expect(() => csvFields(line)).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });

  it('takes linear time over hostile quotes', () => {
    const started = performance.now();
    csvFields(`"${'""'.repeat(200_000)}"`);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
