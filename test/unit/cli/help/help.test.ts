import { describe, expect, it } from 'vitest';
import { commandGroups, commandTable } from '../../../../src/cli/command-table.ts';
import { helpFor } from '../../../../src/cli/help/help.ts';
import { meaningfulOptions } from '../../../../src/cli/help/meaningful-options.ts';
import { fitPage } from '../../../../src/cli/terminal/fit-page.ts';
import { ownVariables } from '../../../../src/gate/index.ts';

describe.each(commandTable.map((row) => [row.name, row] as const))('the help of %s', (name, row) => {
  const text = helpFor(name.split(' '));

  it('has its formats, two examples and the exit statuses', () => {
    expect(text).toContain(`Usage: docker verify ${name}`);
    expect(row.examples.length).toBeGreaterThanOrEqual(2);
    for (const [command] of row.examples) {
      expect(command).toMatch(new RegExp(`docker[ -]verify (?:${name}|--version)\\b`));
      expect(text).toContain(`\n  ${command}`);
    }
    const formats = row.formats.length > 0 ? [`Formats: ${row.formats.join(', ')}`] : [];
    expect(text.split('\n').filter((line) => line.startsWith('Formats: '))).toEqual(formats);
    for (const [status] of row.statuses) expect(text).toMatch(new RegExp(`^ +${status} +\\S`, 'm'));
    expect(row.statuses.map(([status]) => status)).toContain(64);
    for (const [, means] of row.statuses) expect(text).toContain(means);
  });

  it('names our options as they are written there', () => {
    const prefix = row.own === 'prefixed' ? '--verify-' : '--';
    // a command may have one of its own under the same name
    const others = meaningfulOptions(row).filter(({ name }) => row.options.every((option) => option.name !== name));
    const isNamed = others.map((option) => text.includes(` ${prefix}${option.name}`));
    expect([...new Set(isNamed)]).toEqual(row.own === 'none' ? [] : [true]);
    for (const { variable } of ownVariables) expect(text.includes(variable)).toBe(row.own !== 'none');
    for (const { name: option } of row.options) expect(text).toContain(`--${option}`);
  });
});

it('what only a build or a verdict heeds stands in the help of those alone', () => {
  const naming = (option: string): readonly string[] =>
    commandTable
      .map(({ name }) => name)
      .filter((name) => new RegExp(`--(?:verify-)?${option} `).test(helpFor(name.split(' '))));
  expect(naming('fresh')).toEqual(['build', 'bake']);
  expect(naming('break-glass')).toEqual(['build', 'bake', 'check']);
});

it('the help of the whole names every command', () => {
  const text = helpFor([]);
  for (const { name } of commandTable) expect(text).toContain(`\n  ${name.split(' ')[0]} `);
  expect(text).toContain('\n  lock [BUILD-ARGS] [PATH] [--update [IMAGE…]] ');
  // what would leave no room beside it stands in the help of the command alone
  expect(text).toContain('\n  install [OPTIONS] ');
  expect(helpFor(['install'])).toContain('docker verify install [--mode alias|full] | --system');
  for (const group of Object.keys(commandGroups)) expect(helpFor([group])).toContain(`docker verify ${group}`);
});

describe.each([[''], ...Object.keys(commandGroups).map((group) => [group]), ...commandTable.map(({ name }) => [name])])(
  'the help of "%s"',
  (name) => {
    const text = helpFor(name.split(' ').filter((word) => word !== ''));

    it('fits a terminal of 80 columns', () => {
      const lines = fitPage(text, { isTTY: true, columns: 80 }).split('\n');
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
    });
  },
);

it('the help of the whole has all commands in two columns, on a terminal of 80 columns too', () => {
  const lines = fitPage(helpFor([]), { isTTY: true, columns: 80 }).split('\n');
  const from = lines.indexOf('Commands:');
  const commands = lines.slice(from + 1, lines.indexOf('', from));
  const starts = commands.flatMap((line) => /^ {2}\S.*? {2,}(?=\S)/.exec(line)?.[0].length ?? []);
  expect(starts.length).toBeGreaterThan(15);
  expect(new Set(starts).size).toBe(1);
});
