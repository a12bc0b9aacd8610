import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { addRules } from '../../../../../src/policy/language/schema/add-rules.ts';

const rule = { name: 'locked', images: ['docker.io/library/alpine'], locked: true };

function added(text: string): string {
  const result = addRules(text, [rule]);
  if (result === null) throw new Error('not added');
  return result;
}

describe('addRules', () => {
  it.each([
    ['a list', 'version: 1\nrules:\n  - images: ["a"]\n    locked: true\n'],
    ['a list that is not indented', 'version: 1\nrules:\n- images: ["a"]\n  locked: true\ndefault: deny\n'],
    [
      'a list that is indented by four',
      'rules:\n    - images: ["a"]\n      locked: true # why\n\n# the end\nversion: 1\n',
    ],
    ['a mark and its rule on two lines', 'rules:\n  -\n    images: ["a"]\n    locked: true\n'],
    ['a comment behind the last rule', 'rules:\n  - images: ["a"]\n    locked: true\n  # more to come\nversion: 1\n'],
    [
      'a rule that ends with a block of text',
      'rules:\n  - images: ["a"]\n    signedBy:\n      - key: |\n          x\n          y\nversion: 1\n',
    ],
    ['no final line break', 'version: 1\nrules:\n  - images: ["a"]\n    locked: true'],
    ['no rules', 'version: 1 # one\ndefault: deny\n# the end\n'],
    ['no rules and no final line break', 'version: 1'],
    ['an empty list', 'version: 1\nrules: []\ndefault: deny\n'],
    ['a field without a value', 'version: 1\nrules: # none yet\ndefault: deny\n'],
    ['brackets', 'version: 1\nrules: [{images: ["a"], locked: true}]\n'],
    ['brackets over several lines', 'version: 1\nrules: [\n  {images: ["a"], locked: true},\n]\n'],
    ['JSON', '{"version": 1, "rules": [{"images": ["a"], "locked": true}]}\n'],
    ['JSON without rules', '{\n  "version": 1\n}\n'],
    ['Windows line ends', 'version: 1\r\nrules:\r\n  - images: ["a"]\r\n    locked: true\r\ndefault: deny\r\n'],
    ['a document mark', '---\nversion: 1\nrules:\n  - images: ["a"]\n    locked: true\n...\n'],
  ])('puts a rule behind %s, and leaves every other byte', (_, text) => {
    const result = added(text);
    const before = parse(text);
    expect(parse(result)).toEqual({ ...before, rules: [...(before.rules ?? []), rule] });
    const start = text.split('').findIndex((unit, index) => unit !== result[index]);
    const same = start < 0 ? text.length : start;
    expect(result.endsWith(text.slice(same))).toBe(true);
  });

  it.each([
    ['an alias', 'x: &r\n  - a\nrules: *r\n'],
    ['a list that is no list', 'rules: 5\n'],
    ['a text that is no mapping', '- a\n'],
    ['what cannot be parsed', 'rules: [\n'],
  ])('leaves %s alone', (_, text) => {
    expect(addRules(text, [rule])).toBeNull();
  });

  it('keeps the rest whatever stands in it', () => {
    const scalar = fc.constantFrom('a', '"a: b"', "'it''s'", '5', 'true');
    const field = fc.tuple(fc.constantFrom('version', 'mode', 'default', 'local'), scalar);
    const entry = scalar.map((value) => `{images: [${value}]}`);
    const gap = fc.constantFrom('', '\n', '# a comment\n', '\n\n  # another\n');
    fc.assert(
      fc.property(
        fc.uniqueArray(field, { selector: ([name]) => name }),
        fc.array(entry),
        gap,
        gap,
        (fields, entries, one, two) => {
          const others = fields.map(([name, value]) => `${name}: ${value}\n`);
          const list = entries.map((each) => `  - ${each}\n`).join(one);
          const text = `${others[0] ?? ''}${one}rules:\n${list}${two}${others.slice(1).join(one)}`;
          const result = addRules(text, [rule]);
          if (result === null) throw new Error('not added');
          const before = parse(text);
          expect(parse(result)).toEqual({ ...before, rules: [...(before.rules ?? []), rule] });
          for (const line of text.split('\n')) expect(result).toContain(line);
        },
      ),
    );
  });
});
