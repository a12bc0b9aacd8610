import {
  type CanonicalName,
  type Decision,
  type Evidence,
  type ImageUse,
  isDigest,
  isVerifyError,
  type LineageLink,
  type ResolvedImage,
  type UnsignedStatement,
  type VerifyError,
} from '../model/index.ts';
import { type Collected, type CollectOptions, collectAttachments, type RegistryClient } from '../oci/index.ts';
import { type DecideInput, decide, decideUnresolved } from '../policy/index.ts';
import { verifyAttachments } from '../signature/index.ts';
import { collectOptionsFor } from './collect-options.ts';
import type { ExaminedImage } from './examined-image.ts';
import type { Pipeline } from './pipeline.ts';
import { type Resolution, resolveUse } from './resolve-use.ts';

type Resolved = Extract<Resolution, { kind: 'resolved' }>;

const nothing: Collected = { attachments: [], unsigned: [], problems: [] };

async function collect(resolution: Resolved, options: CollectOptions): Promise<Collected> {
  if (resolution.client === null) return nothing;
  return await collectAttachments(resolution.client, resolution.image, options);
}

/** The digest of a local image that Docker would take instead of what the registry has, null where there is none. */
async function localShadow(pipeline: Pipeline, { image }: Resolved): Promise<ResolvedImage['root']['digest'] | null> {
  try {
    const local = await (await pipeline.local.engine()).inspectImage(image.name);
    if (local === null) return null;
    const known = new Set([image.root.digest, ...image.children.map(({ digest }) => digest)]);
    const digests = [local.digest, ...local.repoDigests.map((reference) => reference.split('@')[1])].filter(isDigest);
    if (digests.some((digest) => known.has(digest))) return null;
    return digests[0] ?? (isDigest(local.id) ? local.id : null);
  } catch {
    return null; // no daemon, so no local store that could stand in the way
  }
}

function decideInput(
  pipeline: Pipeline,
  resolution: Resolved,
  evidence: readonly Evidence[],
  collected: Collected,
): DecideInput {
  const { image, failure, tagDigest } = resolution;
  const problems = collected.problems.map(({ error, location }) => ({ message: `${location}: ${error.message}` }));
  return {
    image: {
      name: image.name,
      digest: image.root.digest,
      platforms: image.platforms,
      tagDigest,
      onlyLocal: image.source === 'local',
      localShadow: null,
      created: null,
    },
    evidence,
    collectProblems: failure === null ? problems : [{ message: failure.message }, ...problems],
    trustedRoots: pipeline.trustedRoots,
    lineage: null,
    packages: null,
    now: pipeline.session.now().toISOString(),
  };
}

function decideFailure(pipeline: Pipeline, name: CanonicalName, failure: VerifyError): Decision {
  const code = isVerifyError(failure, 'registry.not-found') ? 'image.not-found' : 'image.unresolved';
  const hint = failure.hint === null ? {} : { hint: failure.hint };
  return decideUnresolved(name, { code, message: failure.message, ...hint }, pipeline.policies);
}

/** Whether any rule in force asks for the chain of bases: only then is it followed before deciding. */
function needsLineage(pipeline: Pipeline): boolean {
  return pipeline.policies.layers.some(({ rules }) => rules.some(({ lineage }) => lineage !== null));
}

async function judge(
  pipeline: Pipeline,
  use: ImageUse,
  resolution: Resolved,
  options: CollectOptions,
): Promise<ExaminedImage> {
  const collected = await collect(resolution, options);
  const evidence = await verifyAttachments(collected.attachments, pipeline.material, { now: pipeline.session.now() });
  const { image, client, failure } = resolution;
  const examined = { use, resolved: image, client, failure, evidence, unsigned: collected.unsigned };
  const lineage = pipeline.lineage === null || !needsLineage(pipeline) ? null : await pipeline.lineage(examined);
  const input = { ...decideInput(pipeline, resolution, evidence, collected), lineage };
  const decision = decide(input, pipeline.policies);
  const settled = decision.verified || decision.basis === 'lock' || image.source === 'local' || !pipeline.localImages;
  const shadow = settled ? null : await localShadow(pipeline, resolution);
  return {
    ...examined,
    decision:
      shadow === null
        ? decision
        : decide({ ...input, image: { ...input.image, localShadow: shadow } }, pipeline.policies),
    lineage: lineage ?? [],
  };
}

/** Resolves, collects, verifies and decides one image. Whatever goes wrong with it is in its decision. */
export async function examineImage(pipeline: Pipeline, use: ImageUse, everything = false): Promise<ExaminedImage> {
  const options = collectOptionsFor(pipeline.policies, use.name, everything);
  const resolution = await resolveUse(pipeline, use.name, use.platforms, options);
  pipeline.session.progress(`verifying ${use.name}`);
  if (resolution.kind === 'resolved') return await judge(pipeline, use, resolution, options);
  const { failure } = resolution;
  return {
    use,
    resolved: null,
    client: null,
    failure,
    evidence: [],
    unsigned: [],
    decision: decideFailure(pipeline, use.name, failure),
    lineage: [],
  };
}
