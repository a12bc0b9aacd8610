import { describe, expect, it } from 'vitest';
import { VerifyError } from '../../../../../src/model/index.ts';
import { parseYamlSource, parseYamlSources } from '../../../../../src/policy/language/schema/yaml-source.ts';

const parse = (text: string | Uint8Array) =>
  parseYamlSource(typeof text === 'string' ? new TextEncoder().encode(text) : text, 'policy.yaml');

describe('a policy’s text', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['two documents', 'a: 1\n---\nb: 1\n', 'policy.yaml:3:1: a second document begins here'],
    ['a key twice', 'a: 1\nb: 1\na: 2\n', 'policy.yaml:3:1: this key is there twice'],
    ['a tag of its own', 'a: !own 1\n', 'policy.yaml:1:4: Unresolved tag: !own'],
    ['bad YAML', 'a: [1\n', 'policy.yaml:2:1: '],
    ['bytes that are no UTF-8', Uint8Array.from([0x61, 0x3a, 0x20, 0xff]), 'policy.yaml:1:1: not UTF-8 text'],
    ['a megabyte and more', new Uint8Array(1_048_577), 'policy.yaml:1:1: larger than 1048576 bytes'],
    ['lists without end', `${'['.repeat(66)}${']'.repeat(66)}`, 'policy.yaml:1:1: nested deeper than 64 levels'],
    ['lists that no parser survives', '['.repeat(5_000), 'policy.yaml:1:'],
    ['aliases without end', `a: &a [1]\nb: [${Array(60).fill('*a').join(', ')}]\n`, 'policy.yaml:1:1: '],
  ])('with %s is refused', (_, text, message) => {
    const refusal = expect.objectContaining({ code: 'policy.invalid', message: expect.stringContaining(message) });
    expect(() => parse(text)).toThrow(VerifyError);
    expect(() => parse(text)).toThrow(refusal);
  });

  const many = 300_000;
  it.each([
    ['lists', '['.repeat(many)],
    ['closed lists', '['.repeat(many) + ']'.repeat(many)],
    ['JSON', '{"a":'.repeat(100_000) + '1'.padEnd(100_001, '}')],
    ['objects', '{a: '.repeat(200_000)],
    ['list marks', `${'- '.repeat(many)}x`],
    ['key marks', `${'? '.repeat(many)}x`],
    ['anchors', '&a '.repeat(many)],
    ['anchors on lines', '&a\n'.repeat(many)],
    ['tags', '!!seq '.repeat(100_000)],
    ['a mixture', '- [ {a: '.repeat(100_000)],
  ])('of %s inside each other without end is refused at once', (_, text) => {
    const begun = process.cpuUsage();
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'policy.invalid' }));
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1_000).toBeLessThan(400);
  });

  it('with brackets, marks and anchors beside each other is read', () => {
    const beside = `a: [${Array(2_000).fill('[]').join(', ')}]\nb: "${'- '.repeat(150)}"\nc:\n${'  - x\n'.repeat(500)}`;
    expect(parse(beside).value).toMatchObject({ c: Array(500).fill('x') });
  });

  it('of the largest size and depth is read', () => {
    expect(parse('a: 1'.padEnd(1_048_576)).value).toEqual({ a: 1 });
    expect(parse(`${'['.repeat(65)}${']'.repeat(65)}`).value).toHaveLength(1);
    expect(parse(`a: &a [1]\nb: [${Array(20).fill('*a').join(', ')}]\n`).value).toMatchObject({ a: [1] });
  });

  it('knows no merge keys', () => {
    expect(parse('a: &a {b: 1}\nc: {<<: *a}\n').value).toEqual({ a: { b: 1 }, c: { '<<': { b: 1 } } });
  });

  it('that is empty is nothing', () => {
    const { value, placeOf } = parse('');
    expect(value).toBeNull();
    expect(placeOf(['a'])).toEqual({ line: 1, column: 1 });
  });

  it('of several documents is read document by document', () => {
    const documents = parseYamlSources(new TextEncoder().encode('a: 1\n---\nb: 2\n'), 'policies.yaml');
    expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }, { b: 2 }]);
    expect(documents[1]?.placeOf(['b'])).toEqual({ line: 3, column: 4 });
  });

  it.each<[(string | number)[], 'key' | 'value', number, number]>([
    [['rules', 0, 'images'], 'value', 3, 13],
    [['rules', 0, 'images'], 'key', 3, 5],
    [['rules', 0, 'images', 1], 'value', 3, 17],
    [['rules', 0, 'missing'], 'value', 3, 5],
    [['rules', 0, 'missing'], 'key', 3, 5],
    [['rules', 7], 'value', 3, 3],
    [['version'], 'key', 1, 1],
    [['version'], 'value', 1, 10],
    [['1'], 'key', 4, 1],
    [[], 'value', 1, 1],
  ])('says where %j stands, %s', (path, of, line, column) => {
    expect(parse('version: 1\nrules:\n  - images: [a, b]\n1: x\n').placeOf(path, of)).toEqual({ line, column });
  });
});
