import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { lab, type Outcome, run, runDocker, runVerify } from '../../support/lab.ts';
import { project } from '../project.ts';
import { hasGit, type RemoteContext, serveRepository } from '../remote-context.ts';

const served: RemoteContext[] = [];
afterEach(async () => {
  await Promise.all(served.splice(0).map((context) => context.close()));
});

type Env = Readonly<Record<string, string>>;

/** Definitions and options of every kind; each is baked twice, and what is made is compared. */
interface Kind {
  readonly files: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly env?: Env;
  readonly stdin?: string;
}

const inline = (text: string): string => `FROM scratch\\nCOPY <<EOF /out\\n${text}\\nEOF\\n`;
const kinds: Readonly<Record<string, Kind>> = {
  'groups, inheritance and a matrix': {
    files: {
      'docker-bake.hcl': `group "default" { targets = ["g", "m"] }\ngroup "g" { targets = ["a"] }\ntarget "_common" { args = { X = "1" } }\ntarget "a" {\n  inherits = ["_common"]\n  dockerfile-inline = "ARG X\\n${inline('$$' + '{X}')}"\n  output = ["type=local,dest=out/a"]\n}\ntarget "m" {\n  name = "m-\${v}"\n  matrix = { v = ["1", "2"] }\n  dockerfile-inline = "${inline('m${v}')}"\n  output = ["type=local,dest=out/m-\${v}"]\n}\n`,
    },
  },
  'signs of templates in every text': {
    files: {
      'docker-bake.hcl':
        `target "default" {\n  args = { A = "$$` +
        `{A} %%{b} $ % $$$" }\n  labels = { "l" = "$$` +
        `{x}" }\n  contexts = { src = "./a$$` +
        `{b}" }\n  output = ["type=local,dest=out/$$` +
        `{c}"]\n  dockerfile-inline = "FROM scratch\\nARG A\\nCOPY --from=src /which /which\\nCOPY <<EOF /a\\n$$` +
        `{A}\\nEOF\\n"\n}\n`,
      'a${b}/which': 'odd',
    },
  },
  'several files and a target by name': {
    files: {
      'one.hcl': `target "a" { dockerfile-inline = "${inline('one')}" }\n`,
      'two.json': JSON.stringify({ target: { a: { output: ['type=local,dest=out'] } } }),
    },
    args: ['-f', 'one.hcl', '-f', 'two.json', 'a'],
  },
  'variables, from the environment and the command line': {
    files: {
      'docker-bake.hcl': `variable "V" { default = "d" }\ntarget "default" {\n  dockerfile-inline = "${inline('${V}')}"\n  output = ["type=local,dest=out"]\n}\n`,
    },
    env: { V: 'e' },
  },
  'a file of a folder below, whose paths begin here': {
    files: {
      'sub/docker-bake.json': JSON.stringify({
        target: { default: { context: 'ctx', output: ['type=local,dest=out'] } },
      }),
      'ctx/Dockerfile': 'FROM scratch\nCOPY which /which\n',
      'ctx/which': 'here',
    },
    args: ['-f', 'sub/docker-bake.json'],
  },
  'standard input, as compose hands it over': {
    files: {},
    args: ['-f', '-', 'x'],
    stdin: JSON.stringify({
      target: {
        x: {
          'dockerfile-inline': 'FROM scratch\nCOPY which /which\n',
          context: 'evil',
          output: ['type=local,dest=out'],
        },
      },
    }),
  },
  'secrets, platforms, labels, no-cache and a linked target': {
    files: {
      'docker-bake.hcl': `target "default" {\n  contexts = { lib = "target:lib" }\n  secret = ["id=s,env=TOKEN", { type = "file", id = "f", src = "f" }]\n  labels = { a = "b" }\n  platforms = ["linux/amd64"]\n  no-cache = true\n  tags = ["b-once:1"]\n  network = "none"\n  shm-size = "1m"\n  ulimits = ["nofile=64:64"]\n  extra-hosts = { h = "127.0.0.1" }\n  output = ["type=local,dest=out"]\n  dockerfile-inline = "FROM lib\\n"\n}\ntarget "lib" { dockerfile-inline = "${inline('lib')}" }\n`,
      f: 'x',
    },
    env: { TOKEN: 't' },
  },
  'output elsewhere, by --set': {
    files: { 'docker-bake.hcl': `target "default" { dockerfile-inline = "${inline('set')}" }\n` },
    args: ['--set', '*.output=type=local,dest=OUTSIDE'],
  },
  'output elsewhere, by the definition': {
    files: {
      'docker-bake.hcl': `target "default" {\n  dockerfile-inline = "${inline('file')}"\n  output = ["type=local,dest=OUTSIDE"]\n}\n`,
    },
  },
  'output elsewhere, by the definition and --allow': {
    files: {
      'docker-bake.hcl': `target "default" {\n  dockerfile-inline = "${inline('file')}"\n  output = ["type=local,dest=OUTSIDE"]\n}\n`,
    },
    args: ['--allow', 'fs.write=OUTSIDE'],
  },
  'a target of an odd name': {
    files: {
      'docker-bake.json': `{"group": {"default": {"targets": ["__proto__", "1"]}}, "target": {"__proto__": {"dockerfile-inline": "${inline('p')}", "output": ["type=local,dest=out/p"]}, "1": {"dockerfile-inline": "${inline('1')}", "output": ["type=local,dest=out/1"]}}}`,
    },
  },
  'a check': {
    files: {
      'docker-bake.json': JSON.stringify({ target: { default: { 'dockerfile-inline': 'from scratch AS X\n' } } }),
    },
    args: ['--check'],
  },
  'a call of its own': {
    files: {
      'docker-bake.json': JSON.stringify({
        target: { default: { call: 'targets', 'dockerfile-inline': 'FROM scratch AS x\n' } },
      }),
    },
  },
  'files that paths are relative to, where buildx can': {
    files: {
      'sub/docker-bake.json': JSON.stringify({
        target: { default: { context: 'ctx', output: ['type=local,dest=out'] } },
      }),
      'ctx/Dockerfile': 'FROM scratch\nCOPY <<EOF /out\nhere\nEOF\n',
      'sub/ctx/Dockerfile': 'FROM scratch\nCOPY <<EOF /out\nbelow\nEOF\n',
    },
    args: ['-f', 'sub/docker-bake.json'],
    env: { BUILDX_BAKE_FILE_RELATIVE_PATHS: '1' },
  },
};

interface Made {
  readonly status: number;
  readonly stdout: string;
  readonly tree: string;
  readonly metadata: readonly string[];
}

async function make(
  kind: Kind,
  start: (args: readonly string[], options: { cwd: string; env: Env; stdin?: string }) => Promise<Outcome>,
): Promise<Made> {
  const outside = join(await project(''), 'outside');
  const placed = (text: string): string => text.replaceAll('OUTSIDE', outside);
  const given = Object.fromEntries(Object.entries(kind.files).map(([name, text]) => [name, placed(text)]));
  const cwd = await project('', { files: { 'evil/which': 'folder', ...given } });
  const args = [...(kind.args ?? []).map(placed), '--metadata-file', 'metadata.json'];
  const stdin = kind.stdin === undefined ? {} : { stdin: kind.stdin };
  const { status, stdout } = await start(args, { cwd, env: kind.env ?? {}, ...stdin });
  const list =
    'for folder in out "$0"; do [ -d "$folder" ] && (cd "$folder" && find . -type f | sort | while read -r f; do echo "$f: $(cat "$f")"; done); done; true';
  const tree = (await run(lab(), 'sh', ['-c', list, outside], { cwd })).stdout;
  const metadata: unknown = JSON.parse(await readFile(join(cwd, 'metadata.json'), 'utf8').catch(() => '{}'));
  return { status, stdout, tree, metadata: Object.keys(metadata as object).toSorted() };
}

describe.each(Object.entries(kinds))('a bake with %s', (_, kind) => {
  it('makes what plain buildx makes of it', async () => {
    const plain = await make(kind, (args, options) => runDocker(['buildx', 'bake', ...args], options));
    const verified = await make(kind, (args, options) => runVerify(['bake', ...args], options));
    expect(verified).toEqual(plain);
  });
});

describe.runIf(await hasGit())('a definition in a repository', () => {
  const definition = `variable "BAKE_CMD_CONTEXT" {}\ntarget "root" {\n  output = ["type=local,dest=out/root"]\n}\ntarget "sub" {\n  context = "sub"\n  output = ["type=local,dest=out/sub"]\n}\ntarget "here" {\n  context = BAKE_CMD_CONTEXT\n  dockerfile = "none"\n  dockerfile-inline = "FROM scratch\\nCOPY which /which\\n"\n  output = ["type=local,dest=out/here"]\n}\ntarget "named" {\n  contexts = { whole = ".", mine = "cwd://mine" }\n  dockerfile-inline = "FROM scratch\\nCOPY --from=whole sub/which /whole\\nCOPY --from=mine which /mine\\n"\n  output = ["type=local,dest=out/named"]\n}\n`;
  const repository = {
    'docker-bake.hcl': definition,
    Dockerfile: 'FROM scratch\nCOPY which /which\n',
    which: 'repository',
    'sub/Dockerfile': 'FROM scratch\nCOPY which /which\n',
    'sub/which': 'folder of the repository',
  };
  const here = { which: 'here', 'mine/which': 'mine', 'sub/which': 'not this' };

  it.each(['root', 'sub', 'here', 'named'])('is built as plain buildx builds it: %s', async (target) => {
    const context = await serveRepository(repository);
    served.push(context);
    const kind: Kind = { files: here, args: [context.url, target] };
    const plain = await make(kind, (args, options) => runDocker(['buildx', 'bake', ...args], options));
    expect(plain.status).toBe(0);
    expect(await make(kind, (args, options) => runVerify(['bake', ...args], options))).toEqual(plain);
  });
});
