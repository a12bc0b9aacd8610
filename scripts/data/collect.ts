// Writes what src/advice knows of images that others publish, from four public repositories, each file with its source, licence and date.
//
//   collect.ts [FOLDER]
//
// FOLDER holds them as bare repositories (`OWNER+NAME/repo`); without it they are fetched from GitHub into build/data.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [given] = process.argv.slice(2);
const largest = 512 * 1024 * 1024;

interface Source {
  readonly url: string;
  readonly licence: string;
  readonly commit: string;
  /** Of the commit, `YYYY-MM-DD`. */
  readonly date: string;
}

interface Repository {
  readonly source: Source;
  /** Paths with their texts, of those that match. */
  readonly files: (under: string, wanted: RegExp) => ReadonlyMap<string, string>;
}

function placeOf(name: string): string {
  if (given !== undefined) return join(given, name.replace('/', '+'), 'repo');
  const folder = join(root, 'build/data');
  const place = join(folder, `${name.replace('/', '+')}.git`);
  mkdirSync(folder, { recursive: true });
  const clone = ['clone', '--quiet', '--bare', '--depth=1', `https://github.com/${name}`, place];
  if (!existsSync(place)) execFileSync('git', clone, { stdio: 'inherit' });
  return place;
}

function openRepository(name: string, licence: string): Repository {
  const place = placeOf(name);
  const git = (args: readonly string[], input = ''): Buffer =>
    execFileSync('git', ['--git-dir', place, ...args], { input, maxBuffer: largest });
  const [commit = '', date = ''] = git(['log', '-1', '--format=%H %cs']).toString().trim().split(' ');
  const files = (under: string, wanted: RegExp): ReadonlyMap<string, string> => {
    const names = git(['ls-tree', '-r', '--name-only', 'HEAD', under]).toString().split('\n');
    const chosen = names.filter((path) => wanted.test(path));
    const answer = git(['cat-file', '--batch'], chosen.map((path) => `HEAD:${path}\n`).join(''));
    const found = new Map<string, string>();
    let at = 0;
    for (const path of chosen) {
      const line = answer.indexOf(10, at);
      const size = Number(answer.subarray(at, line).toString().split(' ')[2]);
      found.set(path, answer.subarray(line + 1, line + 1 + size).toString());
      at = line + size + 2;
    }
    return found;
  };
  return { source: { url: `https://github.com/${name}`, licence, commit, date }, files };
}

function write(name: string, value: object): void {
  writeFileSync(join(root, 'src/advice/data', `${name}.json`), `${JSON.stringify(value, null, 2)}\n`);
}

/** The fields of a paragraph of a library file (github.com/docker-library/official-images, "Instruction format"). */
function fieldsOf(paragraph: string): ReadonlyMap<string, string> {
  const text = paragraph.replace(/^#.*\n?/gm, '').replace(/\n\s+/g, ' ');
  return new Map(
    text.split('\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const];
    }),
  );
}

/** One text for each image: its tags, those with a version of three numbers last. */
function tagGroups(text: string): readonly string[] {
  const groups = text.split(/\n\s*\n/).flatMap((paragraph) => {
    const fields = fieldsOf(paragraph);
    const tags = [fields.get('Tags'), fields.get('SharedTags')].flatMap((list) => list?.split(/,\s*/) ?? []);
    const architectures = fields.get('Architectures')?.split(/,\s*/) ?? ['amd64'];
    const isWindows = architectures.every((architecture) => architecture.startsWith('windows'));
    return tags.length === 0 || isWindows ? [] : [[...new Set(tags)].join(' ')];
  });
  return groups.toSorted();
}

function collectOfficial(): ReadonlySet<string> {
  const { source, files } = openRepository('docker-library/official-images', 'Apache-2.0');
  const images = [...files('library/', /^library\/[a-z0-9.-]+$/)].flatMap(([path, text]) => {
    const groups = tagGroups(text);
    return groups.length === 0 ? [] : [[path.slice('library/'.length), groups] as const];
  });
  write('official-images', { source, images: Object.fromEntries(images) });
  return new Set(images.map(([name]) => name));
}

/** Official images whose software is this product; beside those that a product itself names (`pkg:docker/library/…`). */
const reviewed: Readonly<Record<string, readonly string[]>> = {
  almalinux: ['almalinux'],
  'alpine-linux': ['alpine'],
  'apache-cassandra': ['cassandra'],
  'apache-http-server': ['httpd'],
  'apache-maven': ['maven'],
  debian: ['debian'],
  'eclipse-jetty': ['jetty'],
  'eclipse-temurin': ['eclipse-temurin'],
  elasticsearch: ['elasticsearch'],
  elixir: ['elixir'],
  erlang: ['erlang'],
  fedora: ['fedora'],
  gradle: ['gradle'],
  haproxy: ['haproxy'],
  influxdb: ['influxdb'],
  joomla: ['joomla'],
  julia: ['julia'],
  mongodb: ['mongo'],
  neo4j: ['neo4j'],
  nextcloud: ['nextcloud'],
  nginx: ['nginx'],
  perl: ['perl'],
  php: ['php'],
  rabbitmq: ['rabbitmq'],
  'rocky-linux': ['rockylinux'],
  rust: ['rust'],
  sapmachine: ['sapmachine'],
  solr: ['solr'],
  telegraf: ['telegraf'],
  tomcat: ['tomcat'],
  ubuntu: ['ubuntu'],
};

interface Product {
  readonly title: string;
  readonly permalink: string;
  readonly identifiers?: readonly Readonly<Record<string, string>>[];
  readonly releases: readonly Readonly<Record<string, unknown>>[];
}

const dates = ['eol', 'eoes', 'lts'] as const;

function dayOf(value: unknown): string | boolean | null {
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

function collectEndOfLife(official: ReadonlySet<string>): void {
  const { source, files } = openRepository('endoflife-date/endoflife.date', 'MIT');
  const products: Record<string, object> = {};
  for (const [path, text] of files('products/', /^products\/[a-z0-9.-]+\.md$/)) {
    const name = path.slice('products/'.length, -'.md'.length);
    const product = parse(text.split(/^---$/m)[1] ?? '') as Product;
    const named = (product.identifiers ?? []).flatMap(
      ({ purl }) => /^pkg:docker\/library\/([^?@]+)/.exec(purl ?? '')?.[1] ?? [],
    );
    const images = [...new Set([...named, ...(reviewed[name] ?? [])])]
      .filter((image) => official.has(image))
      .toSorted();
    if (images.length === 0) continue;
    const cycles = product.releases.map((release) => ({
      cycle: String(release['releaseCycle']),
      ...(typeof release['codename'] === 'string' ? { codename: release['codename'] } : {}),
      ...Object.fromEntries(dates.flatMap((key) => (dayOf(release[key]) === null ? [] : [[key, dayOf(release[key])]]))),
    }));
    products[name] = { title: product.title, images, cycles };
  }
  write('end-of-life', { source, products });
}

interface HardenedDefinition {
  readonly variant?: string;
  readonly flavor?: string;
  readonly tags?: readonly string[];
  readonly dates?: { readonly 'end-of-life'?: string };
}

function collectHardened(official: ReadonlySet<string>): void {
  const { source, files } = openRepository('docker-hardened-images/catalog', 'Apache-2.0');
  const images: Record<string, object[]> = {};
  for (const [path, text] of files('image/', /^image\/[^/]+\/[^/]+\/[^/]+\.yaml$/)) {
    const [, name = ''] = path.split('/');
    if (!official.has(name)) continue;
    const { variant = 'runtime', flavor, tags = [], dates: ends } = parse(text) as HardenedDefinition;
    if (flavor !== undefined || tags.length === 0 || (variant !== 'runtime' && variant !== 'dev')) continue;
    const end = ends?.['end-of-life'];
    const found = { tags: tags.join(' '), variant, ...(end === undefined ? {} : { eol: end }) };
    images[name] = [...(images[name] ?? []), found];
  }
  write('docker-hardened-images', { source, images });
}

function collectChainguard(official: ReadonlySet<string>): void {
  const { source, files } = openRepository('chainguard-dev/dfc', 'Apache-2.0');
  const [text = ''] = files('pkg/dfc/', /builtin-mappings\.yaml$/).values();
  const mapped = (parse(text) as { images: Readonly<Record<string, string>> }).images;
  const named = Object.entries(mapped).map(([name, image]) => [name.replace(/\*$/, ''), image] as const);
  write('chainguard-images', { source, images: Object.fromEntries(named.filter(([name]) => official.has(name))) });
}

const official = collectOfficial();
collectEndOfLife(official);
collectHardened(official);
collectChainguard(official);
