import { lstat } from 'node:fs/promises';
import type { UserPolicy } from '../../../builder/index.ts';
import type { Report } from '../../../model/index.ts';
import { findProjects } from '../../../policy/index.ts';
import { checkLoaded } from '../../examine/examination/check-loaded.ts';
import { type ExamineImage, examineEachOnce } from '../../examine/examination/examine-build.ts';
import type { BuildFile } from '../../scan/find-build-files.ts';
import { loadTargets } from '../../scan/scan-targets.ts';
import { machinePlatform } from '../../session/default-platform.ts';
import { localEngine } from '../../session/local-engine.ts';
import { openPipeline, type Pipeline } from '../../session/pipeline.ts';
import { openRegistries } from '../../session/registries.ts';
import type { Session } from '../../session/session.ts';
import { foundTargets, type SurveySource } from './found-targets.ts';

/** What files with the same policies are judged with. */
export interface Judge {
  readonly pipeline: Pipeline;
  readonly examine: ExamineImage;
}

/** What tells the policies of one folder from those of another: the project's files that are in force there. */
async function keyOfPolicies(folder: string, { environment }: Session): Promise<string> {
  const projects = await findProjects(folder, environment.homeDirectory, environment.userId);
  const isThere = async (path: string): Promise<boolean> =>
    await lstat(path).then(
      () => true,
      () => false,
    );
  const files = projects.map(async ({ policy, lock, lookalike }) => [
    policy,
    (await isThere(lock)) ? lock : null,
    lookalike?.path ?? null,
  ]);
  return JSON.stringify(await Promise.all(files));
}

/** The judges of one survey. */
export interface Judges {
  /** @throws VerifyError `policy.*`, `lock.invalid`, `trust.invalid`, `usage.loosens` */
  judgeOf(folder: string): Promise<Judge>;
  close(): Promise<void>;
}

/** Opens a pipeline for each set of policies once; all share the registries, so that an image is looked up once. */
export function openJudges(session: Session): Judges {
  const local = localEngine(session);
  const registries = openRegistries(session, local);
  const keys = new Map<string, Promise<string>>();
  const opened = new Map<string, Promise<Judge>>();
  const open = async (projectFrom: string): Promise<Judge> => ({
    pipeline: await openPipeline(session, { projectFrom, localImages: true }, local, registries),
    examine: examineEachOnce(),
  });
  return {
    judgeOf: async (folder) => {
      const asked = keys.get(folder) ?? keyOfPolicies(folder, session);
      keys.set(folder, asked);
      const key = await asked;
      const judge = opened.get(key) ?? open(folder);
      opened.set(key, judge);
      return await judge;
    },
    close: () => registries.close(),
  };
}

/**
 * The report on one file, as a check of it alone would give it.
 * @throws VerifyError `dockerfile.*`, `bake.invalid`, `builder.unavailable`, …
 */
export async function surveyFile(
  file: BuildFile,
  source: SurveySource,
  { pipeline: common, examine }: Judge,
  userPolicy: UserPolicy | null,
): Promise<Report> {
  const { session, input } = source;
  const targets = await foundTargets(file, source);
  const loaded = await loadTargets(targets, { session, input, network: true });
  const platform = machinePlatform(session.environment);
  const isDefinition = file.kind === 'definition';
  const environment = { ...session.environment, workingDirectory: file.folder };
  const pipeline = isDefinition ? { ...common, session: { ...common.session, environment } } : common;
  return await checkLoaded(pipeline, loaded, platform, userPolicy, { examine });
}
