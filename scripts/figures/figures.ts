import { stat } from 'node:fs/promises';
import type { BenchBed } from './bench-bed.ts';
import { comparePairs, measure, median, type Pair } from './measure.ts';

/** One row of the table. */
export interface Figure {
  readonly name: string;
  readonly ours: string;
  readonly theirs: string;
  readonly result: string;
  readonly aim: string;
  readonly met: boolean;
}

function pairFigure(name: string, pair: Pair, other: string, aim: number | null): Figure {
  return {
    name,
    ours: `${pair.ours.toFixed(0)} ms`,
    theirs: `${pair.theirs.toFixed(0)} ms (${other})`,
    result: pair.ratio.toFixed(2),
    aim: aim === null ? '' : `≤ ${aim}`,
    met: aim === null || pair.ratio <= aim,
  };
}

function limitFigure(name: string, value: number, unit: string, aim: number): Figure {
  return {
    name,
    ours: '',
    theirs: '',
    result: `${value.toFixed(1)} ${unit}`,
    aim: `≤ ${aim} ${unit}`,
    met: value <= aim,
  };
}

/** Docker's question to every plugin. */
export async function handshake({ subject, executable, lab }: BenchBed): Promise<Figure> {
  const time = async (program: string): Promise<number> =>
    (await measure(subject(program, ['docker-cli-plugin-metadata']))).milliseconds;
  const pair = await comparePairs(
    41,
    () => time(executable),
    () => time(lab.buildx),
  );
  return pairFigure('handshake', pair, 'docker-buildx', 0.6);
}

/** `cosign verify` of one after another, as a script would. */
async function timeCosign({ subject, lab }: BenchBed, references: readonly string[]): Promise<number> {
  const options = ['--key', lab.keys.acme.publicKey, '--trusted-root', lab.trustedRoot];
  const flags = ['--insecure-ignore-tlog=true', '--allow-http-registry'];
  let milliseconds = 0;
  for (const reference of references) {
    milliseconds += (await measure(subject(lab.cosign3, ['verify', ...options, ...flags, reference]))).milliseconds;
  }
  return milliseconds;
}

/** `check` of the first `count` bases, beside `cosign verify` once for each; `cached`: a second time, when what digests name is known. */
export async function check(bed: BenchBed, count: number, cached: boolean, aim: number | null): Promise<Figure> {
  const references = bed.bases.slice(0, count);
  const parameters = ['check', ...(cached ? [] : ['--refresh']), ...references];
  const ours = async (): Promise<number> => (await measure(bed.subject(bed.executable, parameters))).milliseconds;
  const pair = await comparePairs(count > 1 ? 5 : 15, ours, () => timeCosign(bed, references));
  bed.countRequests();
  await ours();
  const requests = bed.countRequests();
  const bases = count === 1 ? 'one signed base' : `${count} signed bases`;
  const manner = cached ? 'again' : 'nothing cached';
  return pairFigure(`check, ${bases}, ${manner} (${requests} requests)`, pair, 'cosign verify', aim);
}

/** The chain of five images down to scratch, in time and requests; `cached`: a second time. The aim is in round trips: four a level, one for the names. */
export async function lineage(bed: BenchBed, cached: boolean): Promise<Figure> {
  const parameters = ['lineage', ...(cached ? [] : ['--refresh']), bed.chain];
  const ours = async (): Promise<number> => (await measure(bed.subject(bed.executable, parameters))).milliseconds;
  const times = [await ours()];
  for (let round = 0; round < 7; round += 1) times.push(await ours());
  bed.countRequests();
  await ours();
  const requests = bed.countRequests();
  const most = cached ? 5 : 70;
  return {
    name: `lineage of five, ${cached ? 'again' : 'nothing cached'}`,
    ours: `${median(times.slice(1)).toFixed(0)} ms`,
    theirs: '',
    result: `${requests} asked`,
    aim: `≤ ${most}`,
    met: requests <= most,
  };
}

/** A build in which every step is cached. */
export async function build({ subject, lab }: BenchBed): Promise<Figure> {
  const time = async (verb: string): Promise<number> =>
    (await measure(subject(lab.docker, [verb, 'build', '--quiet', 'app']))).milliseconds;
  const pair = await comparePairs(
    15,
    () => time('verify'),
    () => time('buildx'),
  );
  return pairFigure('build, all cached', pair, 'docker buildx build', 1.4);
}

/** What its record adds to a build, in which every step is cached: beside the same without one. */
export async function record({ subject, lab }: BenchBed): Promise<Figure> {
  const time = async (records: string): Promise<number> => {
    const build = subject(lab.docker, ['verify', 'build', '--quiet', 'app']);
    return (await measure({ ...build, env: { ...build.env, DOCKER_VERIFY_RECORDS: records } })).milliseconds;
  };
  const { difference } = await comparePairs(
    31,
    () => time(''),
    () => time('off'),
  );
  return limitFigure("a build's record", difference, 'ms', 5);
}

/** The most that one run of ours keeps in memory: a build, or a check of ten bases. */
export async function memory({ subject, executable, bases }: BenchBed): Promise<Figure> {
  const runs = [
    ['build', '--quiet', 'app'],
    ['check', '--refresh', ...bases],
  ];
  let peak = 0;
  for (const parameters of runs) {
    const { peakMegabytes } = await measure(subject(executable, parameters), true);
    peak = Math.max(peak, peakMegabytes ?? Number.NaN);
  }
  return limitFigure('peak memory', peak, 'MB', 150);
}

export async function size({ executable }: BenchBed): Promise<Figure> {
  return limitFigure('size of the executable', (await stat(executable)).size / 1e6, 'MB', 115);
}
