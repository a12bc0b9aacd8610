import { askBuildx, type KeptInput, type Programs } from '../builder/index.ts';
import { bakeInvocation, parseBakeArguments, parseBuildArguments } from '../invocation/index.ts';
import { type BuildTarget, type Environment, VerifyError } from '../model/index.ts';
import type { StandardInput } from './standard-input.ts';

/** A build or bake, read and ready to be verified and run. */
export interface BuildPlan {
  readonly verb: 'build' | 'bake';
  /** Everything for buildx, as given. */
  readonly args: readonly string[];
  readonly targets: readonly BuildTarget[];
  /** `--builder`, else BUILDX_BUILDER. */
  readonly builder: string | null;
  readonly quiet: boolean;
  readonly progress: string | null;
  readonly metadataFile: string | null;
  /** The method that runs in place of a build, null for a build. */
  readonly callOrCheck: string | null;
  readonly pushed: boolean;
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
  const { invocation, quiet, progress, metadataFile, callOrCheck, push } = parsed;
  const { targets, builder } = invocation;
  const stdin = parsed.stdin === 'none' ? 'inherit' : await input.kept();
  return {
    verb: 'build',
    args: parsed.args,
    targets,
    builder,
    quiet,
    progress,
    metadataFile,
    callOrCheck,
    pushed: push,
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
  const { targets } = bakeInvocation(JSON.parse(answer.stdout), parsed, environment);
  const { builder, quiet, progress, metadataFile, callOrCheck, push } = parsed;
  return {
    verb: 'bake',
    args: parsed.args,
    targets,
    builder,
    quiet,
    progress,
    metadataFile,
    callOrCheck,
    pushed: push,
    stdin,
  };
}
