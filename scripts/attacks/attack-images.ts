import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../oracle/seeded-random.ts';
import { type Bed, enginesOf, type Find, inProject, misbehaviour, runTool } from './bed.ts';
import { parseReport, wronglyAllowed } from './judge.ts';
import { endOf, judgedBuild } from './judged-build.ts';
import { type Attack, randomAttack } from './mutate-stock.ts';

/** What came of a number of attacks. */
export interface Outcomes {
  readonly finds: readonly Find[];
  /** How many of them a builder built. */
  readonly built: number;
  /** How often each kind of attack ended how. */
  readonly kinds: Readonly<Record<string, number>>;
}

interface Numbered extends Attack {
  readonly number: number;
  readonly repository: string;
  /** As a Dockerfile names it. */
  readonly name: string;
}

interface Target {
  readonly engine: string;
  readonly platform: string;
}

/** Each find with the attacks that it names, or all where it names none. */
function findsOf(attacks: readonly Numbered[], wrongs: readonly string[], end: string): readonly Find[] {
  return wrongs.map((what) => {
    const named = attacks.filter(
      ({ repository, number }) => what.includes(repository) || what.endsWith(`as ${number}`),
    );
    const shown = named.length > 0 ? named : attacks;
    const cases = shown.map(({ name, number, steps }) => `${name} (--case ${number})\n  ${steps.join('\n  ')}`);
    return { case: shown[0]?.number ?? 0, what, detail: `${cases.join('\n')}\n${end}` };
  });
}

/** Asks for a verdict on all of them at once; with no guard there is none, and all are built. */
async function check(bed: Bed, folder: string, { engine, platform }: Target, attacks: readonly Numbered[]) {
  if (bed.guard === 'none') return { finds: [], allowed: attacks };
  const options = ['--format', 'json', '--trusted-root', bed.lab.trustedRoot, '--platform', platform];
  const words = ['check', ...options, ...attacks.map(({ name }) => name)];
  const run = await runTool(bed, words, { cwd: folder, engine });
  const report = parseReport(run.stdout);
  const wrongs = [misbehaviour(run, false), ...(report === null ? ['no report'] : wronglyAllowed(bed.cast, report))];
  const statuses = new Map(report?.images.map(({ name, status }) => [name, status]));
  return {
    finds: findsOf(
      attacks,
      wrongs.filter((each) => each !== null),
      endOf(run),
    ),
    allowed: attacks.filter(({ name }) => statuses.get(name) === 'allow'),
  };
}

/** A Dockerfile that takes the marker of each, as one of two kinds of use, and leaves it under its number. */
function dockerfileOf(attacks: readonly Numbered[]): string {
  const lines = attacks.map(({ name, number }) =>
    new Random(number).chance(50)
      ? { before: `FROM ${name} AS s${number}`, copy: `COPY --from=s${number} /marker /${number}` }
      : { before: '', copy: `COPY --from=${name} /marker /${number}` },
  );
  return [...lines.map(({ before }) => before), 'FROM scratch', ...lines.map(({ copy }) => copy), ''].join('\n');
}

/** Builds on all of them; where that does not work, on each half. */
async function build(
  bed: Bed,
  project: string,
  target: Target,
  attacks: readonly Numbered[],
): Promise<Omit<Outcomes, 'kinds'>> {
  const [first] = attacks;
  if (first === undefined) return { finds: [], built: 0 };
  const folder = join(project, `${first.number}-${attacks.length}`);
  await mkdir(folder);
  await writeFile(join(folder, 'Dockerfile'), dockerfileOf(attacks));
  const rules = new Map(attacks.map(({ number, role }) => [String(number), role.member.name]));
  const { run, wrongs } = await judgedBuild(bed, {
    words: ['build', '--platform', target.platform, folder],
    cwd: project,
    engine: target.engine,
    results: `${folder}-results`,
    ruleFor: (file) => rules.get(file) ?? '',
  });
  const finds = findsOf(attacks, wrongs, endOf(run));
  if (run.status === 0 || attacks.length === 1) return { finds, built: run.status === 0 ? attacks.length : 0 };
  const middle = Math.ceil(attacks.length / 2);
  const left = await build(bed, project, target, attacks.slice(0, middle));
  const right = await build(bed, project, target, attacks.slice(middle));
  return { finds: [...finds, ...left.finds, ...right.finds], built: left.built + right.built };
}

/** The same for every number of a batch, so that one alone is attacked as it was among others. */
function targetOf(bed: Bed, batch: number): Target {
  const random = new Random(batch);
  const platform = random.chance(75) ? 'linux/amd64' : 'linux/arm64';
  return { engine: random.pick(enginesOf(bed.lab)), platform };
}

/** Attacks with these numbers: asks for a verdict on all, builds those that are let in together, and now and then one that is not. */
export async function attackImages(bed: Bed, numbers: readonly number[], batch: number): Promise<Outcomes> {
  const target = targetOf(bed, batch);
  const attacks = numbers.map((number): Numbered => {
    const attack = randomAttack(new Random(number), bed.cast);
    const repository = `c${number}/${attack.role.member.name}`;
    bed.stage.show(repository, attack.stock, attack.lies);
    return { ...attack, number, repository, name: `${bed.stage.host}/${repository}:1` };
  });
  try {
    return await inProject(bed, async (folder) => {
      const { finds, allowed } = await check(bed, folder, target, attacks);
      const refused = attacks.filter((each) => !allowed.includes(each));
      const tried = refused.filter(({ number }) => new Random(number).chance(8)).map((each) => [each]);
      const done: Omit<Outcomes, 'kinds'>[] = [];
      // an engine builds one after another
      // oxlint-disable-next-line no-await-in-loop
      for (const group of [allowed, ...tried]) done.push(await build(bed, folder, target, group));
      return {
        finds: [...finds, ...done.flatMap((each) => each.finds)],
        built: done.reduce((sum, each) => sum + each.built, 0),
        kinds: { 'images let in': allowed.length, 'images refused': refused.length },
      };
    });
  } finally {
    bed.stage.clear();
  }
}
