import type { UserPolicy } from '../../../builder/index.ts';
import { isRefusal, type Report } from '../../../model/index.ts';
import { type ExaminedBuild, examineBuild } from '../../examine/examination/examine-build.ts';
import { assembleReport } from '../../examine/judge/assemble-report.ts';
import { type LoadedTarget, reportTargets } from '../../scan/scan-targets.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import type { BuildEnd, BuildRequest } from '../plan/build-request.ts';

/** What is judged, and on which builder it would run. */
export interface BuildToJudge {
  readonly request: BuildRequest;
  readonly plan: BuildPlan;
  readonly loaded: readonly LoadedTarget[];
  readonly userPolicy: UserPolicy | null;
  readonly platform: string;
  /** The BuildKit whose own frontend reads a Dockerfile that names none; null where that is not known. */
  readonly buildkit: string | null;
}

/** The verdict on a build before it starts, and what it was given on. */
export interface VerdictOnBuild extends Pick<ExaminedBuild, 'images' | 'layouts'> {
  readonly report: Report;
  readonly parts: {
    readonly targets: ReturnType<typeof reportTargets>;
    readonly scan: ExaminedBuild['scan'];
    readonly unknownAs: null;
    readonly build: null;
  };
  /** How it ends where it is refused; null where it may start. */
  readonly refusal: BuildEnd | null;
}

/** Judges all that a build would use, and passes the verdict to the caller and to the machine's log. */
export async function judgeBuild(pipeline: Pipeline, build: BuildToJudge): Promise<VerdictOnBuild> {
  const { request, plan, loaded, userPolicy, platform, buildkit } = build;
  const { images, layouts, scan } = await examineBuild(pipeline, loaded, platform, userPolicy, { buildkit });
  const parts = { targets: reportTargets(loaded, platform), scan, unknownAs: null, build: null };
  const report = assembleReport(pipeline, { ...parts, images: [...images, ...layouts], others: [] });
  request.onVerified(report);
  await pipeline.verdicts.note(plan.verb, report);
  const refusal = isRefusal(report.verdict) ? { status: null, report, auditFailure: null, audited: false } : null;
  return { report, images, layouts, parts, refusal };
}
