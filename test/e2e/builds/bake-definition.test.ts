import { expect, it } from 'vitest';
import {
  bakeInvocation,
  bakeProducts,
  evaluatedDefinition,
  parseBakeArguments,
} from '../../../src/invocation/index.ts';
import { environmentOf } from '../../unit/invocation/environment.ts';
import { lab, runDocker, temporaryFolder, writeFiles } from '../support/lab.ts';

const definition = `
variable "V" { default = "1" }
group "default" { targets = ["a", "m"] }
target "a" {
  context = "app"
  dockerfile = "x.Dockerfile"
  args = { A = V }
  contexts = { lib = "target:lib", img = "docker-image://alpine:3" }
  platforms = ["linux/amd64"]
  cache-from = ["type=registry,ref=a/b", "c/d"]
  attest = ["type=sbom,generator=acme/scanner"]
  tags = ["x:1"]
}
target "lib" { dockerfile-inline = "FROM scratch" }
target "m" {
  name = "m-\${v}"
  matrix = { v = ["1", "2"] }
  args = { V = v }
}
`;

/** What real buildx says of a bake in `folder`, read. */
async function bake(folder: string, args: readonly string[], stdin?: string) {
  const environment = { ...environmentOf(folder), variables: lab().environment };
  const parsed = parseBakeArguments(args, environment);
  const outcome = await runDocker(['buildx', 'bake', ...parsed.printArguments], {
    cwd: folder,
    ...(stdin === undefined ? {} : { stdin }),
  });
  expect(outcome).toMatchObject({ status: 0 });
  const definition = evaluatedDefinition(JSON.parse(outcome.stdout), null);
  return { invocation: bakeInvocation(definition, parsed.builder, environment), products: bakeProducts(definition) };
}

it('reads what buildx prints of an HCL file with a matrix, linked targets and overrides', async () => {
  const folder = await writeFiles(await temporaryFolder(), {
    'docker-bake.hcl': definition,
    'app/x.Dockerfile': 'FROM lib\n',
  });
  const args = ['--progress=rawjson', '--set', 'a.args.B=2', '--set=m-*.target=final', '--push'];
  const { invocation, products } = await bake(folder, args);
  expect(invocation.targets.map(({ name }) => name).toSorted()).toEqual(['a', 'lib', 'm-1', 'm-2']);
  expect(invocation.targets.find(({ name }) => name === 'a')).toEqual({
    name: 'a',
    context: { kind: 'folder', path: `${folder}/app` },
    dockerfile: { kind: 'file', path: `${folder}/app/x.Dockerfile`, written: 'app/x.Dockerfile' },
    stage: null,
    platforms: ['linux/amd64'],
    buildArguments: { A: '1', B: '2' },
    namedContexts: [
      { name: 'img', key: 'img', value: 'docker-image://alpine:3' },
      { name: 'lib', key: 'lib', value: 'target:lib' },
    ],
    cacheImports: [
      { type: 'registry', ref: 'a/b' },
      { type: 'registry', ref: 'c/d' },
    ],
    sbomGenerator: 'acme/scanner',
    tags: ['x:1'],
    secrets: [],
    ssh: [],
  });
  expect(invocation.targets.find(({ name }) => name === 'm-2')).toMatchObject({
    stage: 'final',
    buildArguments: { V: '2' },
  });
  expect(invocation.targets.find(({ name }) => name === 'lib')?.dockerfile).toEqual({
    kind: 'inline',
    text: 'FROM scratch',
  });
  expect(products.find(({ target }) => target === 'a')).toEqual({ target: 'a', tags: ['x:1'], push: true, call: null });
});

it('reads a compose file', async () => {
  const compose =
    'services:\n  web:\n    build:\n      context: ./web\n      args: {A: "1"}\n      additional_contexts: {base: docker-image://alpine}\n  db:\n    image: postgres\n';
  const folder = await writeFiles(await temporaryFolder(), {
    'compose.yaml': compose,
    'web/Dockerfile': 'FROM base\n',
  });
  const { invocation } = await bake(folder, []);
  expect(invocation.targets).toMatchObject([
    {
      name: 'web',
      context: { kind: 'folder', path: `${folder}/web` },
      buildArguments: { A: '1' },
      namedContexts: [{ name: 'base', key: 'base', value: 'docker-image://alpine' }],
    },
  ]);
});

it('reads a definition from standard input, as compose hands it over', async () => {
  const folder = await temporaryFolder();
  const args = ['--file', '-', '--progress', 'rawjson', '--metadata-file', 'm.json', 'x'];
  const { invocation } = await bake(folder, args, JSON.stringify({ target: { x: { context: folder, tags: ['a'] } } }));
  expect(invocation.targets).toMatchObject([{ name: 'x', context: { kind: 'folder', path: folder } }]);
});
