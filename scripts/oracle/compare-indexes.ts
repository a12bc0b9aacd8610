import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningLab, run } from '../lab/running-lab.ts';
import { type PoolImage, pushPool } from './image-pool.ts';
import { type RandomIndex, randomIndex } from './random-index.ts';
import { type Pushed, pushManifestText } from './raw-registry.ts';
import { Random } from './seeded-random.ts';

/** An index in the lab's registry. */
export interface IndexCase extends RandomIndex {
  readonly reference: string;
}

/** Markers of images, by platform. */
export type Markers = Readonly<Record<string, string>>;

/** What we make of an index: what we choose, `missing` where it has nothing for the platform, `unreadable` where we refuse to read it. */
export type Choice = Markers | 'missing' | 'unreadable';

/** What came of one index. */
export interface Compared {
  readonly index: IndexCase;
  readonly ours: Choice;
  /** What the engines that were asked build on; null where one cannot. None is asked where we refuse to read it. */
  readonly engines: Readonly<Record<string, Markers | null>>;
}

/** Whether an engine builds on something else than we chose, or on something where we say that there is nothing. */
export function isDifferent({ index, ours, engines }: Compared): boolean {
  const built = Object.values(engines).filter((each) => each !== null);
  const chosen = typeof ours === 'string' ? {} : ours;
  return built.some((each) => index.platforms.some((platform) => each[platform] !== chosen[platform]));
}

/** Indexes made at random and pushed, and the markers of their images by digest. */
export interface PushedIndexes {
  readonly cases: readonly IndexCase[];
  readonly markers: ReadonlyMap<string, string>;
}

/** Pushes `count` random indexes that the registry takes; some are used within later ones. */
export async function pushIndexes(lab: RunningLab, count: number, seed: number): Promise<PushedIndexes> {
  // a builder remembers what a tag stood for: no run meets the tags of another
  const repository = `index-differential/${seed}-${Date.now().toString(36)}`;
  const [first, ...others] = await pushPool(lab.registry, repository);
  if (first === undefined) throw new Error('the pool is empty');
  const pool: readonly [PoolImage, ...PoolImage[]] = [first, ...others];
  const random = new Random(seed);
  const nested: Pushed[] = [];
  const cases: IndexCase[] = [];
  while (cases.length < count) {
    const index = randomIndex(random, pool, nested.slice(-6));
    const tag = `case-${cases.length}`;
    // each may lie within the next
    // oxlint-disable-next-line no-await-in-loop
    const pushed = await pushManifestText(lab.registry, repository, index.text, index.mediaType, tag);
    if (pushed === null) continue;
    cases.push({ ...index, reference: `${lab.registry}/${repository}:${tag}` });
    if (random.chance(25)) nested.push(pushed);
  }
  return { cases, markers: new Map(pool.map(({ digest, marker }) => [digest, marker])) };
}

interface CheckedImage {
  readonly name: string;
  readonly platforms: readonly { readonly platform: string; readonly digest: string }[];
  readonly findings: readonly { readonly found?: string }[];
}

function choiceOf({ platforms, findings }: CheckedImage, markers: ReadonlyMap<string, string>): Choice {
  if (platforms.length > 0)
    return Object.fromEntries(platforms.map((each) => [each.platform, markers.get(each.digest) ?? each.digest]));
  return findings.some(({ found }) => / is not there for /.test(found ?? '')) ? 'missing' : 'unreadable';
}

async function ourChoice(
  lab: RunningLab,
  executable: string,
  { markers }: PushedIndexes,
  cases: readonly IndexCase[],
): Promise<ReadonlyMap<string, Choice>> {
  const platform = cases[0]?.platforms.join(',') ?? '';
  const references = cases.map(({ reference }) => reference);
  const folder = await mkdtemp(join(tmpdir(), 'verify-indexes-'));
  try {
    const args = ['check', '--format', 'json', '--refresh', '--platform', platform, ...references];
    const { stdout } = await run(lab, executable, args, { cwd: folder });
    // the contract's report
    const { images } = JSON.parse(stdout) as { readonly images: readonly CheckedImage[] };
    return new Map(images.map((image) => [image.name, choiceOf(image, markers)]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readMarker(folder: string, platform: string, several: boolean, number: number): Promise<string> {
  const place = several ? join(folder, platform.replaceAll('/', '_')) : folder;
  return await readFile(join(place, String(number)), 'utf8');
}

type Built = readonly (Markers | null)[];

/** What an engine builds on for each of these; where one of several cannot be built they are tried in halves. */
async function build(lab: RunningLab, host: string, cases: readonly IndexCase[]): Promise<Built> {
  const [first] = cases;
  if (first === undefined) return [];
  const folder = await mkdtemp(join(tmpdir(), 'verify-indexes-'));
  try {
    const copies = cases.map(({ reference }, number) => `COPY --from=${reference} /marker /${number}`);
    await writeFile(join(folder, 'Dockerfile'), ['FROM scratch', ...copies, ''].join('\n'));
    const output = join(folder, 'out');
    const options = [
      '--platform',
      first.platforms.join(','),
      '--provenance=false',
      '--output',
      `type=local,dest=${output}`,
    ];
    const env = { DOCKER_HOST: host };
    const { status } = await run(lab, lab.docker, ['buildx', 'build', '--quiet', ...options, folder], { env });
    if (status === 0) {
      const read = cases.map(async (_, number) => {
        const several = first.platforms.length > 1;
        const markers = first.platforms.map(async (each) => [each, await readMarker(output, each, several, number)]);
        return Object.fromEntries(await Promise.all(markers)) as Markers; // pairs of text
      });
      return await Promise.all(read);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (cases.length === 1) return [null];
  const middle = Math.ceil(cases.length / 2);
  const left = await build(lab, host, cases.slice(0, middle));
  return [...left, ...(await build(lab, host, cases.slice(middle)))];
}

function* inGroups(cases: readonly IndexCase[], most: number): Generator<readonly IndexCase[]> {
  const groups = new Map<string, IndexCase[]>();
  for (const each of cases) {
    const key = each.platforms.join(',');
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  for (const group of groups.values()) {
    for (let start = 0; start < group.length; start += most) yield group.slice(start, start + most);
  }
}

/** The engines that can build for these platforms: the classic store builds for one at a time. */
function enginesFor(lab: RunningLab, { platforms }: IndexCase): readonly (readonly [name: string, host: string])[] {
  const second = lab.secondDockerHost === null ? [] : [['containerd', lab.secondDockerHost] as const];
  return platforms.length > 1 ? second : [['classic', lab.dockerHost] as const, ...second];
}

/** One index after another, so that each is known to fail by itself. */
async function buildApart(lab: RunningLab, host: string, cases: readonly IndexCase[]): Promise<Built> {
  const built: (Markers | null)[] = [];
  // two builds at once gain nothing
  // oxlint-disable-next-line no-await-in-loop
  for (const index of cases) built.push(...(await build(lab, host, [index])));
  return built;
}

async function compareGroup(
  lab: RunningLab,
  group: readonly [IndexCase, ...IndexCase[]],
  choices: ReadonlyMap<string, Choice>,
): Promise<readonly Compared[]> {
  const choiceFor = ({ reference }: IndexCase): Choice => choices.get(reference) ?? 'unreadable';
  const accepted = group.filter((index) => typeof choiceFor(index) !== 'string');
  const missing = group.filter((index) => choiceFor(index) === 'missing');
  const engines = new Map(group.map((index) => [index, {} as Record<string, Markers | null>]));
  for (const [name, host] of enginesFor(lab, group[0])) {
    // oxlint-disable-next-line no-await-in-loop
    const built = [...(await build(lab, host, accepted)), ...(await buildApart(lab, host, missing))];
    for (const [place, index] of [...accepted, ...missing].entries()) {
      const found = engines.get(index);
      if (found !== undefined) found[name] = built[place] ?? null;
    }
  }
  return group.map((index) => ({ index, ours: choiceFor(index), engines: engines.get(index) ?? {} }));
}

/** Compares what `check` says that a build would use with what the lab's engines do use. */
export async function compareIndexes(
  lab: RunningLab,
  executable: string,
  pushed: PushedIndexes,
): Promise<readonly Compared[]> {
  const compared: Compared[] = [];
  for (const [first, ...others] of inGroups(pushed.cases, 25)) {
    if (first === undefined) continue;
    // oxlint-disable-next-line no-await-in-loop
    const choices = await ourChoice(lab, executable, pushed, [first, ...others]);
    // oxlint-disable-next-line no-await-in-loop
    compared.push(...(await compareGroup(lab, [first, ...others], choices)));
  }
  return compared;
}
