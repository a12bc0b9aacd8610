import { describe, expect, it } from 'vitest';
import type { CommandContext, CommandRow } from '../../../src/cli/command-row.ts';
import { commandTable, rowOf } from '../../../src/cli/command-table.ts';
import { formatOf, type ReadArguments, readArguments } from '../../../src/cli/read-arguments.ts';
import { ownOptionTable } from '../../../src/gate/index.ts';
import { bareEnvironment } from '../oci/memory-registry.ts';

function read(
  row: CommandRow,
  args: readonly string[],
  variables: Record<string, string> = {},
): Promise<ReadArguments> {
  const never = new AbortController().signal;
  const interruptions = { listen: () => () => undefined, sharedTerminal: false, cancelled: never };
  const watch = { cancelled: never, interruptions, stop: () => undefined };
  const context: CommandContext = {
    environment: bareEnvironment({ variables }),
    debug: false,
    intercepted: false,
    watch,
    row,
    takers: () => [],
  };
  return readArguments(context, args);
}

function named(name: string): CommandRow {
  const row = rowOf(name);
  if (row === null) throw new Error(`${name} is no command`);
  return row;
}

const options = commandTable.flatMap((row) =>
  row.options.map((option) => [row.name, option.name, row, option] as const),
);
const valued = options.filter(([, , , { value }]) => value !== null);

describe('an option of one command', () => {
  it.each(valued.filter(([, , , { repeatable }]) => !repeatable))(
    '%s --%s is refused where it stands twice: one of its values would be dropped',
    async (_, name, row) => {
      await expect(read(row, [`--${name}`, 'a', `--${name}=b`])).rejects.toMatchObject({
        code: 'usage.invalid',
        message: `--${name} is given twice`,
      });
      const { given } = await read(row, [`--${name}`, 'a']);
      expect(given.last(name)).toBe('a');
    },
  );

  it.each(valued.filter(([, , , { repeatable }]) => repeatable))(
    '%s --%s counts with each of its values',
    async (_, name, row) => {
      const { given } = await read(row, [`--${name}`, 'a', `--${name}=b`]);
      expect(given.all(name)).toEqual(['a', 'b']);
    },
  );

  it.each(valued)('%s --%s is refused where it is empty: what it was to say is missing', async (_, name, row) => {
    for (const words of [[`--${name}=`], [`--${name}`, '']])
      await expect(read(row, words)).rejects.toMatchObject({ code: 'usage.invalid', message: `--${name} is empty` });
  });

  it.each(options.filter(([, , , { value }]) => value === null))(
    '%s --%s may stand twice, and means the same',
    async (_, name, row) => {
      expect((await read(row, [`--${name}`, `--${name}`])).given.isOn(name)).toBe(true);
    },
  );
});

describe('a format', () => {
  const withFormats = commandTable.filter(({ own }) => own !== 'none');

  it.each(withFormats.map((row) => [row.name, row] as const))(
    'that %s does not print is refused, also for a file, with those that it prints',
    async (name, row) => {
      const option = row.own === 'prefixed' ? '--verify-format' : '--format';
      const foreign = ['github', 'svg'].find((format) => !row.formats.some((each) => each === format));
      const refusal = {
        code: 'usage.invalid',
        message: `${name} has no format ${foreign}`,
        hint: `write ${option} ${row.formats.join('|')}`,
      };
      await expect(read(row, [option, `${foreign}`])).rejects.toMatchObject(refusal);
      await expect(read(row, [option, `${foreign}=report`])).rejects.toMatchObject(refusal);
    },
  );

  it.each(withFormats.flatMap((row) => row.formats.map((format) => [row.name, format, row] as const)))(
    'that %s prints is taken: %s',
    async (_, format, row) => {
      const words = row.own === 'prefixed' ? ['--verify-output', 'report', '--verify-format'] : ['--format'];
      expect((await read(row, [...words, format])).own.format).toBe(format);
    },
  );

  it.each(['build', 'bake'])('of %s for machines needs a file: standard output is the builder’s', async (name) => {
    await expect(read(named(name), ['--verify-format', 'json'])).rejects.toMatchObject({
      code: 'usage.invalid',
      hint: expect.stringContaining('--verify-output'),
    });
    expect((await read(named(name), ['--verify-format', 'text'])).own.format).toBe('text');
  });

  it('of the environment counts where the command prints it, and is no error where it does not', async () => {
    const variables = { DOCKER_VERIFY_FORMAT: 'sarif' };
    expect((await read(named('check'), [], variables)).own.format).toBe('sarif');
    expect((await read(named('inspect'), [], variables)).own.format).toBe('text');
    expect((await read(named('build'), [], variables)).own.format).toBe('text');
    expect((await read(named('build'), ['--verify-output', 'x'], variables)).own.format).toBe('sarif');
  });

  it('that a command declares and does not print is a defect', () => {
    expect(formatOf('json', ['text', 'json'])).toBe('json');
    expect(() => formatOf('svg', ['text', 'json'])).toThrow(expect.objectContaining({ code: 'internal' }));
  });
});

describe('an empty argument', () => {
  const bare = commandTable.filter(({ own }) => own !== 'prefixed');

  it.each(bare.map((row) => [row.name, row] as const))('of %s is refused: a script did not set it', async (_, row) => {
    const refusal = { code: 'usage.invalid', message: `${row.name} was given an empty argument` };
    for (const words of [[''], ['x', '']]) await expect(read(row, words)).rejects.toMatchObject(refusal);
    expect((await read(row, ['x'])).operands).toEqual(['x']);
  });

  it.each(['build', 'bake'])('of %s is Docker’s to judge', async (name) => {
    expect((await read(named(name), [''])).operands).toEqual(['']);
  });
});

describe('options of ours', () => {
  it.each(commandTable.filter(({ own }) => own === 'none').map((row) => [row.name, row] as const))(
    'are refused by %s, which takes none',
    async (_, row) => {
      const taken = ownOptionTable.filter(({ name }) => row.options.every((option) => option.name !== name));
      for (const { name } of taken)
        await expect(read(row, [`--${name}=x`])).rejects.toMatchObject({ code: 'usage.invalid' });
    },
  );
});
