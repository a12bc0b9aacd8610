import { Random } from './seeded-random.ts';

/** A build with named contexts, spelled at random; the name that its Dockerfile asks for is mostly one of theirs. */
export interface ContextCase {
  readonly verb: 'build' | 'bake';
  readonly asked: string;
  readonly instruction: 'FROM' | 'COPY';
  /** In order, a name may stand twice for `build`. */
  readonly contexts: readonly (readonly [name: string, value: string])[];
}

const shared = [
  'base',
  'alpine',
  'golang:1',
  'acme/app',
  '1',
  '0',
  '2:1',
  'example.com/acme/base:1',
  'example.com:443/a',
  'localhost/x',
  'localhost:5000/x:1',
  '[::1]:5000/x:1',
  '[fe80::2]/x',
  '[2001:db8::a]:5000/a/b',
  `acme/app@sha256:${'0'.repeat(64)}`,
] as const;

const otherNames: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    base: [
      'base:latest',
      'library/base',
      'docker.io/library/base',
      'docker.io/base',
      'index.docker.io/library/base:latest',
    ],
    alpine: [
      'alpine:latest',
      'docker.io/library/alpine:latest',
      'DOCKER.IO/library/alpine',
      'registry-1.docker.io/library/alpine',
    ],
    'acme/app': ['docker.io/acme/app', 'acme/app:latest', 'index.docker.io/acme/app'],
    '1': ['docker.io/library/1', '1:latest', 'library/1'],
    '0': ['docker.io/0', '0:latest'],
    'example.com/acme/base:1': ['EXAMPLE.com/acme/base:1', 'example.com:443/acme/base:1'],
    'localhost/x': ['localhost/x:latest', 'docker.io/localhost/x'],
    '[fe80::2]/x': ['[fe80::2]/x:latest', '[FE80::2]/x'],
  }),
);
const strangeNames = ['context', 'dockerfile', 'scratch', 'Base', '::', 'base::', '__proto__', '[::1'] as const;
const platforms = ['linux/amd64', 'linux/arm64', 'linux/amd64/v1', 'amd64', ''] as const;

/** Folders of these names are there, whatever else they look like. */
export const folders = [
  'folder',
  'docker-image:busybox',
  'docker-image:/busybox',
  'DOCKER-IMAGE:/busybox',
  'input:base',
  'input:x',
  'service:other',
  'local:x',
  'oci-layout:layout',
  'TARGET:other',
  'cwd:/folder',
  'cwd:/docker-image:busybox',
] as const;

const sources = [
  './folder',
  'cwd://folder',
  'cwd://docker-image:busybox',
  'docker-image:busybox',
  'docker-image:/busybox',
  'DOCKER-IMAGE://busybox',
  'input:base',
  'input:x',
  'service:other',
  'local:x',
  'TARGET:other',
  'oci-layout:layout',
  'oci-layout://layout',
  'oci-layout://layout:latest',
  'docker-image://busybox',
  'docker-image://scratch',
  'docker-image://example.com/other:1',
  'docker-image://[::1]:5000/y',
] as const;

/** The case of a seed. */
export function randomContexts(seed: number): ContextCase {
  const random = new Random(seed);
  const verb = random.chance(50) ? 'build' : 'bake';
  const asked: string = random.chance(92) ? spelled(random, random.pick(shared)) : random.pick(strangeNames);
  const count = 1 + random.number(2);
  const contexts = Array.from({ length: count }, () => {
    const name = random.chance(80)
      ? spelled(random, familiar(asked))
      : spelled(random, random.pick([...shared, ...strangeNames]));
    const forPlatform = verb === 'bake' && random.chance(15) ? `${name}::${random.pick(platforms)}` : name;
    const value = verb === 'bake' && random.chance(15) ? 'target:other' : random.pick(sources);
    return [forPlatform, value] as const;
  });
  // a bake file says a name once
  const unique = verb === 'build' ? contexts : [...new Map(contexts.map((pair) => [pair[0], pair])).values()];
  return { verb, asked, instruction: random.chance(70) ? 'FROM' : 'COPY', contexts: unique };
}

/** The short spelling that a name is one of. */
function familiar(name: string): string {
  return [...otherNames].find(([, others]) => others.includes(name))?.[0] ?? name;
}

function spelled(random: Random, name: string): string {
  const [first, ...rest] = otherNames.get(name) ?? [];
  return first === undefined || random.chance(50) ? name : random.pick([first, ...rest]);
}
