// Writes what src/trust embeds: the trusted root of one Sigstore instance, and the TUF root from which it is refreshed.
//
//   embed-trusted-roots.ts public-good DATE TARGETS TARGETS_ORIGIN
//     from the seed that the pinned @sigstore/tuf carries; after an update of that package
//   embed-trusted-roots.ts github DATE TARGETS TARGETS_ORIGIN TRUSTED_ROOT TUF_ROOT ORIGIN
//     from files: the target trusted_root.json of GitHub's TUF repository and that repository's newest root.json
//
// DATE is when the copy was fetched, ORIGIN says from where. TARGETS is the targets.json that names the trusted root: its version is
// kept, so that an older one is never believed. A TUF root is embedded only if a threshold of its own keys signed it,
// and a threshold of the keys of the one that it takes the place of.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Metadata, MetadataKind, type Root } from '@tufjs/models';

interface EmbeddedRoot {
  readonly source: string;
  readonly origin: string;
  readonly updated: string;
  readonly sha256: string;
  readonly thresholds: { readonly log: number; readonly certificateTransparency: number; readonly timestamp: number };
  readonly json: string;
}

interface EmbeddedTufRoot {
  readonly name: string;
  readonly origin: string;
  readonly version: number;
  readonly expires: string;
  readonly targets: number;
  readonly targetsOrigin: string;
  readonly sha256: string;
  readonly json: string;
}

interface Copies {
  readonly trustedRoot: string;
  readonly tufRoot: string;
  readonly origin: string;
}

interface NamedTargets {
  readonly json: string;
  readonly origin: string;
}

const rootsFile = new URL('../../src/trust/embedded-roots.json', import.meta.url);
const tufRootsFile = new URL('../../src/trust/embedded-tuf-roots.json', import.meta.url);
const instances = {
  'public-good': {
    source: 'sigstore public good',
    thresholds: { log: 1, certificateTransparency: 1, timestamp: 1 },
  },
  github: { source: 'github', thresholds: { log: 0, certificateTransparency: 0, timestamp: 1 } },
} as const;

function sha256Of(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** What the file holds of the embedded ones; nothing where it is yet to be made. */
function readRoots<Item>(file: URL): readonly Item[] {
  try {
    // written by this script
    return (JSON.parse(readFileSync(file, 'utf8')) as { readonly roots: readonly Item[] }).roots;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function seed(): Copies {
  const require = createRequire(import.meta.url);
  const mirror = 'https://tuf-repo-cdn.sigstore.dev';
  // the package's own data file; its shape is checked by what follows
  const seeds = require('@sigstore/tuf/seeds.json') as Readonly<
    Record<string, { readonly 'root.json': string; readonly targets: Readonly<Record<string, string>> }>
  >;
  const { version } = require('@sigstore/tuf/package.json') as { readonly version: string };
  const target = seeds[mirror]?.targets['trusted_root.json'];
  const tufRoot = seeds[mirror]?.['root.json'];
  if (target === undefined || tufRoot === undefined) throw new Error(`no seed for ${mirror}`);
  return {
    trustedRoot: Buffer.from(target, 'base64').toString('utf8'),
    tufRoot: Buffer.from(tufRoot, 'base64').toString('utf8'),
    origin: `@sigstore/tuf ${version} seeds.json, ${mirror}`,
  };
}

function parseTufRoot(json: string): Metadata<Root> {
  return Metadata.fromJSON(MetadataKind.Root, JSON.parse(json));
}

/** @throws where too few of its own keys, or of its predecessor's, signed it, or where the targets do not name the trusted root */
function tufRootOf(
  name: string,
  { trustedRoot, tufRoot, origin }: Copies,
  targets: NamedTargets,
  former: EmbeddedTufRoot | undefined,
): EmbeddedTufRoot {
  const root = parseTufRoot(tufRoot);
  root.verifyDelegate(MetadataKind.Root, root);
  if (former !== undefined) parseTufRoot(former.json).verifyDelegate(MetadataKind.Root, root);
  const { version, expires } = root.signed;
  const named = Metadata.fromJSON(MetadataKind.Targets, JSON.parse(targets.json));
  root.verifyDelegate(MetadataKind.Targets, named);
  if (named.signed.targets['trusted_root.json']?.hashes['sha256'] !== sha256Of(trustedRoot)) {
    throw new Error('these targets name another trusted root');
  }
  if (former !== undefined && named.signed.version < former.targets) throw new Error('these targets are older');
  const known = { targets: named.signed.version, targetsOrigin: targets.origin };
  return { name, origin, version, expires, ...known, sha256: sha256Of(tufRoot), json: tufRoot };
}

function write(file: URL, roots: readonly unknown[]): void {
  writeFileSync(file, `${JSON.stringify({ roots }, null, 2)}\n`);
}

const [name, date, targetsFile, targetsOrigin, trustedRootFile, tufRootFile, origin] = process.argv.slice(2);
if ((name !== 'public-good' && name !== 'github') || date === undefined || !targetsFile || !targetsOrigin)
  throw new Error('see the head of this script');
let copies: Copies;
if (name === 'public-good') copies = seed();
else {
  if (trustedRootFile === undefined || tufRootFile === undefined || origin === undefined) {
    throw new Error('see the head of this script');
  }
  copies = {
    trustedRoot: readFileSync(trustedRootFile, 'utf8'),
    tufRoot: readFileSync(tufRootFile, 'utf8'),
    origin,
  };
}

const { source, thresholds } = instances[name];
const roots = readRoots<EmbeddedRoot>(rootsFile);
const tufRoots = readRoots<EmbeddedTufRoot>(tufRootsFile);
const tufRoot = tufRootOf(
  name,
  copies,
  { json: readFileSync(targetsFile, 'utf8'), origin: targetsOrigin },
  tufRoots.find((root) => root.name === name),
);
const root: EmbeddedRoot = {
  source,
  origin: copies.origin,
  updated: `${date}T00:00:00Z`,
  sha256: sha256Of(copies.trustedRoot),
  thresholds,
  json: copies.trustedRoot,
};
const order = Object.values(instances).map((instance): string => instance.source);
write(
  rootsFile,
  [...roots.filter((other) => other.source !== source), root].toSorted(
    (left, right) => order.indexOf(left.source) - order.indexOf(right.source),
  ),
);
write(
  tufRootsFile,
  [...tufRoots.filter((other) => other.name !== name), tufRoot].toSorted((left, right) =>
    right.name.localeCompare(left.name),
  ),
);
