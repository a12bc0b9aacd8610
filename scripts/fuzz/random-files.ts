import type { Random } from '../oracle/seeded-random.ts';

type Make = () => string;
type Names = readonly [string, ...string[]];

const dockerfileLines = [
  (image: Make) => `FROM ${image()}`,
  (image: Make) => `FROM --platform=${image()} ${image()} AS a`,
  (image: Make) => `COPY --from=${image()} / /`,
  (image: Make) => `RUN --mount=from=${image()},target=/m true`,
  (image: Make) => `ARG X=${image()}`,
  () => 'FROM $X AS b',
  () => 'FROM scratch',
  () => 'FROM alpine AS \u0000',
  () => 'RUN <<EOF\nFROM x',
  () => 'ADD https://[ /',
  () => 'ONBUILD COPY --from=x / /',
  (image: Make) => `# syntax=${image()}`,
  () => '# escape=`',
  () => '\ufeffFROM scratch',
] as const;

/** A document in which anything may stand in any place. */
function document(random: Random, image: Make, value: Make, names: Names, depth = 0): unknown {
  const kind = random.number(depth > 3 ? 5 : 9);
  if (kind === 0) return random.pick([null, true, false, 0, -1, 1e21, 0.5] as const);
  if (kind <= 2) return image();
  if (kind <= 4) return value();
  if (kind === 5)
    return Array.from({ length: random.number(3) }, () => document(random, image, value, names, depth + 1));
  const keys = Array.from({ length: 1 + random.number(4) }, () => (random.chance(90) ? random.pick(names) : value()));
  return Object.fromEntries(keys.map((key) => [key, document(random, image, value, names, depth + 1)]));
}

const policyNames = [
  'version',
  'mode',
  'default',
  'rules',
  'name',
  'images',
  'signedBy',
  'key',
  'keyless',
  'identity',
  'issuer',
  'require',
  'attestations',
  'type',
  'where',
  'maxAge',
  'locked',
  'local',
  'contexts',
  'builtin',
  'publishers',
  'exceptions',
  'until',
  'mirrors',
  'trustedRoot',
  'notation',
  'extends',
  'threshold',
  'packages',
  'deny',
  'lineage',
] as const;
const lockNames = ['lockVersion', 'images', 'digest', 'signer', 'lockedAt', 'docker.io/library/x:1', 'kind'] as const;
const configNames = [
  'auths',
  'auth',
  'credsStore',
  'credHelpers',
  'currentContext',
  'aliases',
  'builder',
  'cliPluginsExtraDirs',
  'proxies',
  'plugins',
  'HttpHeaders',
  'app-1.0',
  'https://index.docker.io/v1/',
] as const;
const bakeNames = [
  'target',
  'default',
  'group',
  'targets',
  'context',
  'contexts',
  'dockerfile',
  'dockerfile-inline',
  'args',
  'tags',
  'platforms',
  'cache-from',
  'output',
  'inherits',
  'matrix',
  'variable',
  'attest',
  'secret',
] as const;
const composeNames = [
  'services',
  'web',
  'build',
  'context',
  'dockerfile',
  'image',
  'additional_contexts',
  'args',
  'x-bake',
  'target',
  'cache_from',
] as const;
const testNames = [
  'tests',
  'image',
  'expect',
  'evidence',
  'policies',
  'name',
  'form',
  'verified',
  'signer',
  'digest',
  'rule',
] as const;
const foreignNames = [
  'default',
  'transports',
  'docker',
  'type',
  'keyPath',
  'keyPaths',
  'keyData',
  'signedIdentity',
  'trustPolicies',
  'registryScopes',
  'signatureVerification',
  'trustStores',
  'trustedIdentities',
  'apiVersion',
  'kind',
  'spec',
  'authorities',
  'images',
  'glob',
] as const;
const sbomNames = [
  'spdxVersion',
  'packages',
  'name',
  'versionInfo',
  'externalRefs',
  'bomFormat',
  'specVersion',
  'components',
  'purl',
  'affected',
  'ranges',
  'events',
  'introduced',
  'fixed',
  'id',
  'statements',
  'vulnerability',
  'products',
  'status',
] as const;

const plain: Readonly<Record<string, string>> = {
  Dockerfile: 'FROM 127.0.0.1:1/base:1\n',
  'docker-bake.json': '{"target":{"default":{"context":".","output":["type=cacheonly"]}}}',
  'docker-verify.yaml': 'version: 1\nmode: warn\ndefault: warn\n',
  'policy.json': '{"default":[{"type":"insecureAcceptAnything"}]}',
  'sub/Dockerfile': 'FROM scratch\n',
  link: '-> sub',
  loop: '-> loop',
  fifo: '|',
  endless: '-> /dev/zero',
  full: '-> /dev/full',
};

/** Bytes that cut a document short, double a part of it or put something strange into it. */
function damaged(random: Random, text: string): string {
  const at = random.number(text.length + 1);
  switch (random.number(6)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return `${text.slice(0, at)}${random.pick(['\u0000', '\ud800', '{', '}', '"', '\n- ', ': ', '&a *a', '<<: *a', '!!binary x', '\t', '\ufeff'])}${text.slice(at)}`;
    case 2:
      return text + text;
    case 3:
      return random.pick(['[', '{"a":', '- ']).repeat(100_000);
    default:
      return text;
  }
}

const documents: readonly [readonly [string, Names], ...(readonly [string, Names])[]] = [
  ['docker-verify.yaml', policyNames],
  ['docker-verify.lock.json', lockNames],
  ['config/config.json', configNames],
  ['config/verify/policy.yaml', policyNames],
  ['config/verify/install.json', ['version', 'mode', 'config', 'files', 'folders']],
  ['config/contexts/meta/x/meta.json', ['Name', 'Endpoints', 'docker', 'Host']],
  ['config/buildx/current', ['Key', 'Name', 'Global']],
  ['docker-bake.json', bakeNames],
  ['compose.yaml', composeNames],
  ['tests.yaml', testNames],
  ['policy.json', foreignNames],
  ['sbom.json', sbomNames],
  ['source-policy.json', ['rules', 'action', 'selector', 'identifier', 'updates', 'match_type', 'attrs']],
  ['state/docker-verify/journal.jsonl', ['id', 'time', 'target', 'images', 'digest', 'sboms', 'tags', 'context']],
  ['sub/index.json', ['manifests', 'mediaType', 'digest', 'size', 'schemaVersion', 'annotations', 'platform']],
];

/** The folder of a run: a project that makes sense, of which some files are others. */
export function randomFiles(random: Random, image: Make, value: Make): Readonly<Record<string, string>> {
  const files: Record<string, string> = { ...plain };
  if (random.chance(60)) {
    const lines = Array.from({ length: 1 + random.number(4) }, () => random.pick(dockerfileLines)(image));
    files['Dockerfile'] = damaged(random, `${lines.join('\n')}\n`);
  }
  for (let count = random.number(4); count > 0; count -= 1) {
    const [path, names] = random.pick(documents);
    const made = document(random, image, value, names);
    files[path] = damaged(random, JSON.stringify(made, null, random.pick([0, 2])));
  }
  if (random.chance(10)) {
    const path = random.pick([
      'Dockerfile',
      'docker-verify.yaml',
      'docker-verify.lock.json',
      'config/config.json',
      'docker-bake.json',
    ]);
    delete files[path];
    if (random.chance(70))
      files[random.chance(50) ? `${path}/` : path] = random.pick(['-> loop', '-> ..', '|', '-> gone']);
  }
  return files;
}
