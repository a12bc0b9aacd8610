import { runInThisContext } from 'node:vm';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { instrument, switchName } from '../../../../scripts/mutants/instrument.ts';
import { mutationsOf } from '../../../../scripts/mutants/mutations.ts';
import { regexMutations } from '../../../../scripts/mutants/regex-mutations.ts';

const numbered = (source: string) => mutationsOf(source).map((mutation, id) => ({ ...mutation, id }));
const mutantsOf = (source: string) =>
  mutationsOf(source).map(
    ({ mutator, start, end, replacement }) => `${mutator}: ${source.slice(start, end)} → ${replacement}`,
  );

describe('the mutants of a source', () => {
  test.each<[string, string[]]>([
    [
      'f(a === b);',
      [
        'EqualityOperator: === → !==',
        'ConditionalExpression: a === b → true',
        'ConditionalExpression: a === b → false',
        'CallRemoval: f(a === b) → undefined',
      ],
    ],
    ['x = a ?? b;', ['LogicalOperator: a ?? b → ((a) && (b))']],
    ['x = !a;', ['BooleanLiteral: ! → ']],
    ['x = a?.b;', ['OptionalChaining: ?. → .']],
    ['x = a.b.every(c);', ['MethodExpression: every → some']],
    ['x = a.filter(b);', ['MethodExpression: .filter(b) → ']],
    ['x = [1];', ['ArrayDeclaration: [1] → []']],
    ['x = { a };', ['ObjectLiteral: { a } → {}']],
    ['x = "word";', ['StringLiteral: "word" → ""']],
    ['x = "words for people";', []],
    ['import a from "b";', []],
    ['type A = "b" | true;', []],
    ['x = { "a-b": 1 }["a-b"];', ['ObjectLiteral: { "a-b": 1 } → {}', 'StringLiteral: "a-b" → ""']],
    ['const { "a": b = "c" } = d;', ['StringLiteral: "c" → ""']],
    ['if (a) throw b;', ['ConditionalExpression: a → true', 'ConditionalExpression: a → false']],
  ])('%s', (source, mutants) => {
    expect(mutantsOf(source).sort()).toEqual([...mutants].sort());
  });

  test('of a regular expression leave out or turn round one part at a time', () => {
    expect(regexMutations('/^a+[^b]\\d$/u')).toEqual([
      '/a+[^b]\\d$/u',
      '/^a[^b]\\d$/u',
      '/^a+[b]\\d$/u',
      '/^a+[^b]\\D$/u',
      '/^a+[^b]\\d/u',
    ]);
  });
});

describe('a source with all its mutants in it', () => {
  const source = `(list) => {
    const kept = list.filter((one) => one > 1 && one !== 7);
    if (kept.length === 0) return ["none"];
    return kept.map((one) => one + 1);
  }`;
  const run = (text: string, on: number): unknown => {
    const made: unknown = runInThisContext(`(${switchName}) => ${text}`)((id: number) => id === on);
    try {
      return typeof made === 'function' ? made([1, 2, 7]) : made;
    } catch (error) {
      return String(error);
    }
  };
  const mutations = numbered(source);
  const instrumented = instrument(source, mutations);

  test('does as before with all switches off', () => {
    expect(run(instrumented, -1)).toEqual([3]);
  });

  test('does as each mutant with that switch on', () => {
    expect(mutations.length).toBeGreaterThan(15);
    const changed = mutations.map(
      ({ start, end, replacement }) => source.slice(0, start) + replacement + source.slice(end),
    );
    expect(mutations.map(({ id }) => run(instrumented, id))).toEqual(changed.map((text) => run(text, -1)));
  });

  test('is still a source', () => {
    const tricky = 'const a = (b?.c(d).e ?? [`x${f && g}`]).h!; for (const i of j) { while (k) l += 1; }';
    const { diagnostics } = ts.transpileModule(instrument(tricky, numbered(tricky)), { reportDiagnostics: true });
    expect(diagnostics).toEqual([]);
  });
});
