import { stat } from 'node:fs/promises';
import { type BenchBed, pairsOf } from './bench-bed.ts';
import { type Figure, limitFigure, pairFigure } from './figure.ts';
import { comparePairs, measure, type Subject } from './measure.ts';

async function compare(bed: BenchBed, pairs: number, ours: Subject, theirs: Subject) {
  return await comparePairs(
    pairsOf(bed, pairs),
    async () => (await measure(ours)).milliseconds,
    async () => (await measure(theirs)).milliseconds,
  );
}

/** Docker's question to every plugin. */
export async function handshake(bed: BenchBed): Promise<Figure> {
  const { subject, executable, lab } = bed;
  const asked = ['docker-cli-plugin-metadata'];
  const pair = await compare(bed, 41, subject(executable, asked), subject(lab.buildx, asked));
  return pairFigure('handshake', pair, 'docker-buildx', 0.6);
}

/** A command that needs no network, beside Node itself with nothing to do. */
export async function start(bed: BenchBed, parameters: readonly string[], aim: number): Promise<Figure> {
  const { subject, executable } = bed;
  const pair = await compare(bed, 31, subject(executable, parameters), subject(process.execPath, ['-e', '0']));
  return pairFigure(parameters.join(' '), pair, 'node -e 0', aim);
}

/** A build, or a bake of fifty targets, in which every step is cached. */
export async function build(bed: BenchBed, verb: 'build' | 'bake', aim: number): Promise<Figure> {
  const { subject, lab } = bed;
  const what = verb === 'build' ? ['--quiet', 'app'] : ['--progress=quiet', '--file', 'fleet.json'];
  const [ours, theirs] = ['verify', 'buildx'].map((plugin) => subject(lab.docker, [plugin, verb, ...what])) as [
    Subject,
    Subject,
  ];
  const pair = await compare(bed, verb === 'build' ? 15 : 5, ours, theirs);
  return pairFigure(verb === 'build' ? 'build, all cached' : 'bake of 50 targets', pair, `docker buildx ${verb}`, aim);
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
  return limitFigure('size of the executable', (await stat(executable)).size / 1e6, 'MB', 118);
}
