import { locateProgram } from '../../../builder/index.ts';
import { meantStage } from '../../../dockerfile/index.ts';
import {
  type Decision,
  type Evidence,
  type ImageUse,
  isVerifyError,
  type LineageLink,
  type ResolvedImage,
  type VerifyError,
} from '../../../model/index.ts';
import {
  type Collected,
  type CollectProblem,
  collectAttachments,
  type ImageSource,
  isUnseen,
  problemKind,
  type RegistryClient,
} from '../../../oci/index.ts';
import {
  type BuiltHere,
  type DecideInput,
  decideUnresolved,
  evaluateRego,
  regoQuestions,
} from '../../../policy/index.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import { refuseCancelled } from '../../session/session.ts';
import { builtHere } from './built-here.ts';
import { collectOptionsFor, type GatherOptions } from './collect-options.ts';
import { type IndexSbom, readIndexSboms } from './index-sboms.ts';
import { attestedPackages } from './package-source.ts';
import { type NameResolution, resolveUse } from './resolve-use.ts';
import { verifyCollected } from './verify-collected.ts';

/** What is known of an image before anything is decided. */
export interface GatheredImage<Client extends ImageSource = RegistryClient> {
  readonly use: ImageUse;
  readonly resolution: NameResolution<Client>;
  readonly evidence: readonly Evidence[];
  readonly collected: Collected;
  /** SBOMs inside its index, where a rule could ask for them. */
  readonly sboms: readonly IndexSbom[];
  /** Of an image of the local store: whether it was built here; left out where no policy asks. */
  readonly builtHere?: BuiltHere;
  /** What Rego makes of its attestations; left out where no policy asks. */
  readonly rego?: NonNullable<DecideInput['rego']>;
}

const nothing: Collected = { attachments: [], unsigned: [], problems: [] };

async function gather(pipeline: Pipeline, use: ImageUse, asked: GatherOptions): Promise<GatheredImage> {
  const options = collectOptionsFor(pipeline.policies, use.name, asked);
  const resolution = await resolveUse(pipeline, use.name, use.platforms, options);
  pipeline.session.progress(`verifying ${use.name}`);
  if (resolution.kind === 'unresolved' || resolution.client === null) {
    const built = resolution.kind === 'resolved' ? await builtHere(pipeline, resolution.image) : null;
    const gathered = { use, resolution, evidence: [], collected: nothing, sboms: [] };
    return built === null ? gathered : { ...gathered, builtHere: built };
  }
  const attached = await collectAttachments(resolution.client, resolution.image, options);
  const { evidence, collected } = await verifyCollected(pipeline, attached, resolution.image.root.digest);
  if (evidence.some(({ signer }) => signer?.kind === 'keyless')) pipeline.session.onKeyless();
  return await withDemands(pipeline, resolution.client, resolution.image, { use, resolution, evidence, collected });
}

/**
 * Adds what the policies ask of the image besides: the SBOMs inside its index, of which one that cannot be had is a problem
 * like an attachment that cannot be, and what Rego makes of its attestations.
 */
export async function withDemands(
  pipeline: Pipeline,
  source: ImageSource,
  image: ResolvedImage,
  gathered: Omit<GatheredImage, 'sboms'>,
): Promise<GatheredImage> {
  const { evidence, collected } = gathered;
  const { sboms, problems } = await readIndexSboms(pipeline.policies, source, image, evidence, collected);
  const complete = { ...gathered, collected: { ...collected, problems: [...collected.problems, ...problems] }, sboms };
  const rego = await regoOutcomes(pipeline, complete);
  return rego === null ? complete : { ...complete, rego };
}

/** What Rego makes of the attestations of an image, null where no policy asks that. */
async function regoOutcomes(
  pipeline: Pipeline,
  gathered: GatheredImage,
): Promise<NonNullable<DecideInput['rego']> | null> {
  const { resolution } = gathered;
  if (resolution.kind === 'unresolved') return null;
  const questions = regoQuestions(decideInput(pipeline, gathered, resolution, null), pipeline.policies);
  if (questions.length === 0) return null;
  const { environment, signal } = pipeline.session;
  const opa = await locateProgram(environment, 'opa');
  return await evaluateRego({ opa, environment, signal }, questions);
}

/**
 * Resolves an image, collects what is attached to it, and says what that proves.
 * @throws VerifyError `cancelled`: what was given up says nothing about an image
 */
export async function gatherImage(pipeline: Pipeline, use: ImageUse, asked: GatherOptions): Promise<GatheredImage> {
  const gathered = await gather(pipeline, use, asked);
  refuseCancelled(pipeline.session);
  return gathered;
}

function toDecide(problem: Pick<CollectProblem, 'error'>, message: string): DecideInput['collectProblems'][number] {
  const kind = problemKind(problem);
  const { hint } = problem.error;
  return { message, offline: kind === 'offline', lasting: kind === 'lasting', ...(hint === null ? {} : { hint }) };
}

/** What `decide` is asked about a resolved image. */
export function decideInput(
  pipeline: Pipeline,
  gathered: GatheredImage,
  resolution: Extract<NameResolution, { kind: 'resolved' }>,
  lineage: readonly LineageLink[] | null,
): DecideInput {
  const { image, failure, tagDigest, since } = resolution;
  const { problems } = gathered.collected;
  const unseen = problems
    .filter(isUnseen)
    .map((problem) => toDecide(problem, `${problem.location}: ${problem.error.message}`));
  const ignored = problems.filter((problem) => !isUnseen(problem)).map(({ error }) => error.message);
  const input: DecideInput = {
    image: {
      name: image.name,
      digest: image.root.digest,
      platforms: image.platforms,
      tagDigest,
      onlyLocal: image.source === 'local',
      localShadow: null,
      created: null,
      ...(gathered.builtHere === undefined ? {} : { builtHere: gathered.builtHere }),
      ...(since === undefined
        ? {}
        : {
            sinceLocked: {
              digest: since.digest,
              unknown: since.failure === null ? null : toDecide({ error: since.failure }, since.failure.message),
            },
          }),
      ...(image.keptFor === undefined ? {} : { keptFor: image.keptFor }),
    },
    evidence: gathered.evidence,
    collectProblems: failure === null ? unseen : [toDecide({ error: failure }, failure.message), ...unseen],
    ...(ignored.length === 0 ? {} : { ignored }),
    trustedRoots: pipeline.trustedRoots,
    lineage,
    packages: null,
    ...(gathered.rego === undefined ? {} : { rego: gathered.rego }),
    now: pipeline.session.now().toISOString(),
  };
  return { ...input, packages: attestedPackages(input, pipeline.policies, gathered.sboms) };
}

function unresolvedCode(failure: VerifyError): 'image.not-found' | 'image.offline' | 'image.unresolved' {
  if (isVerifyError(failure, 'registry.not-found')) return 'image.not-found';
  return isVerifyError(failure, 'registry.offline') ? 'image.offline' : 'image.unresolved';
}

/** The decision on an image that could not be looked up. */
export function decideFailure(pipeline: Pipeline, use: ImageUse, failure: VerifyError): Decision {
  const code = unresolvedCode(failure);
  const hints = [meantStage(use), failure.hint].filter((hint) => hint !== null);
  const hint = hints.length === 0 ? {} : { hint: hints.join('; ') };
  return decideUnresolved(use.name, { code, message: failure.message, ...hint }, pipeline.policies);
}
