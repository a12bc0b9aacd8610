import type { UserPolicy } from '../../../builder/index.ts';
import type { Report } from '../../../model/index.ts';
import { statusOfUnasked } from '../../../policy/index.ts';
import { type LoadedTarget, reportTargets } from '../../scan/scan-targets.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import { assembleReport } from '../judge/assemble-report.ts';
import { type ExamineOptions, examineBuild } from './examine-build.ts';

/** The report on targets without a build: what only a build can settle stays open. */
export async function checkLoaded(
  pipeline: Pipeline,
  loaded: readonly LoadedTarget[],
  platform: string,
  userPolicy: UserPolicy | null,
  options: ExamineOptions = {},
): Promise<Report> {
  const { scan, images, layouts } = await examineBuild(pipeline, loaded, platform, userPolicy, options);
  return assembleReport(pipeline, {
    targets: reportTargets(loaded, platform),
    scan,
    images: [...images, ...layouts],
    unknownAs: statusOfUnasked(pipeline.policies),
    others: [],
    build: null,
  });
}
