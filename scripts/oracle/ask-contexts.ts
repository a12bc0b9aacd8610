import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scanDockerfile } from '../../src/dockerfile/index.ts';
import { bakeInvocation, evaluatedDefinition, parseBuildArguments } from '../../src/invocation/index.ts';
import { type BuildTarget, type Environment, isVerifyError, parseCanonicalName } from '../../src/model/index.ts';
import { pushLayer } from '../lab/images.ts';
import { mustRun, type Outcome, type RunningLab, run } from '../lab/running-lab.ts';
import { type ContextCase, folders } from './random-contexts.ts';

/** What a build took for the name that its Dockerfile asks for; null where it took nothing. */
export interface Taken {
  readonly from: 'folder' | 'layout' | 'target' | 'image' | null;
  /** The image in canonical form. */
  readonly image: string | null;
}

/** Asks buildx what it takes, and us what we say that it takes. */
export interface ContextOracle {
  compare(context: ContextCase): Promise<{ readonly theirs: Taken; readonly ours: Taken; readonly log: string }>;
}

const nothing: Taken = { from: null, image: null };

/** Puts an image into the lab's registry that stands for every image, and one into a layout; `/which` tells them apart. */
export async function openContextOracle(lab: RunningLab): Promise<ContextOracle> {
  const base = `${lab.registry}/oracle/contexts`;
  const digest = await pushLayer(lab, null, `${base}:image`, { which: 'image' });
  await pushLayer(lab, null, `${base}:layout`, { which: 'layout' });
  const rule = {
    action: 'CONVERT',
    selector: { identifier: 'docker-image://*' },
    updates: { identifier: `docker-image://${base}@${digest}` },
  };
  return {
    compare: async (context) => {
      const folder = await mkdtemp(join(tmpdir(), 'contexts-'));
      try {
        await writeProject(lab, folder, context, `${base}:layout`, rule);
        const outcome = await buildIn(lab, folder, context);
        return {
          theirs: await readTaken(folder, outcome),
          ours: await ourView(lab, folder, context),
          log: outcome.stderr,
        };
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}

function dockerfile({ asked, instruction }: ContextCase): string {
  return instruction === 'FROM' ? `FROM ${asked}\n` : `FROM scratch\nCOPY --from=${asked} /which /which\n`;
}

async function writeProject(
  lab: RunningLab,
  folder: string,
  context: ContextCase,
  layout: string,
  rule: unknown,
): Promise<void> {
  for (const name of folders) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'which'), 'folder');
  }
  await mkdir(join(folder, 'other'));
  await writeFile(join(folder, 'other', 'which'), 'target');
  await writeFile(join(folder, 'policy.json'), JSON.stringify({ rules: [rule] }));
  await writeFile(join(folder, 'Dockerfile'), dockerfile(context));
  const target = { output: ['type=local,dest=out'], contexts: Object.fromEntries(context.contexts) };
  const other = { context: 'other', 'dockerfile-inline': 'FROM scratch\nCOPY which /which\n' };
  await writeFile(join(folder, 'docker-bake.json'), JSON.stringify({ target: { default: target, other } }));
  if (context.contexts.some(([, value]) => value.startsWith('oci-layout://'))) {
    await mustRun(lab, lab.crane, ['pull', '--insecure', '--format=oci', layout, join(folder, 'layout')]);
  }
}

function buildArguments({ contexts }: ContextCase): readonly string[] {
  return contexts.flatMap(([name, value]) => ['--build-context', `${name}=${value}`]);
}

/** Builds on the engine that can take layouts, with every image turned into one. */
function buildIn(lab: RunningLab, folder: string, context: ContextCase): Promise<Outcome> {
  const quiet = ['--progress=rawjson', '--provenance=false'];
  const args =
    context.verb === 'bake'
      ? ['buildx', 'bake', ...quiet, '--allow=fs=*']
      : ['buildx', 'build', ...quiet, '--output=type=local,dest=out', ...buildArguments(context), '.'];
  return run(lab, lab.docker, args, {
    cwd: folder,
    env: {
      EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: join(folder, 'policy.json'),
      DOCKER_HOST: lab.secondDockerHost ?? lab.dockerHost,
    },
  });
}

const metadata = /\\?"name\\?":\\?"\[(?:\S+ )?(?:context [^"]+\]|internal\]) load metadata for ([^"\\]+)/g;

async function readTaken(folder: string, { stderr }: Outcome): Promise<Taken> {
  if (/Cannot connect to the Docker daemon|connection refused/.test(stderr)) throw new Error(stderr.slice(-500));
  const file = join(folder, 'out', 'which');
  if (!existsSync(file)) return nothing;
  // what was put there, nothing else has this name
  const from = (await readFile(file, 'utf8')) as 'folder' | 'layout' | 'target' | 'image';
  if (from !== 'image') return { from, image: null };
  const names = [...new Set([...stderr.matchAll(metadata)].map(([, name = '']) => parseCanonicalName(name)))];
  return { from, image: names.join(' ') };
}

async function targetOf(lab: RunningLab, folder: string, context: ContextCase): Promise<BuildTarget | null> {
  // of an environment only the folder and the platform are looked at
  const environment = {
    workingDirectory: folder,
    variables: {},
    platform: 'linux',
    architecture: 'x64',
  } as Environment;
  if (context.verb === 'build')
    return parseBuildArguments([...buildArguments(context), '.'], environment).invocation.targets[0] ?? null;
  const { status, stdout } = await run(lab, lab.docker, ['buildx', 'bake', '--print', '--progress=quiet'], {
    cwd: folder,
  });
  if (status !== 0) return null;
  const { targets } = bakeInvocation(evaluatedDefinition(JSON.parse(stdout), null), null, environment);
  return targets.find(({ name }) => name === 'default') ?? null;
}

async function ourView(lab: RunningLab, folder: string, context: ContextCase): Promise<Taken> {
  try {
    const target = await targetOf(lab, folder, context);
    if (target === null) return nothing;
    const source = new TextEncoder().encode(dockerfile(context));
    const { images, replacements } = scanDockerfile({
      target,
      source,
      file: 'Dockerfile',
      defaultPlatform: 'linux/amd64',
    });
    const [replacement] = replacements;
    if (replacement === undefined)
      return images.length === 0 ? nothing : { from: 'image', image: images.map(({ name }) => name).join(' ') };
    const { value } = replacement;
    return {
      from: value.startsWith('target:') ? 'target' : value.startsWith('oci-layout://') ? 'layout' : 'folder',
      image: null,
    };
  } catch (error) {
    if (isVerifyError(error, 'dockerfile.invalid', 'usage.invalid')) return nothing;
    throw error;
  }
}
