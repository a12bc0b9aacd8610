import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, pushLayer } from '../lab/images.ts';
import { type Outcome, type RunningLab, run } from '../lab/running-lab.ts';
import { cosignVerify, sign } from '../lab/signing.ts';

/** What came of builds on a tag that is moved all the while. */
export interface RaceFigures {
  readonly name: string;
  /** Builds that ended with an image on the signed base. */
  readonly signed: number;
  /** Builds that ended with an image on the unsigned base. */
  readonly unsigned: number;
  /** Builds that were refused, since the tag named the unsigned image when it was looked at. */
  readonly refused: number;
  /** Builds that ended in any other way; what the last one said. */
  readonly failed: number;
  readonly lastFailure: string | null;
  /** How often the tag was moved meanwhile. */
  readonly flips: number;
}

interface RaceBed {
  readonly lab: RunningLab;
  readonly executable: string;
  readonly tag: string;
  readonly folder: string;
}

/** One way to build; its status, 10 where it was refused. */
interface Contender {
  readonly name: string;
  readonly build: (bed: RaceBed, output: readonly string[]) => Promise<Outcome>;
}

const inFolder = ({ lab, folder }: RaceBed, program: string, parameters: readonly string[]): Promise<Outcome> =>
  run(lab, program, parameters, { cwd: folder });

/** Plain Docker's build, once something else has said that the tag is signed. */
async function afterwards(bed: RaceBed, first: Outcome, output: readonly string[]): Promise<Outcome> {
  if (first.status !== 0) return { ...first, status: 10 };
  return inFolder(bed, bed.lab.docker, ['buildx', 'build', ...output, '.']);
}

const contenders: readonly Contender[] = [
  {
    name: 'docker verify build',
    build: (bed, output) => inFolder(bed, bed.executable, ['build', ...output, '.']),
  },
  {
    name: 'the same without the pin: docker verify check && docker build',
    build: async (bed, output) => afterwards(bed, await inFolder(bed, bed.executable, ['check', '.']), output),
  },
  {
    name: 'cosign verify && docker build',
    build: async (bed, output) => {
      const { lab, tag } = bed;
      return afterwards(bed, await cosignVerify(lab, tag, { key: lab.keys.acme.publicKey }, { cosign: 3 }), output);
    },
  },
];

interface Manifest {
  readonly type: string;
  readonly bytes: Buffer;
}

function exchange(url: string, method: string, manifest?: Manifest): Promise<Manifest> {
  const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers: manifest ? { 'content-type': manifest.type } : { accept } });
    asked.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        if ((response.statusCode ?? 500) < 300) resolve({ type: response.headers['content-type'] ?? '', bytes });
        else reject(new Error(`${method} ${url}: ${response.statusCode} ${bytes.toString('utf8').slice(0, 200)}`));
      });
    });
    asked.end(manifest?.bytes);
  });
}

/** Moves the tag to and fro, without pause, until it is stopped; answers how often. */
async function startFlipping(tag: string, digests: readonly string[]): Promise<() => Promise<number>> {
  const [host = '', path = ''] = tag.replace(/:[^:/]+$/, '').split(/\/(.*)/s);
  const manifests = `http://${host}/v2/${path}/manifests`;
  const known = await Promise.all(digests.map((digest) => exchange(`${manifests}/${digest}`, 'GET')));
  let running = true;
  let flips = 0;
  const flipping = (async () => {
    // each move waits for the one before: that is the race
    for (; running; flips += 1) await exchange(`${manifests}/1`, 'PUT', known[flips % known.length]);
  })();
  flipping.catch(() => undefined); // thrown where it is awaited
  return async () => {
    running = false;
    await flipping;
    return flips;
  };
}

type End = { readonly kind: 'signed' | 'unsigned' | 'refused' } | { readonly kind: 'failed'; readonly said: string };

async function buildOnce(bed: RaceBed, { build }: Contender): Promise<End> {
  const out = join(bed.folder, 'out');
  await rm(out, { recursive: true, force: true });
  const outcome = await build(bed, ['--output', `type=local,dest=${out}`]);
  const which = await readFile(join(out, 'which'), 'utf8').catch(() => null);
  if (which !== null) return { kind: which === 'signed' ? 'signed' : 'unsigned' };
  if (outcome.status === 10) return { kind: 'refused' };
  return { kind: 'failed', said: `${outcome.status}: ${outcome.stderr.trim().slice(-500)}` };
}

async function runContender(
  bed: RaceBed,
  contender: Contender,
  digests: readonly string[],
  builds: number,
): Promise<RaceFigures> {
  const ends: End[] = [];
  let flips = 0;
  const stop = await startFlipping(bed.tag, digests);
  try {
    for (let index = 0; index < builds; index += 1) ends.push(await buildOnce(bed, contender));
  } finally {
    flips = await stop();
  }
  const count = (wanted: End['kind']): number => ends.filter(({ kind }) => kind === wanted).length;
  const failures = ends.flatMap((end) => (end.kind === 'failed' ? [end.said] : []));
  return {
    name: contender.name,
    signed: count('signed'),
    unsigned: count('unsigned'),
    refused: count('refused'),
    failed: failures.length,
    lastFailure: failures.at(-1) ?? null,
    flips,
  };
}

/** Lets each way to build run `builds` times on a tag that is flipped between a signed and an unsigned image without pause. */
export async function raceTag(lab: RunningLab, executable: string, builds: number): Promise<readonly RaceFigures[]> {
  const folder = await mkdtemp(join(tmpdir(), 'docker-verify-race-'));
  const tag = `${lab.registry}/race/base-${process.pid}:1`;
  try {
    await pushLayer(lab, `${lab.registry}/unsigned/base:1`, tag, { which: 'unsigned' });
    const unsigned = await digestOf(lab, tag);
    await pushLayer(lab, `${lab.registry}/unsigned/base:1`, tag, { which: 'signed' });
    const signed = await digestOf(lab, tag);
    await sign(lab, tag, { signer: { key: lab.keys.acme.privateKey }, cosign: 3 });
    await copyFile(lab.keys.acme.publicKey, join(folder, 'acme.pub'));
    const rule = { images: ['127.0.0.1:*/**'], signedBy: [{ key: 'acme.pub', log: 'optional' }] };
    const policy = { version: 1, mode: 'enforce', default: 'deny', rules: [rule] };
    await writeFile(join(folder, 'docker-verify.yaml'), JSON.stringify(policy));
    await writeFile(join(folder, 'Dockerfile'), `FROM ${tag}\nCOPY Dockerfile /Dockerfile\n`);
    const figures: RaceFigures[] = [];
    for (const contender of contenders)
      figures.push(await runContender({ lab, executable, tag, folder }, contender, [signed, unsigned], builds));
    return figures;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
