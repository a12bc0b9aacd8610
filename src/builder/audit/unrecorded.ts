import { basename } from 'node:path';
import { type Environment, isVerifyError } from '../../model/index.ts';
import { askOfRecord } from '../nodes/build-records.ts';
import type { BuilderInfo } from '../nodes/builder-info.ts';
import { type BuildxAnswer, lastWords } from '../programs/buildx-command.ts';
import type { Programs } from '../programs/programs.ts';
import { isAtLeast } from '../programs/versions.ts';

/** A build of which nothing could be compared. */
export interface UnrecordedQuestion {
  readonly programs: Programs;
  readonly environment: Environment;
  readonly info: BuilderInfo;
  /** The build's record (`builder/node/id`), null where buildx named none. */
  readonly ref: string | null;
}

/** Why nothing was recorded, and what helps: each a part of a sentence. */
export interface UnrecordedReason {
  readonly cause: string;
  readonly cure: string;
}

/** What the versions alone tell: buildx writes provenance since 0.14 (buildx, build/provenance.go), BuildKit records builds since 0.11. */
function tooOld({ buildxVersion, nodes }: BuilderInfo): UnrecordedReason | null {
  if (isAtLeast(buildxVersion, 0, 14) === false) {
    const cause = `buildx ${buildxVersion} does not tell what a builder recorded, as 0.14 and later do`;
    return { cause, cure: 'update buildx' };
  }
  const old = nodes.map((node) => node.buildkitVersion ?? '').find((version) => isAtLeast(version, 0, 11) === false);
  if (old === undefined) return null;
  const cause = `BuildKit ${old} keeps no records of builds, as 0.11 and later do`;
  return { cause, cure: 'update Docker or BuildKit, or choose another builder' };
}

const switchedOff: UnrecordedReason = {
  cause: 'the builder keeps no history of builds',
  cure: 'switch it on again: `maxEntries` above 0 under [history] in buildkitd.toml, or under builder.history in the daemon.json of the engine, then restart the builder',
};

async function askHistory(
  { programs, environment }: UnrecordedQuestion,
  ref: string,
  args: readonly string[],
): Promise<BuildxAnswer> {
  try {
    return await askOfRecord(programs, environment, ref, ['history', ...args]);
  } catch (error) {
    if (!isVerifyError(error, 'builder.unavailable', 'timeout', 'file.unwritable')) throw error;
    return { status: null, stdout: '', stderr: error.message };
  }
}

/**
 * Why a builder recorded nothing of a build: buildx or BuildKit too old for it, history that is switched off (BuildKit from
 * 0.33 on can do that), a record without provenance, or a history that cannot be read.
 * @throws VerifyError `cancelled`
 */
export async function reasonForNoRecord(question: UnrecordedQuestion): Promise<UnrecordedReason> {
  const old = tooOld(question.info);
  if (old !== null) return old;
  const { ref } = question;
  if (ref === null) {
    return { cause: 'buildx does not say which record is that of the build', cure: 'update buildx' };
  }
  const inspected = await askHistory(question, ref, ['inspect', '--format', 'json', basename(ref)]);
  if (inspected.status === 0) {
    const cause = `its record of the build (${basename(ref)}) holds no provenance`;
    return { cause, cure: 'build once more; where that is no help, update the builder or choose another' };
  }
  const listed = await askHistory(question, ref, ['ls']);
  if (listed.status === 0) return switchedOff;
  const cause = `its history of builds cannot be read: ${lastWords(listed.stderr)}`;
  return { cause, cure: 'see what `docker buildx history ls` says' };
}
