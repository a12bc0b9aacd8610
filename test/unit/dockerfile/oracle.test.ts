import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseBuildArguments } from '../../../src/invocation/index.ts';
import { isVerifyError } from '../../../src/model/index.ts';
import { environmentOf } from '../invocation/environment.ts';
import { namesOf, type Options, scan } from './scan.ts';

const shared = new URL('../../../../shared/oracle/', import.meta.url);
const own = new URL('../../fixtures/oracle/', import.meta.url);

/** The BuildKit of the lab, which made the answers. */
const buildkit = '0.25';

interface Expected {
  readonly args: readonly string[];
  readonly images: readonly string[];
  readonly onbuild?: Readonly<Record<string, readonly string[]>>;
  readonly platforms?: Readonly<Record<string, readonly string[]>>;
  readonly frontend?: string;
  readonly rejected?: string;
}

function readOptions(args: readonly string[]): Options {
  const values: Record<string, string | null> = {};
  const platforms: string[] = [];
  let stage: string | undefined;
  for (let at = 0; at < args.length; at += 2) {
    const [option = '', value = ''] = args.slice(at, at + 2);
    const equals = value.indexOf('=');
    const key = equals < 0 ? value : value.slice(0, equals);
    if (option === '--build-arg') values[key] = equals < 0 ? null : value.slice(equals + 1);
    else if (option === '--build-context') continue;
    else if (option === '--platform') platforms.push(...value.split(','));
    else if (option === '--target') stage = value;
    else throw new Error(`the case uses ${option}, which this test does not know`);
  }
  // buildx itself refuses what cannot be the name of a context
  const [target] = parseBuildArguments([...args, '/'], environmentOf('/')).invocation.targets;
  return {
    arguments: values,
    contexts: target?.namedContexts ?? [],
    platforms,
    ...(stage === undefined ? {} : { stage }),
  };
}

interface Answer {
  readonly images: readonly string[];
  /** Of each image, where the case says. */
  readonly platforms: Readonly<Record<string, readonly string[]>>;
  readonly frontend: string | undefined;
  readonly rejected: boolean;
}

/** What BuildKit made of it. Where a frontend was asked for it could not run, so that it never came to the images. */
function recorded(expected: Expected): Answer {
  const images = [...expected.images].sort();
  const { frontend, platforms = {} } = expected;
  return expected.rejected === undefined
    ? { images, platforms, frontend, rejected: false }
    : { images: [], platforms: {}, frontend, rejected: true };
}

function scanned(source: Uint8Array, expected: Expected): Answer {
  try {
    const result = scan(source, { ...readOptions(expected.args), onbuild: expected.onbuild ?? {}, buildkit });
    const frontend = result.images.find(({ uses }) => uses.some(({ kind }) => kind === 'frontend'))?.name;
    const platforms = Object.fromEntries(result.images.map((image) => [image.name, image.platforms]));
    return { images: frontend === undefined ? namesOf(result) : [], platforms, frontend, rejected: false };
  } catch (error) {
    if (!isVerifyError(error, 'dockerfile.invalid', 'usage.invalid')) throw error;
    return { images: [], platforms: {}, frontend: undefined, rejected: true };
  }
}

describe.each([
  ['handed over with the project', shared],
  ['recorded by scripts/oracle', own],
])('the oracle %s', (_, folder) => {
  const names = existsSync(folder) ? readdirSync(folder) : [];

  it.skipIf(names.length === 0).for(names.length === 0 ? ['(the folder is not there)'] : names)(
    'lists what BuildKit asks for: %s',
    (name) => {
      const source = readFileSync(new URL(`${name}/Dockerfile`, folder));
      const expected: Expected = JSON.parse(readFileSync(new URL(`${name}/expected.json`, folder), 'utf8'));
      const answer = scanned(source, expected);
      const platforms = expected.platforms === undefined ? {} : answer.platforms;
      expect({ ...answer, platforms }).toEqual(recorded(expected));
    },
  );
});
