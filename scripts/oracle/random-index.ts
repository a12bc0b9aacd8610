import type { PoolImage } from './image-pool.ts';
import { type Loose, type LooseObject, looseText } from './loose-json.ts';
import type { Pushed } from './raw-registry.ts';
import type { Random } from './seeded-random.ts';

/** An index made at random, and what a build asks of it. */
export interface RandomIndex {
  readonly text: string;
  readonly mediaType: string;
  readonly platforms: readonly string[];
}

const ociIndex = 'application/vnd.oci.image.index.v1+json';
const dockerIndex = 'application/vnd.docker.distribution.manifest.list.v2+json';

const asked = [
  'linux/amd64',
  'linux/amd64',
  'linux/amd64',
  'linux/amd64',
  'linux/amd64',
  'linux/arm64',
  'linux/arm64',
  'linux/arm64',
  'linux/arm/v7',
  'linux/arm/v6',
  'linux/386',
  'linux/amd64/v3',
  'linux/arm64/v8.3',
  'linux/riscv64',
] as const;
const systems = ['linux', 'linux', 'linux', 'Linux', 'windows', 'unknown', '', 'l\u0130nux', 'linux/amd64'] as const;
const architectures = [
  'amd64',
  'arm64',
  'arm',
  '386',
  'x86_64',
  'AMD64',
  'aarch64',
  'armhf',
  'i386',
  '',
  'amd64/v2',
] as const;
const variants = ['v1', 'v2', 'v3', 'v6', 'v7', 'v8', '7', 'V8', 'v8.0', 'v8.2', ''] as const;
const written = [
  'digest',
  'Digest',
  'DIGEST',
  'dige\u017ft',
  '\\u0044igest',
  'size',
  'Size',
  'platform',
  'Platform',
] as const;

function object(fields: Readonly<Record<string, Loose>>): LooseObject {
  return { pairs: Object.entries(fields) };
}

function randomPlatform(random: Random): LooseObject {
  const platform = object({ architecture: random.pick(architectures), os: random.pick(systems) });
  if (random.chance(40)) platform.pairs.push(['variant', random.pick(variants)]);
  if (random.chance(8)) platform.pairs.push(['os.features', random.pick<Loose>([['sse4'], [], null])]);
  if (random.chance(8)) platform.pairs.push(['os.version', '10.0.1']);
  if (random.chance(10)) platform.pairs.splice(random.number(platform.pairs.length), 1);
  if (random.chance(2)) platform.pairs.push([random.pick(['OS', 'Architecture', 'os'] as const), 'linux']);
  return platform;
}

const marks = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': 'sha256:0' };

function randomEntry(random: Random, pushed: Pushed, own: Readonly<Record<string, string>> | null): LooseObject {
  const { mediaType, digest, size } = pushed;
  const entry = object({ mediaType, digest, size });
  if (own !== null && random.chance(70)) entry.pairs.push(['platform', object(own)]);
  else if (random.chance(75)) entry.pairs.push(['platform', random.chance(8) ? null : randomPlatform(random)]);
  if (random.chance(15)) entry.pairs.push(['annotations', object(marks)]);
  if (random.chance(5)) entry.pairs.push(['urls', null]);
  return entry;
}

/** Changes an entry as somebody would who wants two readers to see two things. */
function mutate(random: Random, entry: LooseObject, other: Pushed): void {
  const { pairs } = entry;
  const key = random.pick(written);
  const folded = key.toLowerCase();
  switch (random.number(5)) {
    case 0: // a second key
      pairs.push([key, folded === 'size' ? other.size : folded === 'platform' ? randomPlatform(random) : other.digest]);
      break;
    case 1: {
      // one key in another spelling
      const index = random.number(pairs.length);
      const pair = pairs[index];
      if (pair !== undefined) pairs[index] = [pair[0].toUpperCase(), pair[1]];
      break;
    }
    case 2: // a field that is not there
      pairs.splice(random.number(pairs.length), 1);
      break;
    case 3: // a field that says nothing
      pairs.push([random.pick(['data', 'artifactType', 'annotations', 'unknown'] as const), null]);
      break;
    default: // a media type of another kind
      pairs[0] = [
        'mediaType',
        random.pick([ociIndex, dockerIndex, other.mediaType, other.mediaType.toUpperCase()] as const),
      ];
  }
}

/** The list of an index, with entries out of the pool. */
function randomList(
  random: Random,
  pool: readonly [PoolImage, ...PoolImage[]],
  nested: readonly Pushed[],
): LooseObject[] {
  return Array.from({ length: 1 + random.number(9) }, () => {
    const inner = nested[random.number(nested.length * 4)];
    const image = random.pick(pool);
    const entry = inner === undefined ? randomEntry(random, image, image.platform) : randomEntry(random, inner, null);
    if (random.chance(6)) mutate(random, entry, random.pick(pool));
    return entry;
  });
}

/** An index whose entries are images of the pool, or indexes that were pushed before. */
export function randomIndex(
  random: Random,
  pool: readonly [PoolImage, ...PoolImage[]],
  nested: readonly Pushed[],
): RandomIndex {
  const mediaType = random.chance(80) ? ociIndex : dockerIndex;
  const list: Loose = random.chance(1) ? null : randomList(random, pool, nested);
  const document = object({ schemaVersion: 2, mediaType, manifests: list });
  if (random.chance(3)) document.pairs.push(['Manifests', randomList(random, pool, nested)]);
  if (random.chance(2)) document.pairs.push(['layers', null]);
  if (random.chance(2)) document.pairs.push(['manifests', randomList(random, pool, nested)]);
  const first = random.pick(asked);
  const platforms = random.chance(10) ? [...new Set([first, random.pick(asked)])] : [first];
  return { text: looseText(document), mediaType, platforms };
}
