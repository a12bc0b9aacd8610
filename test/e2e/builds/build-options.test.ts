import { describe, expect, it } from 'vitest';
import { bakeOptions } from '../../../src/invocation/options/bake-options.ts';
import { buildOptions } from '../../../src/invocation/options/build-options.ts';
import type { OptionDefinition } from '../../../src/invocation/options/option-table.ts';
import { runDocker } from '../support/lab.ts';

/** One option as buildx's help shows it; what it takes is seen in the word behind the name. */
function readHelp(help: string): readonly Pick<OptionDefinition, 'name' | 'short' | 'takes' | 'repeatable'>[] {
  const line = /^ +(?:-(\w), )?--([a-z-]+)(?: (\w+))?(?: {2,}|$)/gm;
  return [...help.matchAll(line)].map(([, short = null, name = '', type]) => ({
    name,
    short,
    takes: type === undefined ? 'boolean' : 'value',
    repeatable: ['strings', 'stringArray', 'ulimit'].includes(type ?? ''),
  }));
}

function shape({ name, short, takes, repeatable }: OptionDefinition): unknown {
  return { name, short, takes, repeatable };
}

/** What buildx makes of an option that stands alone: it wants a value, it doesn't know it, or it goes on to miss the rest. */
async function reaction(verb: string, option: string): Promise<'value' | 'boolean' | 'unknown'> {
  // A builder that does not exist, so that a bake which would start does not.
  const { stderr } = await runDocker(['buildx', verb, option], { env: { BUILDX_BUILDER: 'no-such-builder' } });
  if (/flag needs an argument/.test(stderr)) return 'value';
  return /unknown (?:shorthand )?flag/.test(stderr) ? 'unknown' : 'boolean';
}

const tables = [
  ['build', buildOptions],
  ['bake', bakeOptions],
] as const;

describe.each(tables)('the table of the options of %s', (verb, table) => {
  it('holds every option of buildx’s help, with its letter and kind', async () => {
    const { stdout } = await runDocker(['buildx', verb, '--help']);
    const shown = readHelp(stdout);
    expect(shown.length).toBeGreaterThan(15);
    for (const option of shown) {
      const ours = table.find(({ name }) => name === option.name);
      expect(ours === undefined ? `--${option.name} is missing` : shape(ours)).toEqual(option);
    }
    const width = Math.max(...table.map(({ name }) => name.length));
    const rows = table.map(({ name, takes, treatment }) => `--${name.padEnd(width)}  ${takes.padEnd(7)}  ${treatment}`);
    process.stdout.write(`${verb}\n${rows.join('\n')}\n`);
  });

  const names = table.flatMap(({ name, short, takes }) => [
    [`--${name}`, takes] as const,
    ...(short === null ? [] : [[`-${short}`, takes] as const]),
  ]);
  it.each(names)('reads %s as buildx does: %s', async (option, takes) => {
    // An option that this buildx doesn't have yet, or no more, cannot be misread by it.
    expect([takes, 'unknown']).toContain(await reaction(verb, option));
  });
});
