import { scanDockerfile } from '../../../src/dockerfile/index.ts';
import { parseNamedContexts } from '../../../src/invocation/values/build-arguments.ts';
import {
  type BuildTarget,
  type CanonicalName,
  isVerifyError,
  type NamedContextOption,
  type ScanResult,
  type Use,
} from '../../../src/model/index.ts';

/** What a case may set besides the Dockerfile. */
export interface Options {
  readonly stage?: string;
  readonly platforms?: readonly string[];
  readonly arguments?: Readonly<Record<string, string | null>>;
  readonly contexts?: Readonly<Record<string, string>> | readonly NamedContextOption[];
  readonly sbomGenerator?: string;
  readonly onbuild?: Readonly<Record<string, readonly string[]>>;
  readonly defaultPlatform?: string;
  readonly buildkit?: string;
}

/** Named contexts as `--build-context` gives them; what is no reference only a bake file can name. */
function contextsOf(contexts: Options['contexts'] = []): readonly NamedContextOption[] {
  if (Array.isArray(contexts)) return contexts;
  return Object.entries(contexts).flatMap(([name, value]) =>
    name.includes('::') ? [{ name, key: name, value }] : parseNamedContexts([`${name}=${value}`]),
  );
}

/** A target that builds `Dockerfile` of a folder. */
export function targetOf(options: Options = {}): BuildTarget {
  return {
    name: 'default',
    context: { kind: 'folder', path: '/project' },
    dockerfile: { kind: 'file', path: '/project/Dockerfile', written: 'Dockerfile' },
    stage: options.stage ?? null,
    platforms: options.platforms ?? [],
    buildArguments: options.arguments ?? {},
    namedContexts: contextsOf(options.contexts),
    cacheImports: [],
    sbomGenerator: options.sbomGenerator ?? null,
  };
}

/** Scans a Dockerfile given as text or bytes. */
export function scan(source: string | Uint8Array, options: Options = {}): ScanResult {
  const entries = Object.entries(options.onbuild ?? {}).map(
    // The names are written in their canonical form by the tests.
    ([name, triggers]) => [name as CanonicalName, triggers] as const,
  );
  return scanDockerfile({
    target: targetOf(options),
    source: typeof source === 'string' ? new TextEncoder().encode(source) : source,
    file: 'Dockerfile',
    defaultPlatform: options.defaultPlatform ?? 'linux/amd64',
    onbuild: new Map(entries),
    buildkit: options.buildkit ?? null,
  });
}

/** The names of the images that a scan lists, but for the frontend. */
export function namesOf(result: ScanResult): readonly string[] {
  return result.images.filter(({ uses }) => uses.some(({ kind }) => kind !== 'frontend')).map(({ name }) => name);
}

/** The uses of one image, shortened to what a test is about. */
export function usesOf(source: string, name: string, options: Options = {}): readonly Partial<Use>[] {
  const image = scan(source, options).images.find((candidate) => candidate.name === name);
  return (image?.uses ?? []).map(({ kind, stage, line, column }) => ({ kind, stage, line, column }));
}

/** The refusal of a Dockerfile: its message with the place in front. */
export function refusalOf(source: string | Uint8Array, options: Options = {}): string {
  try {
    scan(source, options);
  } catch (error) {
    if (!isVerifyError(error, 'dockerfile.invalid')) throw error;
    const { file = '', line = '-', column = '-' } = error.place ?? {};
    return `${file}:${line}:${column} ${error.message}`;
  }
  throw new Error('was not refused');
}
