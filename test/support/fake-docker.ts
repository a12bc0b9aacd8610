import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { CommandLine } from './command-line.ts';
import { writeProgram } from './write-program.ts';

/** What the builder recorded of a build: an image's name with the digest that it used. */
export interface Material {
  readonly name: string;
  readonly digest: string;
}

/** How builds end. */
export interface BuildEnd {
  readonly status?: number;
  /** Null: nothing is recorded. */
  readonly materials?: readonly Material[] | null;
  /** Of what is built. */
  readonly digest?: string;
}

/** An engine and a buildx that answer as a test prepares, for what no real ones do on command. */
export interface FakeDocker {
  /** How buildx was called, one line for each time. */
  calls(): Promise<readonly string[]>;
  /** The source policy that the last build was given. */
  sourcePolicy(): Promise<unknown>;
  /** What the next builds end with, and what they record as used. */
  builds(end: BuildEnd): Promise<void>;
  /** The next build is denied a source, which its record says. */
  denies(source: string): Promise<void>;
  /** The folder that a build writes as an OCI layout. */
  readonly layout: string;
  /** What `bake --print` answers. */
  prints(definition: object): Promise<void>;
  /** Whether the builder denies what a source policy denies. */
  obeys(answer: boolean): Promise<void>;
  /** The image that the engine's own store has under a name, as `docker image inspect` shows it. */
  keeps(name: string, image: object): void;
  /** The container that the engine runs under a name, as `docker inspect` shows it. */
  runs(name: string, container: object): void;
}

const builtUnlessSaid = `sha256:${'d'.repeat(64)}`;

const script = (folder: string, docker: string): string => `#!/bin/sh
folder='${folder}'
echo "$*" >> "$folder/calls"
metadata=
layout=
previous=
for word in "$@"; do
  [ "$previous" = --metadata-file ] && metadata=$word
  previous=$word
  case "$word" in type=oci,*) layout=$(echo "$word" | sed 's/.*dest=\\([^,]*\\).*/\\1/') ;; esac
done
case "$*" in
  *"buildx version") echo "github.com/docker/buildx v0.30.1 abc" ;;
  *"buildx inspect"*) printf 'Name: default\\nDriver: docker\\n\\nNodes:\\nName: default\\nEndpoint: default\\nStatus: running\\nBuildKit version: v0.26.2\\nPlatforms: linux/amd64\\n' ;;
  *"--output=type=cacheonly -")
    read -r _ canary
    if [ -e "$folder/disobeys" ]; then echo "ERROR: failed to resolve $canary" >&2
    else echo "ERROR: failed to solve: source \\"docker-image://$canary\\" denied by policy" >&2; fi
    exit 1 ;;
  *"bake"*"--print"*) cat "$folder/bake.json" ;;
  *"history inspect"*) cat "$folder/denied.json" ;;
  *"buildx build"*|*"buildx bake"*|*" build --metadata-file"*)
    if [ -e "$folder/denied" ]; then
      mv "$folder/denied" "$folder/denied.json"
      mkdir -p '${docker}/buildx/refs/default/default'
      touch "${docker}/buildx/refs/default/default/$$"
      exit 1
    fi
    [ -n "$layout" ] && cp -R "$folder/layout" "$layout"
    cp "$EXPERIMENTAL_BUILDKIT_SOURCE_POLICY" "$folder/policy.json" 2>/dev/null
    case "$*" in *"buildx bake"*) made=bake-metadata.json ;; *) made=metadata.json ;; esac
    [ -n "$metadata" ] && cp "$folder/$made" "$metadata"
    exit "$(cat "$folder/status")" ;;
  *"buildx --help"*) printf 'Management Commands:\\n\\nCommands:\\n  build  x\\n  ls  List builder instances\\n' ;;
  *) echo "buildx said: $*" ;;
esac
`;

function provenanceOf(materials: readonly Material[]): object {
  return {
    buildType: 'https://mobyproject.org/buildkit@v1',
    materials: materials.map(({ name, digest }) => ({
      uri: `pkg:docker/${name.replace(/:([^:/]*)$/, '@$1')}?platform=linux%2Famd64`,
      digest: { sha256: digest.slice('sha256:'.length) },
    })),
  };
}

/** Puts an engine behind a socket, and a buildx among Docker's plugins, where the commands of `line` find them. */
export async function fakeDocker(line: CommandLine): Promise<FakeDocker> {
  const folder = join(line.folder, 'fake');
  const plugins = join(line.folder, 'docker', 'cli-plugins');
  await mkdir(folder, { recursive: true });
  await mkdir(plugins, { recursive: true });
  const buildx = join(plugins, 'docker-buildx');
  writeProgram(buildx, script(folder, join(line.folder, 'docker')));
  const images = new Map<string, object>();
  const containers = new Map<string, object>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').replace(/^\/v[\d.]+/, ''));
    const image = /^\/images\/(.+)\/json$/.exec(path)?.[1];
    const answers: Readonly<Record<string, object>> = {
      '/version': { Version: '29.1.3', ApiVersion: '1.52', Os: 'linux', Arch: 'amd64' },
      '/info': {
        ServerVersion: '29.1.3',
        OSType: 'linux',
        Architecture: 'x86_64',
        Driver: 'overlay2',
        DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']],
      },
    };
    const container = /^\/containers\/(.+)\/json$/.exec(path)?.[1];
    const known = containers.get(container ?? '') ?? images.get(image ?? '');
    const answer = image === undefined && container === undefined ? answers[path] : known;
    response.statusCode = answer === undefined ? 404 : 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer ?? { message: 'no such thing' }));
  });
  const socket = join(folder, 'docker.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  Object.assign(line.variables, { DOCKER_HOST: `unix://${socket}`, PATH: process.env['PATH'] ?? '' });
  const fake: FakeDocker = {
    calls: async () => (await readFile(join(folder, 'calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean),
    sourcePolicy: async () => JSON.parse(await readFile(join(folder, 'policy.json'), 'utf8')) as unknown,
    layout: join(folder, 'layout'),
    denies: async (source) => {
      const Message = `failed to solve: source "${source}" denied by policy`;
      await writeFile(join(folder, 'denied'), JSON.stringify({ Error: { Message } }));
    },
    builds: async ({ status = 0, materials = [], digest = builtUnlessSaid }) => {
      await writeFile(join(folder, 'status'), String(status));
      const recorded = materials === null ? {} : { 'buildx.build.provenance': provenanceOf(materials) };
      const metadata = { ...recorded, 'buildx.build.ref': 'default/default/abc', 'containerimage.digest': digest };
      await writeFile(join(folder, 'metadata.json'), JSON.stringify(metadata));
      await writeFile(join(folder, 'bake-metadata.json'), JSON.stringify({ default: metadata }));
    },
    prints: async (definition) => await writeFile(join(folder, 'bake.json'), JSON.stringify(definition)),
    obeys: async (answer) => {
      if (!answer) await writeFile(join(folder, 'disobeys'), '');
    },
    keeps: (name, image) => void images.set(name, image),
    runs: (name, container) => void containers.set(name, container),
  };
  await fake.builds({});
  return fake;
}
