import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Rule {
  readonly name: string;
  readonly comment?: string;
}

const { forbidden } = createRequire(import.meta.url)('../../../../scripts/lint/rooms.cjs') as {
  readonly forbidden: readonly Rule[];
};
const architecture = readFileSync('docs/architecture.md', 'utf8');

/** What each folder may import, by the sentences that a broken rule is reported with. */
const edges = forbidden.flatMap(({ comment = '' }) => {
  const [, folder, list] = /^(src\/\S+) may import (?:of its room )?only: (.*)$/.exec(comment) ?? [];
  if (folder === undefined || list === undefined || list === 'nothing') return [];
  const beside = comment.includes('of its room') ? dirname(folder) : 'src';
  return list.split(', ').map((name) => ({ folder, imported: join(beside, name) }));
});

/** Every import in the source, both ends as paths. */
const imports = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => join('src', path))
  .flatMap((from) =>
    [...readFileSync(from, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, to = '']) => ({
      from,
      to: join(dirname(from), to),
    })),
  );

function isUsed({ folder, imported }: (typeof edges)[number]): boolean {
  return imports.some(({ from, to }) => from.startsWith(`${folder}/`) && to.startsWith(`${imported}/`));
}

/** The texts in code style that are paths in the project, without those that stand for names to be chosen. */
function pathsIn(page: string): readonly string[] {
  return [...readFileSync(page, 'utf8').matchAll(/`((?:cmd|docs|scripts|setup|src|templates|test)\/[\w./-]+)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => !/NAME|FLOOR|ENDING/.test(path));
}

const rooms = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe('the plan of the source', () => {
  it('allows no import between rooms or floors that none of them makes', () => {
    expect(edges.length).toBeGreaterThan(60);
    expect(edges.filter((edge) => !isUsed(edge))).toEqual([]);
    expect(isUsed({ folder: 'src/model', imported: 'src/gate' })).toBe(false);
  });

  it('has a row for each room', () => {
    const rows = [...architecture.matchAll(/^\| `([a-z]+)\/` \| [^`|]+ \| [^|]*\|$/gm)].map(([, room = '']) => room);
    expect(rows.toSorted()).toEqual(rooms.map(({ name }) => name).toSorted());
  });

  it.each(rooms.map(({ name }) => name))('says in two sentences what %s is', (room) => {
    const [comment = ''] = /^\/\*\*.*?\*\//s.exec(readFileSync(join('src', room, 'index.ts'), 'utf8')) ?? [];
    expect([...comment.matchAll(/\.(?=\s)/g)].length).toBeGreaterThanOrEqual(2);
  });

  it('says of each dependency why it is there, and of no other package', () => {
    const [, section = ''] = /## Dependencies\n(.*?)\n###/s.exec(architecture) ?? [];
    const named = [...section.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) =>
      cell.replaceAll('`', '').split(', '),
    );
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    expect(named.toSorted()).toEqual(Object.keys(dependencies).toSorted());
  });
});

it.each([
  'CONTRIBUTING.md',
  'README.md',
  'docs/architecture.md',
  'docs/contracts.md',
  'docs/figures.md',
  'docs/releasing.md',
])('the paths that %s names exist', (page) => {
  const paths = pathsIn(page);
  expect(paths.length).toBeGreaterThan(0);
  expect(paths.filter((path) => !existsSync(path))).toEqual([]);
});
