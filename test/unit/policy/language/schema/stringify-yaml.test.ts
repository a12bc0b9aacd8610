import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { stringifyYaml } from '../../../../../src/policy/language/schema/stringify-yaml.ts';
import { visibleDocument } from '../../../../../src/report/index.ts';
import { harmIn, hostileText } from '../../../report/hostile.ts';

describe('YAML that this program writes', () => {
  it('does no harm where it is printed, and is read back as what it was', () => {
    const wellFormed = hostileText.map((text) => text.replace(/\p{Cs}/gu, ''));
    fc.assert(
      fc.property(fc.dictionary(wellFormed, fc.array(wellFormed)), (document) => {
        const text = stringifyYaml(document);
        expect(harmIn(visibleDocument(text))).toBeNull();
        expect(parse(text)).toEqual(document);
        expect(parse(visibleDocument(text))).toEqual(document);
      }),
      { seed: 5, numRuns: 1_000 },
    );
  });

  it('would do harm, or say something else, as the library writes it', () => {
    const [name, command] = ['x\u202ey', 'a\n::error::pwned\nb'];
    expect(harmIn(stringify({ name }))).not.toBeNull();
    expect(harmIn(stringify({ command }))).not.toBeNull();
    expect(parse(visibleDocument(stringify({ name })))).not.toEqual({ name });
  });

  it('leaves a key in PEM as the lines that it has', () => {
    const pem = '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n';
    expect(stringifyYaml({ key: pem })).toBe(`key: |\n${pem.replace(/^(?=.)/gm, '  ')}`);
  });
});
