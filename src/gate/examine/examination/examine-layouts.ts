import { resolve } from 'node:path';
import {
  type BuildTarget,
  type CanonicalName,
  type ContextReplacement,
  type Digest,
  type ImageUse,
  isDigest,
  isVerifyError,
  parseCanonicalName,
  parseReference,
  type Reference,
  type ResolvedImage,
  VerifyError,
} from '../../../model/index.ts';
import { type Collected, collectAttachments, type ImageSource, openLayout, resolveImage } from '../../../oci/index.ts';
import { isListedContext } from '../../../policy/index.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import { collectOptionsFor } from '../gather/collect-options.ts';
import { type GatheredImage, withDemands } from '../gather/gather-image.ts';
import { verifyCollected } from '../gather/verify-collected.ts';
import type { JudgedImage } from '../judge/judged-image.ts';
import { settlePlatforms } from '../judge/settle-platforms.ts';
import { judgeGathered } from './examine-image.ts';

const scheme = 'oci-layout://';

/** An OCI layout that stands for an image. */
type LayoutReplacement = ContextReplacement & { readonly image: CanonicalName };

/** Whether a named context is an OCI layout that stands for an image, and so is judged like one. */
export function isLayout(replacement: ContextReplacement): replacement is LayoutReplacement {
  return replacement.image !== null && replacement.value.startsWith(scheme);
}

interface LayoutPlace {
  /** Absolute. */
  readonly folder: string;
  readonly tag: string;
  readonly digest: Digest | null;
}

/**
 * Takes `oci-layout://PATH[:tag][@digest]` apart as buildx does (buildx, build/opt.go).
 * @throws VerifyError `layout.invalid`
 */
function parseLayout(value: string, workingDirectory: string): LayoutPlace {
  const [path = '', written] = value.slice(scheme.length).split(/@(.*)/s);
  const [folder = '', tag] = path.split(/:(.*)/s);
  if (written === undefined || isDigest(written))
    return { folder: resolve(workingDirectory, folder), tag: tag ?? 'latest', digest: written ?? null };
  throw new VerifyError('layout.invalid', `"${written.slice(0, 100)}" is not the digest of an image in a layout`, {
    hint: `write ${scheme}FOLDER:tag or ${scheme}FOLDER@sha256:…`,
  });
}

async function digestIn(source: ImageSource, reference: Reference, place: LayoutPlace): Promise<Digest> {
  if (place.digest !== null) return place.digest;
  return (await source.tagged(reference, place.tag, 'image')).descriptor.digest;
}

/** The image in the layout under the name of its context. A platform that it lacks is the builder's to complain of. */
async function resolveLayout(source: ImageSource, use: ImageUse, place: LayoutPlace): Promise<ResolvedImage> {
  const { registry, repository } = parseReference(use.name);
  const value = await digestIn(source, parseReference(use.name), place);
  const name = parseCanonicalName(`${registry}/${repository}@${value}`);
  const options = { digest: { value, source: 'layout' } } as const;
  const resolved = await resolveImage(source, { name, platforms: use.platforms }, options).catch((error: unknown) => {
    if (isVerifyError(error, 'registry.failed')) return resolveImage(source, { name, platforms: [] }, options);
    throw error;
  });
  return { ...resolved, name: use.name, source: 'layout' };
}

interface LayoutUse {
  readonly replacement: LayoutReplacement;
  readonly use: ImageUse;
}

/**
 * What is attached in the layout, and what the image's own registry has attached to the same digest. A plain name (`base`) is one that a
 * person gave to a folder: no registry is asked about it, as the builder asks none.
 */
async function collectFor(
  pipeline: Pipeline,
  source: ImageSource,
  image: ResolvedImage,
  { qualified }: LayoutReplacement,
): Promise<Collected> {
  const options = collectOptionsFor(pipeline.policies, image.name, { everything: false });
  const beside = await collectAttachments(source, image, { ...options, repositories: [] });
  if (!qualified) return beside;
  const registry = await pipeline.registries
    .attempt(parseReference(image.name), (client) => collectAttachments(client, image, options))
    .catch((error: unknown) => {
      if (isVerifyError(error)) return null; // what it cannot tell is missing from the evidence, never added to it
      throw error;
    });
  if (registry === null) return beside;
  return {
    attachments: [...beside.attachments, ...registry.attachments],
    unsigned: beside.unsigned,
    problems: [...beside.problems, ...registry.problems],
  };
}

async function gatherLayout(pipeline: Pipeline, { use, replacement }: LayoutUse): Promise<GatheredImage> {
  const nothing: Collected = { attachments: [], unsigned: [], problems: [] };
  try {
    const place = parseLayout(use.written, pipeline.session.environment.workingDirectory);
    const source = await openLayout(place.folder);
    const image = await resolveLayout(source, use, place);
    const attached = await collectFor(pipeline, source, image, replacement);
    const { evidence, collected } = await verifyCollected(pipeline, attached, image.root.digest);
    const resolution = { kind: 'resolved', image, client: null, tagDigest: null, failure: null } as const;
    return await withDemands(pipeline, source, image, { use, resolution, evidence, collected });
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    return { use, resolution: { kind: 'unresolved', failure: error }, evidence: [], collected: nothing, sboms: [] };
  }
}

/** A layout whose name every policy lists under `contexts` may be anything, as a folder may. */
function asListed(examined: JudgedImage): JudgedImage {
  const { decision } = examined;
  if (decision.status === 'allow' || examined.resolved === null) return examined;
  return {
    ...examined,
    decision: { ...decision, status: 'allow', basis: 'default', verified: false, findings: [], platformDigests: null },
  };
}

function usesOf(
  replacements: readonly LayoutReplacement[],
  targets: readonly BuildTarget[],
  defaultPlatform: string,
): readonly LayoutUse[] {
  return replacements.map((replacement) => {
    const names = new Set(replacement.uses.map(({ target }) => target));
    const platforms = targets
      .filter(({ name }) => names.has(name))
      .flatMap((target) => (target.platforms.length === 0 ? [defaultPlatform] : target.platforms));
    const { image: name, value: written, uses } = replacement;
    return { replacement, use: { name, written, platforms: [...new Set(platforms)].toSorted(), uses } };
  });
}

/**
 * Examines the OCI layouts that named contexts put in the place of images: each like an image of its context's name, whose
 * signatures may lie in the layout or at the image's registry.
 */
export async function examineLayouts(
  pipeline: Pipeline,
  targets: readonly BuildTarget[],
  defaultPlatform: string,
  replacements: readonly ContextReplacement[],
): Promise<readonly JudgedImage[]> {
  const uses = usesOf(replacements.filter(isLayout), targets, defaultPlatform);
  return await Promise.all(
    uses.map(async (each) => {
      const { replacement } = each;
      const judged = await judgeGathered(pipeline, await gatherLayout(pipeline, each), null);
      const examined = settlePlatforms(pipeline, judged, { isLayout: true });
      return isListedContext(replacement, pipeline.policies) ? asListed(examined) : examined;
    }),
  );
}
