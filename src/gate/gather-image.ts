import {
  type CanonicalName,
  type Decision,
  type Evidence,
  type ImageUse,
  isVerifyError,
  type LineageLink,
  type VerifyError,
} from '../model/index.ts';
import { type Collected, collectAttachments } from '../oci/index.ts';
import { type DecideInput, decideUnresolved } from '../policy/index.ts';
import { verifyAttachments } from '../signature/index.ts';
import { collectOptionsFor } from './collect-options.ts';
import { attestedPackages } from './package-source.ts';
import type { Pipeline } from './pipeline.ts';
import { type Resolution, resolveUse } from './resolve-use.ts';
import { refuseCancelled } from './session.ts';

/** What is known of an image before anything is decided. */
export interface GatheredImage {
  readonly use: ImageUse;
  readonly resolution: Resolution;
  readonly evidence: readonly Evidence[];
  readonly collected: Collected;
}

const nothing: Collected = { attachments: [], unsigned: [], problems: [] };

async function gather(pipeline: Pipeline, use: ImageUse, everything: boolean): Promise<GatheredImage> {
  const options = collectOptionsFor(pipeline.policies, use.name, everything);
  const resolution = await resolveUse(pipeline, use.name, use.platforms, options);
  pipeline.session.progress(`verifying ${use.name}`);
  if (resolution.kind === 'unresolved' || resolution.client === null) {
    return { use, resolution, evidence: [], collected: nothing };
  }
  const collected = await collectAttachments(resolution.client, resolution.image, options);
  const evidence = await verifyAttachments(collected.attachments, pipeline.material, { now: pipeline.session.now() });
  if (evidence.some(({ signer }) => signer?.kind === 'keyless')) pipeline.session.onKeyless();
  return { use, resolution, evidence, collected };
}

/**
 * Resolves an image, collects what is attached to it, and says what that proves. `everything` includes attestations that no rule asks for.
 * @throws VerifyError `cancelled`: what was given up says nothing about an image
 */
export async function gatherImage(pipeline: Pipeline, use: ImageUse, everything: boolean): Promise<GatheredImage> {
  const gathered = await gather(pipeline, use, everything);
  refuseCancelled(pipeline.session);
  return gathered;
}

/** What `decide` is asked about a resolved image. */
export function decideInput(
  pipeline: Pipeline,
  gathered: GatheredImage,
  resolution: Extract<Resolution, { kind: 'resolved' }>,
  lineage: readonly LineageLink[] | null,
): DecideInput {
  const { image, failure, tagDigest } = resolution;
  const problems = gathered.collected.problems.map(({ error, location }) => ({
    message: `${location}: ${error.message}`,
  }));
  const input: DecideInput = {
    image: {
      name: image.name,
      digest: image.root.digest,
      platforms: image.platforms,
      tagDigest,
      onlyLocal: image.source === 'local',
      localShadow: null,
      created: null,
    },
    evidence: gathered.evidence,
    collectProblems: failure === null ? problems : [{ message: failure.message }, ...problems],
    trustedRoots: pipeline.trustedRoots,
    lineage,
    packages: null,
    now: pipeline.session.now().toISOString(),
  };
  return { ...input, packages: attestedPackages(input, pipeline.policies) };
}

/** The decision on an image that could not be looked up. */
export function decideFailure(pipeline: Pipeline, name: CanonicalName, failure: VerifyError): Decision {
  const code = isVerifyError(failure, 'registry.not-found') ? 'image.not-found' : 'image.unresolved';
  const hint = failure.hint === null ? {} : { hint: failure.hint };
  return decideUnresolved(name, { code, message: failure.message, ...hint }, pipeline.policies);
}
