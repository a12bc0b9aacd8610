import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../../src/report/index.ts';
import { examples } from '../reports.ts';

const widths = [40, 80, 120] as const;
const looksAt = ['allowed', 'warned', 'blocked', 'refused', 'audited'] as const;

describe.each(widths)('the text of %s columns', (width) => {
  it.each(looksAt)('looks as it did: %s', async (name) => {
    const report = examples[name];
    if (report === undefined) throw new Error(`there is no example ${name}`);
    const golden = `../../../fixtures/report/widths/${name}.${width}.txt`;
    await expect(renderReport(report, 'text', { color: false, width })).toMatchFileSnapshot(golden);
  });
});
