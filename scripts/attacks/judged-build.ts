import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bed, misbehaviour, type Run, readIfThere, runTool } from './bed.ts';
import { parseReport, wronglyAllowed, wronglyBuilt, wronglyFetched, wrongMaterials } from './judge.ts';

/** A build to be run and judged. */
export interface Build {
  /** As they stand behind `docker buildx`: the verb first, without the words about what is made. */
  readonly words: readonly string[];
  readonly cwd: string;
  readonly engine: string;
  readonly stdin?: Uint8Array;
  /** A folder that is not there yet, for what is made and what is said of it. */
  readonly results: string;
  /** The rule whose images a file may come from; null for a file that comes from none. */
  readonly ruleFor: (file: string, content: string) => string | null;
}

export interface JudgedBuild {
  readonly run: Run;
  /** What must not be. */
  readonly wrongs: readonly string[];
}

/** Builds, and holds the report, what the builder fetched, what it says that it used, and what came out against what is trusted. */
export async function judgedBuild(
  bed: Bed,
  { words, cwd, engine, stdin, results, ruleFor }: Build,
): Promise<JudgedBuild> {
  await mkdir(results, { recursive: true });
  const [report, metadata, out] = [join(results, 'report'), join(results, 'metadata'), join(results, 'out')];
  const [verb = '', ...rest] = words;
  const ours = ['--verify-format', 'json', '--verify-output', report, '--verify-trusted-root', bed.lab.trustedRoot];
  const place = `type=local,dest=${out}`;
  const output = verb === 'bake' ? ['--set', `*.output=${place}`] : ['--output', place];
  const all = [verb, ...(bed.guard === 'none' ? [] : ours), ...output, '--metadata-file', metadata, ...rest];
  bed.stage.takeFetched();
  const run = await runTool(bed, all, { cwd, engine, ...(stdin === undefined ? {} : { stdin }) });
  const judged = parseReport(await readIfThere(report));
  const wrongs = [
    misbehaviour(run, true),
    ...(judged === null ? [] : wronglyAllowed(bed.cast, judged)),
    ...wronglyFetched(bed.cast, bed.stage.takeFetched()),
    ...(await wronglyBuilt(bed.cast, out, ruleFor)),
    ...wrongMaterials(bed.cast, await readIfThere(metadata), bed.guard === 'on' ? judged : null),
  ];
  return { run, wrongs: [...new Set(wrongs)].filter((each) => each !== null) };
}

/** How a run ended, for people. */
export function endOf({ words, status, stdout, stderr }: Run): string {
  return `${words.join(' ')}\nstatus ${status}\n${stderr.slice(-4000)}\n${stdout.slice(0, 3000)}`;
}
