import {
  type BuildxResult,
  type BuildxRun,
  type HeldBuildx,
  readDenial,
  renderSourcePolicy,
  runBuildx,
} from '../../../builder/index.ts';
import {
  type Finding,
  type ImageUse,
  imageScheme,
  isRefusal,
  isVerifyError,
  type PinSet,
  parseCanonicalName,
  withoutCredentials,
} from '../../../model/index.ts';
import { heldSources } from '../../../policy/index.ts';
import { examineUses } from '../../examine/examination/examine-build.ts';
import type { JudgedImage } from '../../examine/judge/judged-image.ts';
import { refuseCancelled } from '../../session/session.ts';
import { auditBuild, type BuildRun, reportOf } from '../outcome/audit-build.ts';
import { beginSboms, type KnownSboms } from '../outcome/note-sboms.ts';
import { notedTarget } from '../outcome/noted-target.ts';
import { beginCheckouts, type Checkouts, recordBuild } from '../outcome/record-build.ts';
import type { BuildEnd } from '../plan/build-request.ts';
import { pinsOf } from '../plan/pins.ts';
import { type Hold, looserHold, mostRestarts, unforeseenFinding, unforeseenUnder } from './builder-hold.ts';
import { buildxCommand, type EarlyStart } from './early-start.ts';

/** How buildx is to be run with these pins. */
function buildxRun(run: BuildRun, pins: PinSet, onStarted: () => void): BuildxRun {
  const { plan, programs, request, builder } = run;
  return {
    ...buildxCommand(request, plan, programs, builder),
    sourcePolicy: builder.unenforceable === null ? renderSourcePolicy(pins, run.userPolicy) : null,
    onStarted,
  };
}

/** Runs it, or lets what was started early go on. */
async function runOrRelease(run: BuildxRun, early: HeldBuildx | null): Promise<BuildxResult> {
  const { sourcePolicy, onStarted } = run;
  if (early === null || sourcePolicy === null) {
    early?.abandon();
    return await runBuildx(run);
  }
  const ended = early.release(sourcePolicy);
  onStarted?.();
  return await ended;
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

/** What the build asked for is a repository or download, which is denied only where a policy wants it held to its content. */
function unheldFinding(identifier: string): Finding {
  const isGit = identifier.startsWith('git://');
  return {
    code: isGit ? 'source.unpinned' : 'source.checksum-missing',
    level: 'error',
    message: 'the build asked for a source that nothing holds to its content, and the builder denied it',
    expected: isGit ? 'a whole commit, which a policy asks for' : 'a checksum, which a policy asks for',
    found: withoutCredentials(identifier),
    hint: isGit
      ? 'write #COMMIT behind the address, or ADD --checksum=COMMIT; BuildKit before 0.24 does not read ?checksum='
      : 'write ADD --checksum=sha256:…',
  };
}

function deniedFinding(identifier: string): Finding {
  if (/^(?:git|https?):\/\//.test(identifier)) return unheldFinding(identifier);
  return {
    code: 'image.unverifiable',
    level: 'error',
    message: 'the build asked for something that was not verified, and the builder denied it',
    expected: 'only sources that the policies let through',
    found: identifier,
    hint: 'use images by name or digest that the policy can judge',
  };
}

/** What the build may use: what was verified, and under a looser hold what else there is. */
function pinsUnder(hold: Hold, run: BuildRun, images: readonly JudgedImage[]): PinSet {
  const { policies } = run.pipeline;
  const pins = { ...pinsOf(images, run.layouts, run.sources), held: heldSources(policies) };
  return { ...pins, ...unforeseenUnder(hold, policies) };
}

/** One start of the build, and the source that the builder denied it; null where it ended otherwise. */
async function start(
  run: BuildRun,
  pins: PinSet,
  onStarted: () => void,
  early: EarlyStart,
): Promise<{ result: BuildxResult; denied: string | null }> {
  const { programs, request, builder } = run;
  const { environment } = request.session;
  const given = buildxRun(run, pins, onStarted);
  // taken last: what is taken and then neither released nor abandoned would wait for ever
  const result = await runOrRelease(given, await early.take());
  if (result.status === 0 || builder.unenforceable !== null) return { result, denied: null };
  const call = run.plan.callOrCheck === null ? null : given;
  const targets = run.plan.targets.map(notedTarget);
  const question = { programs, environment, builder: builder.info.name, result, targets, call };
  return { result, denied: await readDenial(question) };
}

function refused(run: BuildRun, images: readonly JudgedImage[], others: BuildRun['others'] = []): BuildEnd {
  return { status: null, report: reportOf(run, images, { others }), auditFailure: null, audited: false };
}

/** Verifies what the builder denied; an end where that refuses it. */
async function examineDenied(
  run: BuildRun,
  images: readonly JudgedImage[],
  use: ImageUse,
): Promise<{ readonly images: readonly JudgedImage[]; readonly end: BuildEnd | null }> {
  run.request.onDenied(use.name);
  const fresh = await examineUses(run.pipeline, [use], run.userPolicy);
  const all = [...images, ...fresh];
  const report = reportOf(run, all, {});
  if (isRefusal(report.verdict)) return { images: all, end: refused(run, all) };
  const met = fresh.map((image) => image.use.name);
  const others = { targets: [], cacheImports: [], unknown: [], findings: [] };
  run.request.onRestart({ ...report, ...others, images: report.images.filter(({ name }) => met.includes(name)) });
  return { images: all, end: null };
}

/** Says that the builder is held less strictly, once. */
function loosened(run: BuildRun, denied: string): BuildRun {
  if (run.others.length > 0) return run;
  const finding = unforeseenFinding(denied);
  run.request.session.warn(`${finding.message}: ${denied}`);
  return { ...run, others: [{ status: 'warn', finding }] };
}

/**
 * Runs the build, and starts it again, at most eight times, for each image that could not be foreseen and that the builder
 * therefore denied: it is verified first, like any other. What is denied then stays so, unless only the built-in policy is in force.
 */
export async function runUntilSettled(
  given: BuildRun,
  foreseen: readonly JudgedImage[],
  early: EarlyStart,
): Promise<BuildEnd> {
  let run = given;
  let images = foreseen;
  let hold: Hold = 'all';
  let checkouts: Checkouts | null = null;
  const sboms: KnownSboms = new Map();
  for (let restarts = 0; ; restarts += 1) {
    refuseCancelled(run.request.session);
    const pins = pinsUnder(hold, run, images);
    const besides = { run, images };
    const beginBesides = (): void => {
      checkouts ??= beginCheckouts(besides.run);
      beginSboms(besides.run, besides.images, sboms);
    };
    // each start needs what the one before was denied
    // oxlint-disable-next-line no-await-in-loop
    const { result, denied } = await start(run, pins, beginBesides, early);
    if (denied === null) {
      // oxlint-disable-next-line no-await-in-loop
      const end = await auditBuild(run, images, pins, result);
      // oxlint-disable-next-line no-await-in-loop
      await recordBuild(
        run,
        end,
        { metadata: result.metadata, images: [...images, ...run.layouts], sboms },
        checkouts ?? beginCheckouts(run),
      );
      return end;
    }
    const use = useOfDenied(run, denied);
    const isKnown = use !== null && images.some((image) => image.use.name === use.name);
    if (use === null || isKnown || restarts >= mostRestarts) {
      const looser = looserHold(hold, run.pipeline.policies, run.userPolicy);
      if (looser === null) return refused(run, images, [{ status: 'block', finding: deniedFinding(denied) }]);
      run = loosened(run, denied);
      hold = looser;
      restarts = -1;
      continue;
    }
    // oxlint-disable-next-line no-await-in-loop
    const report = await examineDenied(run, images, use);
    images = report.images;
    if (report.end !== null) return report.end;
  }
}
