import {
  type Audit,
  auditMaterials,
  type BuildxResult,
  type BuiltTarget,
  completeMetadata,
  type Programs,
  reasonForNoRecord,
  type UserPolicy,
} from '../../../builder/index.ts';
import {
  formatPlatform,
  type PinSet,
  parsePlatform,
  type Report,
  type ReportBuild,
  type SourcePin,
} from '../../../model/index.ts';
import { assembleReport, type ReportParts } from '../../examine/judge/assemble-report.ts';
import type { JudgedImage } from '../../examine/judge/judged-image.ts';
import type { LoadedTarget } from '../../scan/scan-targets.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import type { BuildEnd, BuildRequest } from '../plan/build-request.ts';
import type { ReadyBuilder } from '../plan/builder-readiness.ts';
import { targetsOfNothing, targetsWithImages } from './audited-targets.ts';
import { pinsOfHeldImages } from './held-images.ts';
import { notedTarget } from './noted-target.ts';

/** A build that was verified and is to be run. */
export interface BuildRun {
  readonly request: BuildRequest;
  readonly plan: BuildPlan;
  readonly loaded: readonly LoadedTarget[];
  readonly programs: Programs;
  readonly pipeline: Pipeline;
  readonly builder: ReadyBuilder;
  readonly userPolicy: UserPolicy | null;
  readonly platform: string;
  readonly parts: Omit<ReportParts, 'images' | 'others'>;
  readonly layouts: readonly JudgedImage[];
  /** What holds the builder to the contexts that were read. */
  readonly sources: readonly SourcePin[];
  /** Findings about the whole build that belong to no image. */
  readonly others: ReportParts['others'];
}

/** The report of a build, after what was found out so far. */
export function reportOf(
  run: BuildRun,
  images: readonly JudgedImage[],
  more: Partial<Pick<ReportParts, 'others' | 'build'>>,
): Report {
  const judged = [...images, ...run.layouts];
  return assembleReport(run.pipeline, {
    ...run.parts,
    images: judged,
    others: [...run.others, ...(more.others ?? [])],
    build: more.build ?? null,
  });
}

async function compare(
  run: BuildRun,
  images: readonly JudgedImage[],
  pins: PinSet,
  result: BuildxResult,
): Promise<Audit> {
  const { plan, programs, builder, pipeline } = run;
  const { environment } = run.request.session;
  const targets = builtTargets(run);
  const { newRecords } = result;
  const question = { programs, environment, verb: plan.verb, builder: builder.info.name, targets, newRecords };
  const request = {
    metadata: await completeMetadata({ ...question, metadata: result.metadata }),
    verb: plan.verb,
    targets,
    targetsWithImages: targetsWithImages(images),
    targetsOfNothing: targetsOfNothing(run, images),
    pushed: plan.pushed,
  };
  const audit = auditMaterials({ ...request, pins });
  if (audit.unverified.length === 0 || !pipeline.localImages) return audit;
  return auditMaterials({ ...request, pins: await pinsOfHeldImages(pipeline, images, pins) });
}

/**
 * Compares what the builder recorded with what was verified (invariant 9). Nothing is made that could be audited where a
 * build is only asked about (`--call`, `--check`).
 */
export async function auditBuild(
  run: BuildRun,
  images: readonly JudgedImage[],
  pins: PinSet,
  result: BuildxResult,
): Promise<BuildEnd> {
  const { plan, pipeline } = run;
  if (result.status !== 0 || plan.callOrCheck !== null) {
    return { status: result.status, report: reportOf(run, images, {}), auditFailure: null, audited: false };
  }
  const audit = await compare(run, images, pins, result);
  const { ref, digest, pushed, materials, unverified } = audit;
  const build: ReportBuild = { status: result.status, ref, digest, pushed, materials, unverified };
  const failure = await failureOf(run, audit, build);
  const isEnforced = pipeline.policies.sideMode === 'enforce';
  if (failure !== null && !isEnforced) pipeline.session.warn(failure);
  return {
    status: result.status,
    report: reportOf(run, images, { build }),
    auditFailure: isEnforced ? failure : null,
    audited: failure === null,
  };
}

function builtTargets({ parts, plan }: BuildRun): readonly BuiltTarget[] {
  const noted = plan.targets.map(notedTarget);
  return parts.targets.map(({ name, platforms }) => ({
    ...(noted.find((target) => target.name === name) ?? { name, context: null, dockerfile: null }),
    platforms: [...new Set(platforms.map((platform) => formatPlatform(parsePlatform(platform))))],
  }));
}

/** What was made and where it went. */
function productText({ digest, pushed }: ReportBuild): string {
  return `${digest ?? 'the result'}${pushed.length === 0 ? '' : `, pushed to ${pushed.join(', ')},`}`;
}

function unverifiedText(build: ReportBuild): string {
  const recorded = new Map(build.materials.map(({ uri, digest }) => [uri, digest]));
  const listed = build.unverified.map((uri) => {
    const digest = recorded.get(uri) ?? null;
    return digest === null ? uri : `${uri} as ${digest}`;
  });
  const reason = 'neither a digest nor layers that were verified';
  return `${productText(build)} was built from sources that were not verified: ${listed.join(', ')}: ${reason} (do not use it)`;
}

async function unrecordedText({ programs, builder, plan, request }: BuildRun, audit: Audit, build: ReportBuild) {
  const { environment } = request.session;
  const question = { programs, environment, info: builder.info, ref: audit.ref };
  const { cause, cure } = await reasonForNoRecord(question);
  const all = plan.verb === 'build' && audit.unrecorded.every((text) => text === 'default');
  const what = all ? '' : ` of ${audit.unrecorded.join('; ')}`;
  return `${productText(build)} was built, but the builder "${builder.info.name}" recorded nothing${what} to compare with what was verified: ${cause} (${cure})`;
}

/** What is wrong with what was built, in one line; null where all of it was verified. */
async function failureOf(run: BuildRun, audit: Audit, build: ReportBuild): Promise<string | null> {
  if (build.unverified.length > 0) return unverifiedText(build);
  return audit.audited ? null : await unrecordedText(run, audit, build);
}
