import { describe, expect, it } from 'vitest';
import { readSection } from '../../../../scripts/document-section.ts';
import { type BuiltHere, decide } from '../../../../src/policy/index.ts';
import { byKey, inputOf } from '../support/evidence.ts';
import { type Layers, policiesOf } from '../support/policies.ts';
import { acme, files } from '../support/verdict.ts';

const text = readSection('truth table');

/** The rows of the table under a heading, each as its cells by the names of the columns. */
function tableUnder(heading: string): readonly Readonly<Record<string, string>>[] {
  const section = text.split(/^### /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const [head = [], , ...body] = rows;
  return body.map((cells) => Object.fromEntries(cells.map((cell, index) => [head[index] ?? '', cell])));
}

const matching = (mode = ''): string => `rules: [{images: ["ghcr.io/acme/**"], signedBy: [{key: acme.pub}]${mode}}]\n`;
const inLayer: Readonly<Record<string, (policy: string) => Layers>> = {
  machine: (policy) => ({ machine: { '10.yaml': policy, 'acme.pub': acme } }),
  user: (policy) => ({ user: policy.replace('acme.pub', '../../acme.pub'), files }),
  'command line': (policy) => ({ commandLine: [policy], files }),
  project: (policy) => ({ project: policy, files }),
};
const modes: Readonly<Record<string, { readonly file: string; readonly rule?: string; readonly option?: 'enforce' }>> =
  {
    enforce: { file: 'mode: enforce\n' },
    warn: { file: 'mode: warn\n' },
    '--mode enforce': { file: 'mode: warn\n', option: 'enforce' },
    'rule: warn': { file: 'mode: enforce\n', rule: ', mode: warn' },
    'rule: enforce': { file: 'mode: warn\n', rule: ', mode: enforce' },
  };
const unseen = { collectProblems: [{ message: 'the registry answered 503' }] };
const found: Readonly<Record<string, Parameters<typeof inputOf>>> = {
  'no rule matches': ['quay.io/x'],
  'a rule matches and holds': ['ghcr.io/acme/x', [byKey(acme)]],
  'a rule matches and does not hold': ['ghcr.io/acme/x'],
  'a rule matches, but attachments could not be had': ['ghcr.io/acme/x', [], unseen],
  'no rule matches, and attachments could not be had': ['quay.io/x', [], unseen],
};

describe.each(Object.keys(inLayer))('one policy, in the layer %s', (layer) => {
  const rows = tableUnder('One policy').flatMap((row) =>
    Object.entries(row)
      .filter(([column]) => column.includes('default'))
      .map(([column, status]) => ({ mode: row['mode'] ?? '', finding: row['what is found'] ?? '', column, status })),
  );

  it('has a table', () => {
    expect(rows).toHaveLength(56);
  });

  it.each(rows)('$mode, $finding, $column: $status', async ({ mode, finding, column, status }) => {
    const { file, rule, option = null } = modes[mode] ?? { file: 'unknown mode' };
    const fallback = column === 'no default' ? '' : `${column}\n`;
    const policies = await policiesOf({
      ...inLayer[layer]?.(`version: 1\n${file}${fallback}${matching(rule)}`),
      mode: option,
    });
    expect(decide(inputOf(...(found[finding] ?? ['unknown'])), policies).status).toBe(status);
  });
});

describe('two policies', () => {
  const says: Readonly<Record<string, string>> = {
    allow: 'version: 1\ndefault: allow\n',
    warn: 'version: 1\ndefault: warn\n',
    block: 'version: 1\ndefault: deny\n',
    error: `version: 1\nrules: [{images: ["**"], signedBy: [{key: acme.pub}]}]\n`,
    abstains: 'version: 1\n',
  };
  const rows = tableUnder('Two policies').flatMap((row) =>
    Object.entries(row)
      .filter(([column]) => column !== '')
      .map(([column, status]) => ({ one: row[''] ?? '', other: column, status })),
  );

  it('have a table', () => {
    expect(rows).toHaveLength(25);
  });

  it.each(rows)('$one and $other: $status', async ({ one, other, status }) => {
    const policies = await policiesOf({
      machine: { '10.yaml': says[one] ?? '', 'acme.pub': acme },
      project: says[other] ?? '',
      files,
    });
    expect(decide(inputOf('quay.io/x', [], unseen), policies).status).toBe(status);
  });
});

describe('an image that is only in the local store', () => {
  const columns: Readonly<Record<string, string>> = {
    'local: deny': 'local: deny\n',
    'local: warn': 'local: warn\n',
    'local: allow': 'local: allow\n',
    'local: built, built here': 'local: built\n',
    'local: built, another': 'local: built\n',
    'no local, default: deny': 'default: deny\n',
    'no local, a rule asks for a signature': matching(),
  };
  const rows = tableUnder('An image that is only in the local store').flatMap((row) =>
    Object.keys(columns).map((column) => ({ mode: row['mode'] ?? '', column, status: row[column] })),
  );

  it('has a table', () => {
    expect(rows).toHaveLength(14);
  });

  it.each(rows)('$mode, $column: $status', async ({ mode, column, status }) => {
    const policies = await policiesOf({ project: `version: 1\nmode: ${mode}\n${columns[column] ?? ''}`, files });
    const builtHere: BuiltHere = column.endsWith('built here')
      ? { built: true, record: '01ABC', time: '2026-01-01T00:00:00Z' }
      : { built: false, reason: 'no record', hint: null };
    const input = inputOf('ghcr.io/acme/x', [], { image: { onlyLocal: true, builtHere } });
    expect(decide(input, policies).status).toBe(status);
  });
});
