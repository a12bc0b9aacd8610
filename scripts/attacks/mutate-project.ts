import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { looseText, readLoose } from '../oracle/loose-json.ts';
import type { Random } from '../oracle/seeded-random.ts';
import { randomArchive } from './mutate-archive.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { mutateLoose } from './mutate-json.ts';
import type { Attack } from './mutate-stock.ts';

/** A build of files that an attacker wrote: the words after `docker buildx`, without those about what is made. */
export interface Project {
  readonly kind: 'archive' | 'bake' | 'dockerfile' | 'layout';
  readonly words: readonly string[];
  readonly stdin?: Buffer;
  /** For people. */
  readonly described: string;
}

/** What a project is made of: a folder, the attack on the repository, and names of an image that may be built on, and of one that may not. */
export interface Ground {
  readonly random: Random;
  readonly folder: string;
  readonly attack: Attack;
  readonly good: string;
  readonly evil: string;
}

const bakeFields = [
  'context',
  'contexts',
  'dockerfile',
  'dockerfile-inline',
  'args',
  'inherits',
  'target',
  'targets',
  'platforms',
  'matrix',
  'name',
  'cache-from',
  'secret',
  'attest',
  'no-cache-filter',
  'call',
  'annotations',
  'pull',
  'default',
  'variable',
  'function',
] as const;

function writeAll(folder: string, files: Readonly<Record<string, string | Buffer>>): Promise<unknown> {
  return Promise.all(
    Object.entries(files).map(async ([name, content]) => {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }),
  );
}

const plain = (image: string): string => `FROM ${image} AS base\nFROM scratch\nCOPY --from=base /marker /mark\n`;
const named = `FROM scratch\nCOPY --from=base /marker /mark\n`;

async function archiveProject({ random, good, evil }: Ground): Promise<Project> {
  const both: readonly [string, ...string[]] = [plain(good), plain(good), plain(evil)];
  const stdin = await randomArchive(random, both);
  const file = random.pick([
    [],
    [],
    ['-f', 'Dockerfile'],
    ['-f', './Dockerfile'],
    ['-f', 'a/Dockerfile'],
    ['-f', 'dockerfile'],
  ] as const);
  return { kind: 'archive', words: ['build', ...file, '-'], stdin, described: `archive ${stdin.toString('base64')}` };
}

function bakeDefinition(image: string): object {
  return {
    group: { default: { targets: ['a', 'b'] } },
    variable: { BASE: { default: image } },
    target: {
      a: { 'dockerfile-inline': named, contexts: { base: `docker-image://${image}` }, args: { X: image } },
      b: { inherits: ['a'], context: '.', dockerfile: 'Dockerfile', args: { BASE: '${BASE}' } },
    },
  };
}

async function bakeProject({ random, folder, good, evil }: Ground): Promise<Project> {
  const definition = readLoose(JSON.stringify(bakeDefinition(good)));
  const donor = readLoose(JSON.stringify(bakeDefinition(evil)));
  if (definition === null || donor === null) throw new Error('both are objects');
  const digests: [string, ...string[]] = [
    evil,
    evil,
    `docker-image://${evil}`,
    plain(evil),
    'evil',
    'target:b',
    '${BASE}',
  ];
  for (let count = 1 + random.number(4); count > 0; count -= 1)
    mutateLoose(random, definition, { donor, digests, fields: bakeFields });
  const text = Buffer.from(looseText(definition));
  const bytes = random.chance(10) ? mutateBytes(random, text, Buffer.from(looseText(donor))) : text;
  const dockerfile = `ARG BASE=${good}\nFROM \${BASE} AS b\nFROM scratch\nCOPY --from=b /marker /mark\n`;
  await writeAll(folder, {
    'docker-bake.json': bytes,
    Dockerfile: dockerfile,
    'evil/Dockerfile': plain(evil),
    'evil/marker': 'a folder',
  });
  const words = random.pick([
    [],
    [],
    ['a'],
    ['b'],
    ['--set', `*.args.BASE=${good}`],
    ['-f', 'docker-bake.json'],
  ] as const);
  return { kind: 'bake', words: ['bake', ...words], described: bytes.toString('latin1') };
}

const tricks = [
  (_good: string, evil: string) => `#syntax=${evil}\n`,
  (_good: string, evil: string) => `# syntax = ${evil}\n`,
  () => '# escape=`\n',
  (good: string) => `ARG X=${good}\n`,
  (_good: string, evil: string) => `ARG X=${evil}\n`,
  () => 'FROM ${X} AS base\n',
  () => 'FROM ${X:-scratch} AS base\n',
  (good: string) => `FROM ${good} AS base\n`,
  (good: string, evil: string) => `FROM ${good} AS base \\\n# ${evil}\n\n`,
  (_good: string, evil: string) => `FROM ${evil} AS other\n`,
  (_good: string, evil: string) => `from \\\n  ${evil} as BASE\n`,
  () => 'FROM base AS next\n',
  () => 'FROM scratch\n',
  () => 'COPY --from=base /marker /mark\n',
  () => 'COPY --from=0 /marker /mark0\n',
  () => 'COPY --from=next /marker /mark1\n',
  (_good: string, evil: string) => `COPY --from=${evil} /marker /mark2\n`,
  (good: string) => `COPY --from=${good} /marker /mark3\n`,
  (_good: string, evil: string) => `COPY <<EOF /text\nFROM ${evil}\nEOF\n`,
  (_good: string, evil: string) => `COPY <<"E" <<F /text/\nE\nF\nCOPY --from=${evil} /marker /mark4\n`,
  () => 'ONBUILD COPY --from=base /marker /mark5\n',
  () => 'ADD --chown=0 x* /\n',
  (_good: string, evil: string) => `LABEL a="\\\nCOPY --from=${evil} /marker /mark6"\n`,
] as const;

async function dockerfileProject({ random, folder, good, evil }: Ground): Promise<Project> {
  const lines = Array.from({ length: 2 + random.number(7) }, () => random.pick(tricks)(good, evil));
  const text = Buffer.from(`${lines.join('')}${random.chance(60) ? plain(good) : ''}`);
  const bytes = random.chance(30) ? mutateBytes(random, text, Buffer.from(plain(evil))) : text;
  await writeAll(folder, { Dockerfile: bytes, x1: 'x' });
  const args = random.chance(30) ? ['--build-arg', `X=${random.chance(50) ? good : evil}`] : [];
  const target = random.chance(15)
    ? ['--target', random.pick(['base', 'other', 'BASE', 'next', '0', '1'] as const)]
    : [];
  const context = random.chance(25)
    ? [
        '--build-context',
        `${random.pick(['base', 'other', 'next', good, evil, 'scratch'] as const)}=${random.pick(['.', `docker-image://${good}`, `docker-image://${evil}`, `docker-image:${evil}`, `target:${evil}`] as const)}`,
      ]
    : [];
  return {
    kind: 'dockerfile',
    words: ['build', ...args, ...target, ...context, '.'],
    described: bytes.toString('latin1'),
  };
}

/** The layout of an attack's documents, whose tag `1` is the repository's. */
async function layoutProject({ random, folder, attack, good }: Ground): Promise<Project> {
  const { stock, role } = attack;
  const root = stock.tags.get('1') ?? role.good.root;
  const listed = [root, role.evil.root, role.good.root].map((digest, place) => {
    const { mediaType, bytes } = stock.documents.get(digest) ?? { mediaType: '', bytes: Buffer.alloc(0) };
    const annotations = { 'org.opencontainers.image.ref.name': ['1', 'latest', 'good'][place] };
    return { mediaType, digest, size: bytes.length, annotations };
  });
  const list = readLoose(JSON.stringify({ schemaVersion: 2, manifests: listed.filter(() => random.chance(70)) }));
  const digests: [string, ...string[]] = [role.evil.root, ...role.evil.vouched, role.good.root];
  if (list !== null && random.chance(60)) mutateLoose(random, list, { donor: null, digests });
  const index = looseText(list);
  const blobs = Object.fromEntries(
    [...stock.documents].map(([digest, { bytes }]) => [`layout/blobs/${digest.replace(':', '/')}`, bytes]),
  );
  await writeAll(folder, {
    ...blobs,
    'layout/oci-layout': '{"imageLayoutVersion":"1.0.0"}',
    'layout/index.json': index,
  });
  await writeAll(folder, { Dockerfile: plain(good) });
  const suffix = random.pick([
    '',
    '',
    ':1',
    ':latest',
    `@${root}`,
    `@${role.good.root}`,
    `@${role.evil.root}`,
    `:1@${role.good.root}`,
  ] as const);
  return {
    kind: 'layout',
    words: ['build', '--build-context', `${good}=oci-layout://${join(folder, 'layout')}${suffix}`, '.'],
    described: `layout ${suffix} ${index}\n  ${attack.steps.join('\n  ')}`,
  };
}

/** Writes a project of one kind or another into the ground's folder. */
export function randomProject(ground: Ground): Promise<Project> {
  return ground.random.pick([
    archiveProject,
    archiveProject,
    bakeProject,
    bakeProject,
    dockerfileProject,
    layoutProject,
    layoutProject,
  ] as const)(ground);
}
