import { locateProgram } from '../../../builder/index.ts';
import type { Checkout } from '../../../context/index.ts';
import { isVerifyError } from '../../../model/index.ts';
import { appendRecords, stateFolder } from '../../../records/index.ts';
import { isRecording, recordingRemark } from '../../examine/gather/recording.ts';
import type { BuildEnd } from '../plan/build-request.ts';
import type { BuildRun } from './audit-build.ts';
import { withBuiltSboms } from './built-sboms.ts';
import { describeBuild, type Made } from './describe-build.ts';
import { noteStoredLayers } from './stored-layers.ts';

/** Whether the journal is to hear of this build. */
export function isRecorded({ request, pipeline }: Pick<BuildRun, 'request' | 'pipeline'>): boolean {
  return request.unrecorded !== true && isRecording(pipeline);
}

/** For git, milliseconds: it works while the build does, which never waits longer for it than this after its end. */
const mostGitTime = 10_000;

/** What is asked of git while the builder works, by folder. */
export type Checkouts = Promise<ReadonlyMap<string, Checkout>>;

/** Begins to ask which checkouts the targets' folders lie in; nothing is asked where nothing is recorded. Never rejects. */
export async function beginCheckouts(run: BuildRun): Checkouts {
  const found = new Map<string, Checkout>();
  const { environment, signal } = run.request.session;
  if (!isRecorded(run)) return found;
  try {
    const program = await locateProgram(environment, 'git');
    if (program === null) return found;
    const { describeCheckout } = await import('../../../context/index.ts');
    const limited = AbortSignal.any([signal, AbortSignal.timeout(mostGitTime)]);
    // the targets of a bake mostly share a folder, which is asked about once
    const folders = run.loaded.flatMap(({ target: { context } }) => (context.kind === 'folder' ? [context.path] : []));
    await Promise.all(
      [...new Set(folders)].map(async (folder) => {
        const checkout = await describeCheckout({ program, folder, environment, signal: limited });
        if (checkout !== null) found.set(folder, checkout);
      }),
    );
  } catch {
    // a build is recorded without it
  }
  return found;
}

/** Adds a build that ended well to the journal. A build never fails by its record: what keeps it from being written is a remark. */
export async function recordBuild(
  run: BuildRun,
  { status, auditFailure, audited, report }: BuildEnd,
  made: Pick<Made, 'metadata' | 'images' | 'sboms'>,
  checkouts: Checkouts,
): Promise<void> {
  if (status !== 0 || auditFailure !== null || run.plan.callOrCheck !== null || !isRecorded(run)) return;
  const { session } = run.request;
  const remark = recordingRemark(session.environment);
  if (remark !== null) session.warn(remark);
  const described = describeBuild(run, {
    ...made,
    checkouts: await checkouts,
    pushed: report.build?.pushed ?? [],
    verdict: report.verdict,
    audited,
  });
  const withSboms = new Set(run.loaded.flatMap(({ target }) => (target.sbomGenerator === null ? [] : [target.name])));
  const records = await Promise.all(
    described.map(async (record) => {
      const isAsked = withSboms.has(record.target);
      return isAsked ? await withBuiltSboms({ session, programs: run.programs }, record) : record;
    }),
  );
  const targets = new Map(run.loaded.map((loaded) => [loaded.target.name, loaded]));
  await Promise.all(
    records.map(async (record) => {
      const loaded = targets.get(record.target);
      if (loaded !== undefined) await noteStoredLayers(run.pipeline, record, loaded);
    }),
  );
  try {
    const folder = stateFolder(session.environment);
    if (await appendRecords(folder, records))
      session.warn(
        `the last line of the journal in ${folder} was torn: it is closed, and the build that it told of is lost (docker verify records prune takes it away)`,
      );
  } catch (error) {
    if (!isVerifyError(error)) throw error;
    session.warn(`${error.message} (${error.hint ?? 'see docker verify records'})`);
  }
}
