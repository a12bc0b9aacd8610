import { isLooseObject, type Loose, type LooseObject, looseText, readLoose } from '../oracle/loose-json.ts';
import type { Random } from '../oracle/seeded-random.ts';

/** What mutations take their values from. */
export interface Material {
  /** A document of the same kind about something else: fields and entries are taken out of it. */
  readonly donor: Loose | null;
  /** Digests that a descriptor may be made to name, wanted and unwanted ones. */
  readonly digests: readonly [string, ...string[]];
  /** Keys that such a document may have beside those of manifests and signatures. */
  readonly fields?: readonly string[];
}

type Container = Loose[] | LooseObject;

const mediaTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
  'application/vnd.oci.image.layer.nondistributable.v1.tar',
  'application/vnd.dev.sigstore.bundle.v0.3+json',
  'application/vnd.dev.cosign.simplesigning.v1+json',
  'application/vnd.cncf.notary.signature',
  'application/vnd.in-toto+json',
  'application/vnd.oci.empty.v1+json',
] as const;
const platforms = [
  { os: 'linux', architecture: 'amd64' },
  { os: 'linux', architecture: 'arm64', variant: 'v8' },
  { os: 'unknown', architecture: 'unknown' },
  { os: 'Linux', architecture: 'x86_64', variant: 'v1' },
  { os: 'windows', architecture: 'amd64', 'os.version': '10.0.1' },
  { architecture: 'amd64' },
] as const;
const fields = [
  'digest',
  'size',
  'mediaType',
  'platform',
  'annotations',
  'manifests',
  'config',
  'layers',
  'subject',
  'artifactType',
  'data',
  'urls',
  'schemaVersion',
  'rootfs',
  'diff_ids',
  'os',
  'architecture',
  'variant',
  'payload',
  'payloadType',
  'signatures',
  'predicate',
  'predicateType',
  'critical',
  'fsLayers',
] as const;
const odd: readonly [Loose, ...Loose[]] = [
  null,
  '',
  [],
  0,
  -1,
  1.5,
  Number.POSITIVE_INFINITY,
  true,
  '\u0000',
  { pairs: [] },
];
const said = ['\u001b[2J\n::error::pwned', 'sha256:0', '../../x', 'a'.repeat(5000), '\u202e', 'linux/amd64'] as const;

/** A key that some reader may take for this one: folded as Go folds, escaped, or the same. */
function alike(random: Random, key: string): string {
  const spellings = [
    key,
    key.toUpperCase(),
    `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`,
    key.replace('s', '\u017f'),
    key.replace('k', '\u212a'),
    `\\u${key.charCodeAt(0).toString(16).padStart(4, '0')}${key.slice(1)}`,
    `${key} `,
    `${key}\\u0000`,
  ] as const;
  return random.pick(spellings);
}

function containers(value: Loose, into: Container[] = []): Container[] {
  if (typeof value !== 'object' || value === null) return into;
  into.push(value);
  for (const each of isLooseObject(value) ? value.pairs.map(([, inner]) => inner) : value) containers(each, into);
  return into;
}

/** A value that stands under this key somewhere in the donor. */
function donated(random: Random, donor: Loose | null, key: string): Loose | undefined {
  if (donor === null) return undefined;
  const found = containers(donor)
    .filter(isLooseObject)
    .flatMap(({ pairs }) => pairs.filter(([name]) => name.toLowerCase() === key.toLowerCase()));
  return found[random.number(found.length || 1)]?.[1];
}

function inventedFor(random: Random, key: string, { donor, digests }: Material): Loose {
  if (random.chance(15)) return random.pick(odd);
  const taken = random.chance(60) ? donated(random, donor, key) : undefined;
  if (taken !== undefined) return structuredClone(taken);
  const digest = random.pick(digests);
  const platform: Loose = { pairs: Object.entries(random.pick(platforms)) };
  const marks: Loose = {
    pairs: [
      ['vnd.docker.reference.type', random.chance(80) ? 'attestation-manifest' : 'x'],
      ['vnd.docker.reference.digest', digest],
    ],
  };
  const descriptor: Loose = {
    pairs: [
      ['mediaType', random.pick(mediaTypes)],
      ['digest', digest],
      ['size', 500],
    ],
  };
  switch (key.toLowerCase()) {
    case 'digest':
      return random.chance(85)
        ? digest
        : random.pick([digest.toUpperCase(), digest.slice(0, -1), ` ${digest}`] as const);
    case 'size':
      return random.pick([0, 1, 500, 2 ** 53, -1] as const);
    case 'mediatype':
    case 'artifacttype':
      return random.chance(80) ? random.pick(mediaTypes) : random.pick(mediaTypes).toUpperCase();
    case 'platform':
      return platform;
    case 'annotations':
      return marks;
    case 'subject':
    case 'config':
      return descriptor;
    case 'manifests':
    case 'layers':
      return [descriptor];
    case 'urls':
      return ['http://127.0.0.1:9/x'];
    case 'data':
      return Buffer.from(donor === null ? '{}' : looseText(donor)).toString('base64');
    default:
      return random.chance(50) ? random.pick(said) : random.pick(odd);
  }
}

function mutateObject(random: Random, { pairs }: LooseObject, material: Material): void {
  const place = random.number(pairs.length || 1);
  const pair = pairs[place];
  const [, ...others] = fields;
  const known: readonly [string, ...string[]] = [fields[0], ...(material.fields ?? others)];
  const key = pair === undefined || random.chance(25) ? random.pick(known) : pair[0];
  const value = inventedFor(random, key, material);
  switch (random.number(pair === undefined ? 1 : 6)) {
    case 0:
      // before or after what is there
      pairs.splice(random.chance(50) ? 0 : pairs.length, 0, [alike(random, key), value]);
      return;
    case 1:
      pairs.splice(place, 1);
      return;
    case 2:
      if (pair !== undefined) pair[0] = alike(random, pair[0]);
      return;
    case 3:
      pairs.push(...pairs.splice(0, random.number(pairs.length)));
      return;
    default:
      if (pair !== undefined)
        pair[1] = mutatedText(random, pair[1], material) ?? inventedFor(random, pair[0], material);
  }
}

function mutateList(random: Random, list: Loose[], { donor, digests }: Material): void {
  const others =
    donor === null
      ? []
      : containers(donor)
          .filter((each): each is Loose[] => Array.isArray(each))
          .flat();
  const other = others[random.number(others.length || 1)];
  const place = random.number(list.length + 1);
  switch (random.number(6)) {
    case 0:
      list.splice(random.number(list.length || 1), 1);
      return;
    case 1:
      list.reverse();
      return;
    case 2:
      if (list[place] !== undefined) list.push(structuredClone(list[place]));
      return;
    case 3:
      list.splice(place, 0, random.chance(50) ? random.pick(odd) : random.pick(digests));
      return;
    case 4:
      if (other !== undefined && place < list.length) list[place] = structuredClone(other);
      return;
    default:
      if (other !== undefined) list.splice(place, 0, structuredClone(other));
  }
}

/** Changes the JSON within a text that is base64 of one; null where it is none. */
function mutatedText(random: Random, value: Loose, material: Material): string | null {
  if (typeof value !== 'string' || value.length < 16 || random.chance(20)) return null;
  const inner = readLoose(Buffer.from(value, 'base64').toString('utf8'));
  if (inner === null) return null;
  mutateLoose(random, inner, material);
  return Buffer.from(looseText(inner)).toString(/[-_]/.test(value) ? 'base64url' : 'base64');
}

/** Changes one place of a document, as somebody would who wants two readers to see two things, or one reader to see another. */
export function mutateLoose(random: Random, document: Container, material: Material): void {
  const all = containers(document);
  const place = all[random.number(all.length)] ?? document;
  if (isLooseObject(place)) mutateObject(random, place, material);
  else mutateList(random, place, material);
}
