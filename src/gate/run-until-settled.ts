import {
  auditMaterials,
  type BuildxResult,
  type Programs,
  readDenial,
  renderSourcePolicy,
  runBuildx,
  type UserPolicy,
} from '../builder/index.ts';
import {
  type Finding,
  type ImageUse,
  isVerifyError,
  type PinSet,
  parseCanonicalName,
  type Report,
  type ReportBuild,
} from '../model/index.ts';
import { assembleReport, type ReportParts } from './assemble-report.ts';
import type { BuildPlan } from './build-plan.ts';
import type { BuildEnd, BuildRequest } from './build-request.ts';
import type { ReadyBuilder } from './builder-readiness.ts';
import { examineUses } from './examine-build.ts';
import type { ExaminedImage } from './examined-image.ts';
import { pinsOf } from './pins.ts';
import type { Pipeline } from './pipeline.ts';
import { refuseCancelled } from './session.ts';

/** How often a build is started again for images that could not be foreseen (design, section 2). */
const mostRestarts = 8;

const imageScheme = 'docker-image://';

/** A build that was verified and is to be run. */
export interface BuildRun {
  readonly request: BuildRequest;
  readonly plan: BuildPlan;
  readonly programs: Programs;
  readonly pipeline: Pipeline;
  readonly builder: ReadyBuilder;
  readonly userPolicy: UserPolicy | null;
  readonly platform: string;
  readonly parts: Omit<ReportParts, 'images' | 'others'>;
  readonly layouts: readonly ExaminedImage[];
}

async function start(run: BuildRun, pins: PinSet): Promise<BuildxResult> {
  const { plan, programs, request, builder } = run;
  return await runBuildx({
    programs,
    environment: request.session.environment,
    verb: plan.verb,
    args: plan.args,
    builder: builder.variable,
    sourcePolicy: builder.unenforceable === null ? renderSourcePolicy(pins, run.userPolicy) : null,
    metadataFile: plan.metadataFile,
    fresh: request.session.own.fresh,
    stdin: plan.stdin,
    interruptions: request.interruptions,
  });
}

/** The image that a denial names, for every platform that the build is for. */
function useOfDenied(run: BuildRun, identifier: string): ImageUse | null {
  if (!identifier.startsWith(imageScheme)) return null;
  try {
    const written = identifier.slice(imageScheme.length);
    const platforms = [...new Set(run.parts.targets.flatMap((target) => target.platforms))];
    return {
      name: parseCanonicalName(written),
      written,
      platforms: platforms.length === 0 ? [run.platform] : platforms,
      uses: [],
    };
  } catch (error) {
    if (isVerifyError(error, 'reference.invalid', 'usage.invalid')) return null;
    throw error;
  }
}

function deniedFinding(identifier: string): Finding {
  return {
    code: 'image.unverifiable',
    level: 'error',
    message: 'the build asked for something that nobody verified, and the builder denied it',
    expected: 'only sources that the policies let through',
    found: identifier,
    hint: 'use images by name or digest that the policy can judge',
  };
}

function reportOf(
  run: BuildRun,
  images: readonly ExaminedImage[],
  more: Partial<Pick<ReportParts, 'others' | 'build'>>,
): Report {
  const judged = [...images, ...run.layouts];
  return assembleReport(run.pipeline, {
    ...run.parts,
    images: judged,
    others: more.others ?? [],
    build: more.build ?? null,
  });
}

/** Docker's text goes where a build goes that is only asked about (`--call`, `--check`): nothing is made that could be audited. */
function audited(run: BuildRun, images: readonly ExaminedImage[], pins: PinSet, result: BuildxResult): BuildEnd {
  const { plan, pipeline, parts } = run;
  if (result.status !== 0 || plan.callOrCheck !== null) {
    return { status: result.status, report: reportOf(run, images, {}), auditFailure: null };
  }
  const audit = auditMaterials({
    metadata: result.metadata,
    verb: plan.verb,
    targets: parts.targets.map(({ name }) => name),
    pins,
    targetsWithImages: [
      ...new Set(
        images.flatMap(({ use }) => use.uses.filter(({ kind }) => kind === 'from').map(({ target }) => target)),
      ),
    ],
    pushed: plan.pushed,
  });
  const { ref, digest, pushed, materials, unverified } = audit;
  const build: ReportBuild = { status: result.status, ref, digest, pushed, materials, unverified };
  const failure = audit.audited ? (unverified.length === 0 ? null : unverifiedText(build)) : unrecordedText(build);
  const isEnforced = pipeline.policies.sideMode === 'enforce';
  if (failure !== null && !isEnforced) pipeline.session.warn(failure);
  return {
    status: result.status,
    report: reportOf(run, images, { build }),
    auditFailure: isEnforced ? failure : null,
  };
}

/** What was made and where it went. */
function productText({ digest, pushed }: ReportBuild): string {
  return `${digest ?? 'what was built'}${pushed.length === 0 ? '' : `, pushed to ${pushed.join(', ')},`}`;
}

function unverifiedText(build: ReportBuild): string {
  return `${productText(build)} was made of what nobody verified: ${build.unverified.join(', ')} (do not use it)`;
}

function unrecordedText(build: ReportBuild): string {
  return `${productText(build)} was made of nobody knows what: the builder recorded nothing to compare with what was verified (use a builder that records provenance)`;
}

/**
 * Runs the build, and starts it again, at most eight times, for each image that could not be foreseen and that the builder
 * therefore denied: it is verified first, like any other.
 */
export async function runUntilSettled(run: BuildRun, foreseen: readonly ExaminedImage[]): Promise<BuildEnd> {
  const { pipeline, programs, request, builder } = run;
  let images = foreseen;
  for (let restarts = 0; ; restarts += 1) {
    refuseCancelled(request.session);
    const pins = pinsOf(images, run.layouts);
    // each start needs what the one before was denied
    // oxlint-disable-next-line no-await-in-loop
    const result = await start(run, pins);
    const { environment } = request.session;
    const question = { programs, environment, builder: builder.info.name, result };
    // oxlint-disable-next-line no-await-in-loop
    const denied = result.status === 0 || builder.unenforceable !== null ? null : await readDenial(question);
    if (denied === null) return audited(run, images, pins, result);
    const use = useOfDenied(run, denied);
    const isKnown = use !== null && images.some((image) => image.use.name === use.name);
    if (use === null || isKnown || restarts >= mostRestarts) {
      const finding = deniedFinding(denied);
      return {
        status: null,
        report: reportOf(run, images, { others: [{ status: 'block', finding }] }),
        auditFailure: null,
      };
    }
    // oxlint-disable-next-line no-await-in-loop
    images = [...images, ...(await examineUses(pipeline, [use], run.userPolicy))];
    const report = reportOf(run, images, {});
    if (report.verdict === 'block' || report.verdict === 'error') return { status: null, report, auditFailure: null };
    request.onVerified(report);
  }
}
