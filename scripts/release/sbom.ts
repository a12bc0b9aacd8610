import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../build/folders.ts';
import type { Target } from '../build/target.ts';
import { version } from './names.ts';

/** A component (CycloneDX 1.6). */
interface Component {
  readonly type: 'application' | 'library' | 'platform' | 'data';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: 'SHA-256' | 'SHA-512'; readonly content: string }[];
  readonly licenses?: readonly ({ readonly expression: string } | { readonly license: { readonly name: string } })[];
  readonly components?: readonly Component[];
}

interface LockedPackage {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
}

/** Where npm put the package that a file belongs to: innermost, since packages lie in packages. */
function packagePlace(file: string): string | null {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? null;
}

function sha512In(integrity: string | undefined): Component['hashes'] {
  const base64 = /^sha512-([A-Za-z0-9+/=]+)$/.exec(integrity ?? '')?.[1];
  return base64 === undefined
    ? undefined
    : [{ alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') }];
}

function libraryOf(place: string, locked: LockedPackage | undefined): Component {
  if (locked === undefined) throw new Error(`${place} is in the bundle and not in package-lock.json`);
  const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const purl = `pkg:npm/${name.replace('@', '%40')}@${locked.version}`;
  const hashes = sha512In(locked.integrity);
  const isPlain = /^[A-Za-z0-9.+-]+$/.test(locked.license ?? '');
  return {
    type: 'library',
    'bom-ref': place === `node_modules/${name}` ? purl : `${purl}#${place}`,
    name,
    version: locked.version,
    purl,
    ...(hashes === undefined ? {} : { hashes }),
    ...(locked.license === undefined
      ? {}
      : { licenses: [isPlain ? { expression: locked.license } : { license: { name: locked.license } }] }),
  };
}

/** A file with facts of others that the program carries. */
async function dataOf(file: string): Promise<Component> {
  const content = createHash('sha256')
    .update(await readFile(join(root, file)))
    .digest('hex');
  return { type: 'data', 'bom-ref': `file:${file}`, name: file, hashes: [{ alg: 'SHA-256', content }] };
}

/** What Node lists beside its parts: itself, and the versions of two of its interfaces. */
const interfaces = new Set(['node', 'modules', 'napi']);

/** Node with what it is linked with, as it says itself: every platform's Node of a version is made of the same sources. */
function nodeOf(target: Target): Component {
  const { node } = process.versions;
  const parts = Object.entries(process.versions).flatMap(([name, value]): readonly Component[] =>
    value === undefined || interfaces.has(name)
      ? []
      : [{ type: 'library', 'bom-ref': `node:${name}`, name, version: value, purl: `pkg:generic/${name}@${value}` }],
  );
  return {
    type: 'platform',
    'bom-ref': 'node',
    name: 'node',
    version: node,
    purl: `pkg:npm/${target.nodePackage}@${node}`,
    hashes: [{ alg: 'SHA-256', content: target.nodeDigest }],
    licenses: [{ license: { name: 'MIT and others, see LICENSE of Node.js' } }],
    components: parts,
  };
}

/**
 * What is really inside an executable, as CycloneDX 1.6 (cyclonedx.org, "JSON reference"): the packages of which a module went into the
 * bundle, the data that it carries, and Node.
 * @param modules as `bundleStages` lists them
 * @param sha256 of the executable
 */
export async function sbomOf(
  modules: readonly string[],
  target: Target,
  executable: { readonly name: string; readonly sha256: string; readonly time: Date },
): Promise<string> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>; // npm's own
  };
  const places = [...new Set(modules.flatMap((file) => packagePlace(file) ?? []))].sort();
  const data = modules.filter(
    (file) => packagePlace(file) === null && file.endsWith('.json') && file !== 'package.json',
  );
  const components = [
    nodeOf(target),
    ...places.map((place) => libraryOf(place, lock.packages[place])),
    ...(await Promise.all(data.map(dataOf))),
  ];
  const itself: Component = {
    type: 'application',
    'bom-ref': 'docker-verify',
    name: 'docker-verify',
    version,
    purl: `pkg:generic/docker-verify@${version}?file_name=${executable.name}`,
    hashes: [{ alg: 'SHA-256', content: executable.sha256 }],
    licenses: [{ expression: 'Apache-2.0' }],
  };
  const dependsOn = components.map((component) => component['bom-ref']);
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { timestamp: executable.time.toISOString(), component: itself },
    components,
    dependencies: [{ ref: itself['bom-ref'], dependsOn }],
    compositions: [{ aggregate: 'complete', assemblies: [itself['bom-ref']] }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
