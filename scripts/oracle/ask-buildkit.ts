import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCanonicalName } from '../../src/model/index.ts';
import { buildImage, pushIndex } from '../lab/images.ts';
import { mustRun, type RunningLab, run } from '../lab/running-lab.ts';

/** One question: a Dockerfile and the arguments of `docker buildx build`. */
export interface Question {
  readonly dockerfile: Uint8Array;
  readonly args: readonly string[];
  /** Images that have ONBUILD triggers: canonical name, triggers. */
  readonly onbuild?: Readonly<Record<string, readonly string[]>>;
}

/** What BuildKit makes of it. The images stand in canonical form, sorted. */
export interface Answer {
  readonly images: readonly string[];
  /** Of each image; only where platforms were asked for. */
  readonly platforms?: Readonly<Record<string, readonly string[]>>;
  readonly frontend?: string;
  /** BuildKit's message, where it refuses the Dockerfile. */
  readonly rejected?: string;
}

/** Puts questions to the real BuildKit of a lab, whose source policy turns every image into one local base. */
export interface Oracle {
  ask(question: Question): Promise<Answer>;
}

/** Brings the base into the lab's registry. */
export async function openOracle(lab: RunningLab): Promise<Oracle> {
  const base = `${lab.registry}/oracle/base`;
  const digest = await pushIndex(lab, `${lab.registry}/signed/base:1`, `${base}:1`);
  return { ask: (question) => askBuildKit(lab, `${base}@${digest}`, question) };
}

async function askBuildKit(lab: RunningLab, base: string, question: Question): Promise<Answer> {
  const folder = await mkdtemp(join(tmpdir(), 'oracle-'));
  try {
    await mkdir(join(folder, 'context', 'folder'), { recursive: true });
    await writeFile(join(folder, 'context', 'folder', 'file'), '');
    await writeFile(join(folder, 'context', 'Dockerfile'), question.dockerfile);
    const policy = join(folder, 'policy.json');
    await writeFile(policy, JSON.stringify({ rules: await conversions(lab, base, question.onbuild ?? {}) }));
    if (question.args.some((argument) => argument.includes('oci-layout://layout'))) {
      await mustRun(lab, lab.crane, ['pull', '--insecure', '--format=oci', base, join(folder, 'context', 'layout')]);
    }
    return await build(lab, join(folder, 'context'), policy, question);
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Rule {
  readonly action: 'CONVERT';
  readonly selector: { readonly identifier: string };
  readonly updates: { readonly identifier: string };
}

function convert(from: string, to: string): Rule {
  return { action: 'CONVERT', selector: { identifier: from }, updates: { identifier: `docker-image://${to}` } };
}

/** A rule for `*` would convert again what the rules before it made, so it is there only without triggers. */
async function conversions(
  lab: RunningLab,
  base: string,
  onbuild: Readonly<Record<string, readonly string[]>>,
): Promise<readonly Rule[]> {
  const rules: Rule[] = [];
  for (const [name, triggers] of Object.entries(onbuild)) {
    const dockerfile = [`FROM ${base}`, ...triggers.map((trigger) => `ONBUILD ${trigger}`), ''].join('\n');
    const tag = createHash('sha256').update(dockerfile).digest('hex').slice(0, 16);
    const repository = `${lab.registry}/oracle/onbuild`;
    const digest = await buildImage(lab, `${repository}:${tag}`, dockerfile);
    rules.push(convert(`docker-image://${name}`, `${repository}@${digest}`));
  }
  return [...rules, convert(rules.length === 0 ? 'docker-image://*' : 'docker-image://docker.io/*', base)];
}

/**
 * Really builds, since `--call=outline`, which would run no step, overflows the engine's stack on a stage that is based
 * on one that copies from it. What needs several platforms or a layout goes to the engine that can do it.
 */
async function build(lab: RunningLab, context: string, policy: string, question: Question): Promise<Answer> {
  const second = question.args.some((argument) => argument === '--platform' || argument.includes('oci-layout:'));
  const outcome = await run(
    lab,
    lab.docker,
    ['buildx', 'build', '--progress=rawjson', '--provenance=false', '--output=type=cacheonly', ...question.args, '.'],
    {
      cwd: context,
      env: {
        EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: policy,
        DOCKER_HOST: second ? (lab.secondDockerHost ?? lab.dockerHost) : lab.dockerHost,
      },
    },
  );
  return readAnswer(outcome.stderr, outcome.status, question.args);
}

const metadata = /^\[(?:context ([^\]]+)|(?:(\S+) )?internal)\] load metadata for (\S+)$/;
const frontendConfig = /^resolve image config for docker-image:\/\/(\S+)$/;
function readAnswer(log: string, status: number, args: readonly string[]): Answer {
  const platforms = new Map<string, Set<string>>();
  let frontend: string | undefined;
  const { names, failed } = readSteps(log);
  for (const name of names) {
    frontend ??= frontendConfig.exec(name)?.[1];
    const [, context, platform, image] = metadata.exec(name) ?? [];
    if (image === undefined || args.some((argument) => argument.startsWith(`${context}=oci-layout:`))) continue;
    const canonical = parseCanonicalName(image);
    platforms.set(canonical, (platforms.get(canonical) ?? new Set()).add(platform ?? ''));
  }
  const message = /^ERROR: (?:failed to build: )?(?:failed to solve: )?(.*)$/m.exec(log)?.[1] ?? '';
  if (/Cannot connect to the Docker daemon|connection refused/.test(message)) throw new Error(message);
  const images = [...platforms.keys()].sort();
  // The base that stands in for a frontend cannot do its work, and says so when a named context brought it in.
  if (message.startsWith('current frontend does not support')) frontend = images.pop();
  const refused = status !== 0 && frontend === undefined && !failed;
  const several = [...platforms].filter(([, given]) => !given.has(''));
  return {
    images,
    ...(several.length === 0 ? {} : { platforms: sortedLists(several) }),
    ...(frontend === undefined ? {} : { frontend: parseCanonicalName(frontend) }),
    ...(refused ? { rejected: message } : {}),
  };
}

function sortedLists(lists: readonly (readonly [string, ReadonlySet<string>])[]): Record<string, readonly string[]> {
  const sorted = [...lists].sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, values]) => [name, [...values].sort()]));
}

/**
 * The steps in a log of raw JSON lines, and whether one failed. A step that fails is no refusal of the Dockerfile: the
 * base has nothing in it that a RUN could start or a COPY could take.
 */
function readSteps(log: string): { names: ReadonlySet<string>; failed: boolean } {
  const names = new Set<string>();
  let failed = false;
  for (const line of log.split('\n')) {
    if (!line.startsWith('{')) continue;
    // buildx prints one SolveStatus a line
    const { vertexes = [] } = JSON.parse(line) as { vertexes?: readonly { name?: string; error?: string }[] };
    for (const { name = '', error = '' } of vertexes) {
      names.add(name);
      if (error !== '' && !metadata.test(name)) failed = true;
    }
  }
  return { names, failed };
}
