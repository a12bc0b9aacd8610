import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
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
});
