import { describe, expect, it } from 'vitest';
import { asSection, readSection } from '../../../../scripts/document-section.ts';
import { renderCommandReference } from '../../../../src/cli/help/command-reference.ts';
import {
  errorExplanations,
  explainedCodes,
  findingExplanations,
  renderCodeList,
  renderErrorReference,
  renderExplanation,
} from '../../../../src/report/index.ts';

const layout = { color: false, width: 80 };

describe('what is said of errors', () => {
  it.each(Object.entries(errorExplanations))('%s has a meaning and a cure, in whole sentences', (_, explained) => {
    for (const text of [explained.meaning, explained.cure]) expect(text).toMatch(/^[A-Z`][^\n]*[.]$/);
  });

  it('stands in docs/findings.md, and the commands in docs/commands.md (scripts/reference.ts writes both)', () => {
    expect(readSection('errors')).toBe(asSection(renderErrorReference()));
    expect(readSection('commands')).toBe(asSection(renderCommandReference()));
  });

  it('is explained as findings are, code by code', () => {
    const codes = explainedCodes.map(({ code }) => code);
    expect(codes).toEqual([...Object.keys(findingExplanations), ...Object.keys(errorExplanations)]);
    for (const each of explainedCodes) {
      const text = renderExplanation(each, null, layout);
      expect(text).toContain(each.code);
      expect(text).toContain('Cure: ');
      expect(text.split('\n').every((line) => line.length <= 80)).toBe(true);
    }
    const list = renderCodeList({ color: false, width: null });
    for (const code of codes) expect(list).toContain(`  ${code} `);
  });
});
