import { describe, expect, it } from 'vitest';
import { commandTable } from '../../../../src/cli/command-table.ts';
import { renderManual } from '../../../../src/cli/help/man-page.ts';

const manual = renderManual({ version: '1.2.3', date: '2026-01-02' });

describe('the manual', () => {
  it('has a page for every command, and one of all', () => {
    const pages = commandTable.map(({ name }) => `docker-verify-${name.replaceAll(' ', '-')}.1`);
    expect([...manual.keys()]).toEqual(['docker-verify.1', ...pages]);
  });

  it('is ASCII, and no line of it is taken for a request that is none of its own', () => {
    for (const text of manual.values()) {
      expect(text).toMatch(/^[\n -~]+$/);
      for (const line of text.match(/^[.'].*$/gm) ?? []) expect(line).toMatch(/^\.(?:TH|SH|TP|PP|BR) ?/);
    }
  });
});
