import { type BuilderImage, builderImages, isAtLeast } from '../../../builder/index.ts';
import { isVerifyError, messageOf, parseCanonicalName } from '../../../model/index.ts';
import { loadPolicies } from '../../../policy/index.ts';
import type { Examination } from '../../examine/examination/examination.ts';
import { programsFor, readyBuilder } from '../../run/plan/builder-readiness.ts';
import { localEngine } from '../../session/local-engine.ts';
import { policyExtensions } from '../../session/policy-extensions.ts';
import type { Session } from '../../session/session.ts';
import { checkImages } from '../images/check.ts';
import { examineInterception } from './interception.ts';

async function attempt(name: string, look: () => Promise<readonly Examination[]>): Promise<readonly Examination[]> {
  try {
    return await look();
  } catch (error) {
    const hint = isVerifyError(error) ? error.hint : null;
    return [{ name, result: 'bad', detail: messageOf(error), hint }];
  }
}

/** What an old buildx cannot do for us, though its builder enforces. */
function examineBuildx(version: string, program: string): Examination {
  const detail = `${version} (${program})`;
  const hint = 'update docker-buildx';
  if (isAtLeast(version, 0, 14) === false) {
    const lack = 'records no provenance, so that in enforce mode every build ends with 12 (0.14 does)';
    return { name: 'buildx', result: 'bad', detail: `${detail} ${lack}`, hint };
  }
  if (isAtLeast(version, 0, 21) === false) {
    const lack =
      'keeps no history that a denial could be read from, so that a build fails on what could not be foreseen (0.21 does)';
    return { name: 'buildx', result: 'bypass', detail: `${detail} ${lack}`, hint };
  }
  return { name: 'buildx', result: 'good', detail, hint: null };
}

/** Docker pulled the image that a builder runs in without us, but it can still be compared with the policies. */
async function examineBuilderImage(session: Session, image: BuilderImage, platform: string): Promise<Examination> {
  const { node, name, id, digest } = image;
  const exact = digest === null || name.includes('@') ? name : `${name}@${digest}`;
  const detail = `${node} runs ${exact}${digest === null && id !== null ? ` (${id})` : ''}, which Docker pulled without us`;
  const hint = `docker verify check ${exact}`;
  const examined = (result: Examination['result'], verdict: string): Examination => ({
    name: 'builder image',
    result,
    detail: `${detail}; ${verdict}`,
    hint: result === 'good' ? null : hint,
  });
  if (digest === null) return examined('bypass', 'its digest is not known, so it cannot be verified');
  try {
    const use = { name: parseCanonicalName(exact), written: exact, platforms: [platform], uses: [] };
    const { images } = await checkImages(session, [use]);
    if (images[0]?.verified === true) return examined('good', 'its signature satisfies the policies');
    const reason = images[0]?.findings[0]?.message ?? 'it was not verified';
    return examined('bypass', `${images[0]?.status ?? 'error'} by the policies: ${reason}`);
  } catch (error) {
    return examined('bypass', `it cannot be verified: ${messageOf(error)}`);
  }
}

async function examineBuilder(session: Session): Promise<readonly Examination[]> {
  const { environment } = session;
  const local = localEngine(session);
  const programs = await programsFor(session);
  const ready = await readyBuilder({
    session,
    programs,
    local,
    named: environment.variables['BUILDX_BUILDER'] ?? null,
    intercepted: false,
    everyNode: true,
  });
  const { info } = ready;
  const problem = ready.unenforceable ?? ready.unproven;
  const nodes = info.nodes
    .map(({ name, buildkitVersion }) => `${name}: BuildKit ${buildkitVersion ?? 'unknown'}`)
    .join(', ');
  const engine = info.engineVersion === null ? '' : `, Docker engine ${info.engineVersion}`;
  const images = await builderImages(info, await local.engine());
  return [
    {
      name: 'docker',
      result: programs.docker === null ? 'bad' : 'good',
      detail: programs.docker ?? 'not on PATH',
      hint: programs.docker === null ? 'install the docker command' : null,
    },
    examineBuildx(info.buildxVersion, programs.buildx),
    { name: 'builder', result: 'good', detail: `${info.name} (${info.driver})${engine}; ${nodes}`, hint: null },
    problem === null
      ? { name: 'enforcement', result: 'good', detail: 'the builder denies what a source policy denies', hint: null }
      : { name: 'enforcement', result: 'bad', detail: problem.message, hint: problem.hint },
    ...(await Promise.all(images.map((image) => examineBuilderImage(session, image, info.platform)))),
  ];
}

async function examinePolicies(session: Session): Promise<readonly Examination[]> {
  const { environment, own } = session;
  const { reportPolicies, mode } = await loadPolicies({
    environment,
    commandLine: own.policies,
    projectFrom: environment.workingDirectory,
    mode: own.mode,
    extensions: policyExtensions(session),
  });
  const written = reportPolicies
    .filter(({ layer }) => layer !== 'builtin')
    .map(({ source, layer }) => `${source} (${layer})`);
  return [
    {
      name: 'policies',
      result: written.length === 0 ? 'bypass' : 'good',
      detail:
        written.length === 0
          ? 'none of your own: the built-in one warns of unsigned images'
          : `${written.join(', ')}, mode ${mode}`,
      hint: written.length === 0 ? 'docker verify init' : null,
    },
  ];
}

/** Looks at what is enforced here, and at what could bypass it. Never throws for what it finds. */
export async function doctor(session: Session): Promise<readonly Examination[]> {
  const found = await Promise.all([
    attempt('builder', () => examineBuilder(session)),
    attempt('policies', () => examinePolicies(session)),
    attempt("Docker's configuration", () => examineInterception(session)),
  ]);
  return found.flat();
}
