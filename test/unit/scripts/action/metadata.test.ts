import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Metadata {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly default?: string; readonly required?: boolean }>
  >;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: Readonly<Record<string, string>>;
}

const source = readdirSync('scripts/action').map((name) => readFileSync(join('scripts/action', name), 'utf8'));
const setup = ['setup.ts', 'release-file.ts']
  .map((name) => readFileSync(join('scripts/action', name), 'utf8'))
  .join('\n');
const check = source.filter((text) => !setup.includes(text)).join('\n');

describe.each([
  ['action.yml', check],
  ['setup/action.yml', setup],
])('%s', (file, code) => {
  const metadata = parse(readFileSync(file, 'utf8')) as Metadata;

  it('starts a file that is there, by a Node that takes TypeScript, and has no shell that a value could speak to', () => {
    expect(Object.keys(metadata.runs)).toEqual(['using', 'main']);
    expect(metadata.runs['using']).toBe('node24');
    expect(existsSync(join(dirname(file), metadata.runs['main'] ?? ''))).toBe(true);
  });

  it('declares the inputs that are read, and no other', () => {
    const read = [...code.matchAll(/(?:input|lines|choice)\(\s*variables,\s*'([\w-]+)'/g)].map(([, name = '']) => name);
    expect([...new Set(read)].toSorted()).toEqual(Object.keys(metadata.inputs).toSorted());
  });

  it('declares the outputs that are written, and says of each what it is', () => {
    const written = [...code.matchAll(/runner\.output\('([\w-]+)'/g)].map(([, name]) => name ?? '');
    for (const name of written) expect(Object.keys(metadata.outputs)).toContain(name);
    for (const { description } of [...Object.values(metadata.inputs), ...Object.values(metadata.outputs)])
      expect(description).not.toBe('');
  });

  it('has defaults that are what is taken where nothing is given', () => {
    const firsts = [...code.matchAll(/choice\(variables, '([\w-]+)', \['([\w-]+)'/g)].map(
      ([, name = '', first = '']) => [name, first],
    );
    for (const [name = '', first] of firsts) expect(metadata.inputs[name]?.default).toBe(first);
    expect(firsts.length).toBeGreaterThan(0);
    for (const input of Object.values(metadata.inputs)) expect(typeof (input.default ?? '')).toBe('string');
  });
});
