import { askBuildx, type KeptInput, type Programs } from '../builder/index.ts';
import { bakeInvocation, bakeProducts, parseBakeArguments, parseBuildArguments } from '../invocation/index.ts';
import { type BuildTarget, type Environment, parseBoundedJson, VerifyError } from '../model/index.ts';
import type { StandardInput } from './standard-input.ts';

/** A build or bake, read and ready to be verified and run. */
export interface BuildPlan {
  readonly verb: 'build' | 'bake';
  /** Everything for buildx, as given. */
  readonly args: readonly string[];
  readonly targets: readonly BuildTarget[];
  /** `--builder`, else BUILDX_BUILDER. */
  readonly builder: string | null;
  readonly metadataFile: string | null;
  /** The method that runs in place of a build, null for a build. */
  readonly callOrCheck: string | null;
  /** The names that what is made is pushed under; null where nothing is pushed. */
  readonly pushed: readonly string[] | null;
  readonly stdin: 'inherit' | KeptInput;
}

/**
 * Reads a `docker build` command line.
 * @throws VerifyError `usage.invalid`, `context.invalid`
 */
export async function planBuild(
  args: readonly string[],
  environment: Environment,
  input: StandardInput,
): Promise<BuildPlan> {
  const parsed = parseBuildArguments(args, environment);
  const { invocation, metadataFile, callOrCheck, push, tags } = parsed;
  const { targets, builder } = invocation;
  const stdin = parsed.stdin === 'none' ? 'inherit' : await input.kept();
  return {
    verb: 'build',
    args: parsed.args,
    targets,
    builder,
    metadataFile,
    callOrCheck,
    pushed: push ? tags : null,
    stdin,
  };
}

function lastWords(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const told = lines.findLast((line) => line.startsWith('ERROR: '))?.slice('ERROR: '.length) ?? lines.at(-1);
  return told ?? 'it says nothing more';
}

function readPrinted(text: string): unknown {
  try {
    return parseBoundedJson(text);
  } catch (cause) {
    throw new VerifyError(
      'bake.invalid',
      `what buildx prints of the bake definition is no JSON: ${text.slice(0, 80)}`,
      {
        hint: 'see what `docker buildx bake --print` says',
        cause,
      },
    );
  }
}

/**
 * Whether nothing but a refusal may be said: `-q`, `--progress=rawjson` or quiet, or their variables.
 * @throws VerifyError `usage.invalid`, `context.invalid`
 */
export function asksForQuiet(verb: 'build' | 'bake', args: readonly string[], environment: Environment): boolean {
  const parsed = verb === 'build' ? parseBuildArguments(args, environment) : parseBakeArguments(args, environment);
  return parsed.quiet || parsed.progress === 'rawjson';
}

/**
 * Reads a `docker bake` command line and asks buildx what it would build. Null where nothing is built (`--print`, `--list`).
 * @throws VerifyError `usage.invalid`, `bake.invalid`, `builder.unavailable`
 */
export async function planBake(
  args: readonly string[],
  environment: Environment,
  programs: Programs,
  input: StandardInput,
): Promise<BuildPlan | null> {
  const parsed = parseBakeArguments(args, environment);
  if (parsed.isListing) return null;
  const stdin = parsed.stdin === 'none' ? 'inherit' : await input.kept();
  const definition = stdin === 'inherit' ? {} : { stdin: (await stdin.head(stdin.size)).toString('utf8') };
  const answer = await askBuildx(programs, environment, ['bake', ...parsed.printArguments], definition);
  if (answer.status !== 0) {
    throw new VerifyError('bake.invalid', `buildx cannot read the bake definition: ${lastWords(answer.stderr)}`, {
      hint: 'see what `docker buildx bake --print` says',
    });
  }
  const printed = readPrinted(answer.stdout);
  const { targets } = bakeInvocation(printed, parsed, environment);
  const products = bakeProducts(printed);
  const { builder, metadataFile } = parsed;
  const callOrCheck =
    parsed.callOrCheck ?? (products.every(({ call }) => call !== null) ? products[0]?.call : null) ?? null;
  const push = parsed.push || products.some((product) => product.push);
  return {
    verb: 'bake',
    args: parsed.args,
    targets,
    builder,
    metadataFile,
    callOrCheck,
    pushed: push ? products.flatMap(({ tags }) => tags) : null,
    stdin,
  };
}
