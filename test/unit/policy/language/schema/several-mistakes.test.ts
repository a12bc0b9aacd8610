import { describe, expect, it } from 'vitest';
import { policySchema } from '../../../../../src/policy/language/schema/schema.ts';
import { validateDocument } from '../../../../../src/policy/language/schema/validate-document.ts';
import { parseYamlSource } from '../../../../../src/policy/language/schema/yaml-source.ts';

/** What is said of a policy, with its place. */
function saidOf(lines: readonly string[]): string {
  try {
    validateDocument(parseYamlSource(Buffer.from(lines.join('\n')), 'p.yaml'), policySchema);
  } catch (error) {
    return error instanceof Error ? error.message : 'nothing';
  }
  return 'valid';
}

describe('a policy with several mistakes', () => {
  it('is told them all at once, first the misspelt field and then line by line', () => {
    const said = saidOf([
      'version: 1',
      'mode: enforc',
      'defualt: deny',
      'rules:',
      '  - images: ["a/**"]',
      '    signedBy: [{key: a.pub, lgo: required}]',
      '  - images: b',
      '    signedBy: [{key: a.pub}]',
    ]);
    expect(said).toBe(
      'p.yaml:3:1: unknown field "defualt"; did you mean "default"?' +
        '; and besides at 2:7: mode: expected "enforce" or "warn", found "enforc"; did you mean "enforce"?' +
        '; at 6:29: unknown field "lgo"; did you mean "log"?' +
        '; at 7:13: images: expected a list, found "b"; write ["b"]',
    );
  });

  it('is not told what a misspelt field leads to', () => {
    const misspelt = saidOf(['version: 1', 'rules:', '  - image: ["a/**"]', '    name: a', '    lock: true']);
    expect(misspelt).toBe(
      'p.yaml:3:5: unknown field "image"; did you mean "images"?; and besides at 5:5: unknown field "lock"; did you mean "locked"?',
    );
    expect(saidOf(['version: 1', 'rules:', '  - name: a', '    locked: true'])).toContain('images: it is missing');
  });

  it('is told ten of them, and how many more there are', () => {
    const rules = Array.from({ length: 30 }, () => '  - {images: ["a/**"], lock: true}');
    const said = saidOf(['version: 1', 'rules:', ...rules]);
    expect(said.match(/unknown field/g)).toHaveLength(10);
    expect(said).toMatch(/; and 20 more$/);
  });

  it('of which there is one is told that alone', () => {
    expect(saidOf(['version: 1', 'mode: enforc'])).not.toContain('besides');
    expect(saidOf(['version: 1', 'mode: enforce'])).toBe('valid');
  });
});
