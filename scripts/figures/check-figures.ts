import { defaultIdentity } from '../lab/identity-token.ts';
import { type BenchBed, pairsOf } from './bench-bed.ts';
import { type Figure, pairFigure } from './figure.ts';
import { comparePairs, measure, median, type Pair, processorTime, type Subject } from './measure.ts';

/** What is checked, and how. */
export interface CheckCase {
  readonly signed: 'key' | 'identity';
  /** How many images. */
  readonly count: number;
  /** Milliseconds that the registry adds to each request. */
  readonly latency: 0 | 40;
  /** A second time, when what digests name is known. */
  readonly cached: boolean;
}

interface Contenders {
  readonly ours: Subject;
  /** `cosign verify` of one after another, as a script would. */
  readonly theirs: readonly Subject[];
}

function contenders(bed: BenchBed, { signed, count, cached }: CheckCase): Contenders {
  const { lab } = bed;
  const references = signed === 'key' ? bed.bases.slice(0, count) : [bed.keyless];
  const subject = signed === 'key' ? bed.subject : bed.keylessSubject;
  const who =
    signed === 'key'
      ? ['--key', lab.keys.acme.publicKey, '--insecure-ignore-tlog=true']
      : ['--certificate-identity', defaultIdentity.email, '--certificate-oidc-issuer', defaultIdentity.issuer];
  const options = ['verify', '--allow-http-registry', '--trusted-root', lab.trustedRoot, ...who];
  return {
    ours: subject(bed.executable, ['check', ...(cached ? [] : ['--refresh']), ...references]),
    theirs: references.map((reference) => subject(lab.cosign3, [...options, reference])),
  };
}

/** `check` beside `cosign verify` once for each image. */
export async function check(bed: BenchBed, what: CheckCase, aim: number | null): Promise<Figure> {
  const { ours, theirs } = contenders(bed, what);
  bed.setLatency(what.latency);
  const time = async (subjects: readonly Subject[]): Promise<number> => {
    let milliseconds = 0;
    for (const subject of subjects) milliseconds += (await measure(subject)).milliseconds;
    return milliseconds;
  };
  const pair = await comparePairs(
    pairsOf(bed, what.count > 1 ? 5 : 15),
    () => time([ours]),
    () => time(theirs),
  );
  bed.countRequests();
  await measure(ours);
  const requests = bed.countRequests();
  const images = what.count > 1 ? `${what.count} images` : `one image by ${what.signed}`;
  const manner = `${what.cached ? 'again' : 'nothing cached'}, ${what.latency} ms a request`;
  return pairFigure(`check, ${images}, ${manner} (${requests} asked)`, pair, 'cosign verify', aim);
}

/** The processor's time, user's and system's, of a check of one image near the registry, nothing cached. */
export async function processor(bed: BenchBed, signed: CheckCase['signed'], aim: number | null): Promise<Figure> {
  const { ours, theirs } = contenders(bed, { signed, count: 1, latency: 0, cached: false });
  bed.setLatency(0);
  const [cosign = ours] = theirs;
  const pair: Pair = await comparePairs(
    pairsOf(bed, 15),
    () => processorTime(ours),
    () => processorTime(cosign),
  );
  return pairFigure(`processor's time, one image by ${signed}`, pair, 'cosign verify', aim);
}

/** The chain of five images down to scratch, in time and requests. The aim is in round trips: four a level, one for the names. */
export async function lineage(bed: BenchBed, cached: boolean): Promise<Figure> {
  const parameters = ['lineage', ...(cached ? [] : ['--refresh']), bed.chain];
  const ours = async (): Promise<number> => (await measure(bed.subject(bed.executable, parameters))).milliseconds;
  bed.setLatency(40);
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
    ratio: null,
  };
}
