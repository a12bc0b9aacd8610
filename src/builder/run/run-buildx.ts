import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Environment, isVerifyError, readBoundedFile, tryParseJson } from '../../model/index.ts';
import { dropProvenance, metadataProvenanceMode, metadataProvenanceVariable } from '../audit/metadata-mode.ts';
import { listBuildRecords } from '../nodes/build-records.ts';
import { askBuildx, buildxArguments, buildxVariables } from '../programs/buildx-command.ts';
import { type ChildRun, type Interruptions, runChild } from '../programs/child-process.ts';
import { createPrivateFolder, type PrivateFolder } from '../programs/private-folder.ts';
import type { Programs } from '../programs/programs.ts';
import type { KeptInput } from '../programs/stdin-keeper.ts';
import { sourcePolicyVariable } from '../source-policy/user-policy.ts';
import { type HeldPolicy, holdPolicy } from './held-policy.ts';

const largestMetadata = 256 * 1024 * 1024;
const callTimeout = 5 * 60_000;

/** All of a build but what it may use. */
export interface BuildxCommand {
  readonly programs: Programs;
  readonly environment: Environment;
  readonly verb: 'build' | 'bake';
  /** What stands before the verb: `debug` and its options. */
  readonly before: readonly string[];
  /** What the user gave after the verb, as it stands; of a bake without what `definition` holds already. */
  readonly args: readonly string[];
  /** The bake definition to build, evaluated; null for a build. */
  readonly definition: string | null;
  /** What buildx's variables must be for that definition to be taken as it stands. */
  readonly variables: Readonly<Record<string, string>>;
  /** The value for `BUILDX_BUILDER` (`builderVariable`); null leaves the variable as it is. */
  readonly builder: string | null;
  /** The user's `--metadata-file`, null where there is none. */
  readonly metadataFile: string | null;
  /** Whether to build without the builder's cache (`--verify-fresh`). */
  readonly fresh: boolean;
  readonly stdin: 'inherit' | KeptInput;
  readonly interruptions: Interruptions | null;
}

/** A build to be run. */
export interface BuildxRun extends BuildxCommand {
  /** JSON of `renderSourcePolicy`; null leaves the user's own in force (warn mode on a builder that enforces none). */
  readonly sourcePolicy: string | null;
  /** Called when buildx was started, for what may go on while it works. */
  readonly onStarted?: () => void;
}

/** How a build ended. */
export interface BuildxResult {
  /** Docker's own exit status. */
  readonly status: number;
  /** The metadata file, parsed; null where none was written, or not by this run. */
  readonly metadata: unknown;
  /** The records (`builder/node/id`) that have appeared since it began: its own, and those of other builds meanwhile. */
  readonly newRecords: () => Promise<readonly string[]>;
}

function provenanceMode({ environment }: BuildxCommand): ReturnType<typeof metadataProvenanceMode> {
  return metadataProvenanceMode(environment.variables[metadataProvenanceVariable]);
}

/** What buildx is given besides the user's variables. */
function buildVariables(run: BuildxCommand, policyFile: string | null): Readonly<Record<string, string>> {
  const mode = provenanceMode(run);
  return {
    ...run.variables,
    // the audit compares it, so buildx may not leave it out
    [metadataProvenanceVariable]: mode === 'disabled' ? 'min' : mode,
    ...(run.builder === null ? {} : { BUILDX_BUILDER: run.builder }),
    ...(policyFile === null ? {} : { [sourcePolicyVariable]: policyFile }),
  };
}

function policyFileOf({ sourcePolicy }: BuildxRun, folder: PrivateFolder): string | null {
  return sourcePolicy === null ? null : folder.write('source-policy.json', sourcePolicy);
}

/** The verb with its options, the definition lying in the folder. */
function commandOf(run: BuildxCommand, folder: PrivateFolder, options: readonly string[]): readonly string[] {
  const { definition } = run;
  const file = definition === null ? [] : ['--file', folder.write('docker-bake.json', definition)];
  return [...run.before, run.verb, ...file, ...options, ...run.args];
}

/** Tells a file from one of the same name at another time; null where there is none. */
async function stampOf(file: string): Promise<string | null> {
  const found = await stat(file).catch(() => null);
  return found === null ? null : `${found.ino} ${found.mtimeMs} ${found.size}`;
}

async function readMetadata(file: string): Promise<unknown> {
  try {
    const bytes = await readBoundedFile(file, largestMetadata);
    return bytes === null ? null : (tryParseJson(bytes.toString('utf8')) ?? null);
  } catch {
    // what cannot be read is no record: the audit says so
    return null;
  }
}

/** How it is started: under which policy, and what is told of it. */
type Start = Pick<BuildxRun, 'onStarted'> & Pick<ChildRun, 'abandoned'> & { readonly policyFile: string | null };

/** Starts it, and answers with what waits for its end. */
async function start(
  run: BuildxCommand,
  folder: PrivateFolder,
  { policyFile, ...told }: Start,
): Promise<() => Promise<BuildxResult>> {
  const { environment, programs } = run;
  const own = run.metadataFile === null ? join(folder.path, 'metadata.json') : null;
  const file = own ?? resolve(environment.workingDirectory, run.metadataFile ?? '');
  const [stamp, before] = await Promise.all([stampOf(file), listBuildRecords(environment)]);
  const options = [...(own === null ? [] : ['--metadata-file', own]), ...(run.fresh ? ['--no-cache'] : [])];
  const status = runChild({
    program: programs.buildx,
    args: buildxArguments(environment, commandOf(run, folder, options)),
    environment,
    variables: buildxVariables(programs, environment, buildVariables(run, policyFile)),
    stdin: run.stdin,
    interruptions: run.interruptions,
    ...told,
  });
  // told to who waits for it, and nobody's business where it is abandoned
  status.catch(() => undefined);
  return async () => {
    const ended = await status;
    // a file of the user's may be left over from an earlier build where this one failed
    const isOurs = ended === 0 || (await stampOf(file)) !== stamp;
    const metadata = isOurs ? await readMetadata(file) : null;
    if (own === null && provenanceMode(run) === 'disabled') {
      // a file that holds more than was asked for is no reason not to audit what was built
      await dropProvenance(file, metadata, run.verb).catch(() => undefined);
    }
    const newRecords = async (): Promise<readonly string[]> =>
      [...(await listBuildRecords(environment))].filter((record) => !before.has(record));
    return { status: ended, metadata, newRecords };
  };
}

/**
 * Runs `buildx build` or `buildx bake` with the user's arguments, standard streams and terminal as they are, under our
 * source policy, which lies in a private folder for as long as the build runs.
 * @throws VerifyError `builder.unavailable`, `file.unwritable`
 */
export async function runBuildx(run: BuildxRun): Promise<BuildxResult> {
  const folder = createPrivateFolder(run.environment);
  try {
    const { onStarted } = run;
    const told = onStarted === undefined ? {} : { onStarted };
    const finish = await start(run, folder, { policyFile: policyFileOf(run, folder), ...told });
    return await finish();
  } finally {
    folder.remove();
  }
}

/** A build that was started before it is known what it may use, and waits for that before it asks its builder for anything. */
export interface HeldBuildx {
  /**
   * Lets it go on, and gives how it ended.
   * @param sourcePolicy JSON of `renderSourcePolicy`
   * @throws VerifyError `builder.unavailable`, `file.unwritable`
   */
  release(sourcePolicy: string): Promise<BuildxResult>;
  /** Ends it, where it was not released. */
  abandon(): void;
}

/**
 * Starts a build ahead of its verdict: buildx takes long to begin, and reads its source policy before it connects to the builder, for the
 * policy is a part of what it asks the builder to solve. Until it is released it waits there.
 * @param command asked once it could be started; null where it is not to be after all
 * @returns null then, and where nothing can make it wait
 * @throws VerifyError `file.unwritable`, and whatever `command` does
 */
export async function holdBuildx(
  environment: Environment,
  command: () => Promise<BuildxCommand | null>,
): Promise<HeldBuildx | null> {
  const folder = createPrivateFolder(environment);
  const abandoned = new AbortController();
  let policy: HeldPolicy | null = null;
  const end = (): void => {
    abandoned.abort();
    // no one may find the pipe who would then wait for a writer for ever: a buildx that is a script leaves programs behind
    folder.remove();
    policy?.close();
  };
  try {
    policy = await holdPolicy(folder, environment);
    const held = policy;
    const run = held === null ? null : await command();
    if (held === null || run === null) {
      end();
      return null;
    }
    const finish = await start(run, folder, { policyFile: held.path, abandoned: abandoned.signal });
    return {
      release: async (sourcePolicy) => {
        try {
          held.settle(sourcePolicy);
        } catch (error) {
          end();
          if (!isVerifyError(error)) throw error;
          // its folder went, or has no more room: it was told nothing, and another folder may do
          return await runBuildx({ ...run, sourcePolicy });
        }
        try {
          return await finish();
        } finally {
          end();
        }
      },
      abandon: end,
    };
  } catch (error) {
    end();
    throw error;
  }
}

/**
 * Runs a call (`--call`, `--print`) once more, for the last line that it says on standard error: it leaves no record that
 * could be asked, and runs no command that could print there. Empty where it does not fail this time.
 * @throws VerifyError `builder.unavailable`, `timeout`, `cancelled`, `file.unwritable`
 */
export async function lastLineOfCall(run: BuildxRun): Promise<string> {
  const { environment, programs } = run;
  const folder = createPrivateFolder(environment);
  try {
    const answer = await askBuildx(programs, environment, commandOf(run, folder, []), {
      variables: buildVariables(run, policyFileOf(run, folder)),
      stdin: run.stdin === 'inherit' ? '' : run.stdin,
      timeout: callTimeout,
    });
    return answer.status === 0 ? '' : (answer.stderr.trim().split('\n').at(-1) ?? '');
  } finally {
    folder.remove();
  }
}

/** Any other verb, handed to buildx with everything as it is; gives its exit status. */
export function runBuilderVerb(
  programs: Programs,
  environment: Environment,
  args: readonly string[],
  builder: string | null,
  interruptions: Interruptions | null,
): Promise<number> {
  return runChild({
    program: programs.buildx,
    args: buildxArguments(environment, args),
    environment,
    variables: buildxVariables(programs, environment, builder === null ? {} : { BUILDX_BUILDER: builder }),
    stdin: 'inherit',
    interruptions,
  });
}
