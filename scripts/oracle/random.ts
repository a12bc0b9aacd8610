/**
 * Compares the scan with BuildKit on random Dockerfiles: `random.ts [COUNT] [SEED]`, 200 and 1 where nothing is said.
 * The lab is the one of LAB_HOME. Ends with 1 where an answer differs, and prints the Dockerfile.
 */
import { scanDockerfile } from '../../src/dockerfile/index.ts';
import { parseNamedContexts } from '../../src/invocation/values/build-arguments.ts';
import { isVerifyError } from '../../src/model/index.ts';
import { openLab } from '../lab/running-lab.ts';
import { type Answer, openOracle } from './ask-buildkit.ts';
import { type RandomCase, randomCase } from './random-dockerfile.ts';

const home = process.env['LAB_HOME'];
if (home === undefined) throw new Error('LAB_HOME is not set: bring up the lab (scripts/lab/up) and name it');
const [count = 200, seed = 1] = process.argv.slice(2).map(Number);
const together = 4;

interface Short {
  readonly images: readonly string[];
  readonly frontend: string | null;
  readonly rejected: boolean;
}

function ours({ dockerfile, buildArguments, contexts, stage }: RandomCase): Short & { readonly message: string } {
  try {
    const { images } = scanDockerfile({
      target: {
        name: 'default',
        context: { kind: 'folder', path: '/' },
        dockerfile: { kind: 'file', path: '/Dockerfile', written: 'Dockerfile' },
        stage,
        platforms: [],
        buildArguments,
        namedContexts: parseNamedContexts(Object.entries(contexts).map((pair) => pair.join('='))),
        cacheImports: [],
        sbomGenerator: null,
      },
      source: new TextEncoder().encode(dockerfile),
      file: 'Dockerfile',
      defaultPlatform: 'linux/amd64',
    });
    const isFrontend = ({ uses }: (typeof images)[number]): boolean => uses.some(({ kind }) => kind === 'frontend');
    const frontend = images.find(isFrontend)?.name ?? null;
    const names = frontend === null ? images.map(({ name }) => name) : [];
    return { images: names, frontend, rejected: false, message: '' };
  } catch (error) {
    if (!isVerifyError(error, 'dockerfile.invalid')) throw error;
    return { images: [], frontend: null, rejected: true, message: error.message };
  }
}

function theirs({ images, frontend: asked, rejected }: Answer): Short {
  const refused = rejected !== undefined;
  const frontend = asked ?? null;
  return { images: refused || frontend !== null ? [] : images, frontend, rejected: refused };
}

const oracle = await openOracle(openLab(home));
const numbers = Array.from({ length: count }, (_, index) => seed * 1_000_000 + index);
let agreed = 0;
let refused = 0;

async function compare(number: number): Promise<void> {
  const random = randomCase(number);
  const answer = await oracle.ask({ dockerfile: new TextEncoder().encode(random.dockerfile), args: random.args });
  const { message, ...own } = ours(random);
  const expected = theirs(answer);
  if (expected.rejected) refused++;
  if (JSON.stringify(own) === JSON.stringify(expected)) {
    agreed++;
    return;
  }
  console.log(`--- ${number} ${JSON.stringify(random.args)}\n${random.dockerfile}`);
  console.log(`BuildKit ${JSON.stringify(answer)}\nscan     ${JSON.stringify(own)} ${message}`);
}

async function work(): Promise<void> {
  for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) await compare(number);
}

await Promise.all(Array.from({ length: together }, work));
console.log(`${agreed} of ${count} random Dockerfiles alike (${refused} of them refused), seed ${seed}`);
process.exitCode = agreed === count ? 0 : 1;
