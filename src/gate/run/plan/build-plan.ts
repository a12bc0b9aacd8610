import type { KeptInput } from '../../../builder/index.ts';
import { parseBakeArguments, parseBuildArguments } from '../../../invocation/index.ts';
import type { BuildTarget, Environment } from '../../../model/index.ts';
import type { StandardInput } from '../../session/standard-input.ts';

/** A build or bake, read and ready to be verified and run. */
export interface BuildPlan {
  readonly verb: 'build' | 'bake';
  /** Everything for buildx, as given; of a bake without what `definition` holds already. */
  readonly args: readonly string[];
  /** The bake definition, evaluated; null for a build. */
  readonly definition: string | null;
  /** What buildx's variables must be for that definition to be taken as it stands. */
  readonly variables: Readonly<Record<string, string>>;
  /**
   * Ends when buildx was seen to read that definition as it stands; to be waited for before the build.
   * @throws VerifyError `bake.invalid`
   */
  readonly settled: Promise<void>;
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
    definition: null,
    variables: {},
    settled: Promise.resolve(),
    targets,
    builder,
    metadataFile,
    callOrCheck,
    pushed: push ? tags : null,
    stdin,
  };
}

/**
 * Whether nothing but a refusal may be said: `-q`, `--progress=rawjson` or quiet, or their variables.
 * @throws VerifyError `usage.invalid`, `context.invalid`
 */
export function asksForQuiet(verb: 'build' | 'bake', args: readonly string[], environment: Environment): boolean {
  const parsed = verb === 'build' ? parseBuildArguments(args, environment) : parseBakeArguments(args, environment);
  return parsed.quiet || parsed.progress === 'rawjson';
}
