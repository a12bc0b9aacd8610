import {
  type MergedPackage,
  mergePackages,
  packageSet,
  readSbomDocument,
  type SbomPackage,
} from '../../../inventory/index.ts';
import {
  atDigest,
  type Digest,
  type ImagePackages,
  type ImageUse,
  type LineageLink,
  type ListedPackage,
  type ListedSbom,
  type PackageOrigin,
  parseReference,
  VerifyError,
} from '../../../model/index.ts';
import { digestOf } from '../../../oci/index.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import { type AttachedSbom, readAttachedSboms } from '../gather/attached-sboms.ts';
import { type GatheredImage, gatherImage } from '../gather/gather-image.ts';
import { imageFactsFor } from '../gather/image-facts.ts';
import { useOf } from '../gather/lineage-source.ts';
import { traceImage } from '../judge/image-lineage.ts';

/** An SBOM with what it lists. */
interface ReadDocument {
  readonly listed: ListedSbom;
  readonly packages: readonly SbomPackage[];
}

function readDocument(gathered: GatheredImage, { bytes, subject, trust, signer }: AttachedSbom): ReadDocument {
  const reading = readSbomDocument(bytes);
  const packages = reading.ok ? reading.packages.filter(({ isSoftware }) => isSoftware) : [];
  const { resolution } = gathered;
  const platforms = resolution.kind === 'unresolved' ? [] : resolution.image.platforms;
  const isWhole = resolution.kind === 'resolved' && resolution.image.root.digest === subject;
  const listed: ListedSbom = {
    digest: digestOf(bytes),
    platform: isWhole ? null : (platforms.find(({ digest }) => digest === subject)?.platform ?? null),
    format: reading.ok ? reading.format : null,
    packages: packages.length,
    trust,
    signer,
    reason: reading.ok ? null : reading.reason,
  };
  return { listed, packages };
}

/** What is known of the nearest base: its layers, and what its SBOMs list. */
interface Base {
  readonly name: string | null;
  readonly digest: Digest;
  readonly layers: ReadonlySet<string>;
  /** Null where it has no SBOM that can be read. */
  readonly holds: ((wanted: SbomPackage) => boolean) | null;
}

function nearest(links: readonly LineageLink[]): LineageLink | undefined {
  return links.find(({ depth, kind, content }) => depth === 1 && kind === 'base' && content !== 'contradicted');
}

async function readBase(pipeline: Pipeline, { name, digest, platform }: LineageLink): Promise<Base | null> {
  if (digest === null) return null;
  const bare = { name, digest, layers: new Set<string>(), holds: null };
  if (name === null) return bare;
  try {
    const gathered = await gatherImage(pipeline, useOf(atDigest(parseReference(name), digest), platform), {
      everything: true,
    });
    const [facts, { sboms }] = await Promise.all([imageFactsFor(gathered, platform), readAttachedSboms(gathered)]);
    const lists = sboms.map((sbom) => readDocument(gathered, sbom)).filter(({ listed }) => listed.reason === null);
    return {
      name,
      digest,
      layers: new Set(facts?.diffIds ?? []),
      holds: lists.length === 0 ? null : packageSet(lists.flatMap(({ packages }) => packages)),
    };
  } catch (error) {
    if (error instanceof VerifyError) return bare; // then it is not known what the base brings
    throw error;
  }
}

/** By its layer where one is known, else by what the base's own SBOM lists. */
function originOf({ found, layer }: MergedPackage<ListedSbom>, base: Base | null, isRoot: boolean): PackageOrigin {
  if (base === null) return isRoot ? 'own' : 'unknown';
  if (layer !== null && base.layers.size > 0) return base.layers.has(layer) ? 'base' : 'own';
  if (base.holds === null) return 'unknown';
  return base.holds(found) ? 'base' : 'own';
}

function listedPackage(merged: MergedPackage<ListedSbom>, origin: PackageOrigin): ListedPackage {
  const { found, layer, sources } = merged;
  const platforms = sources.flatMap(({ platform }) => (platform === null ? [] : [platform]));
  return {
    name: found.name,
    version: found.version,
    purl: found.purl,
    origin,
    layer,
    trust: sources.some(({ trust }) => trust === 'signed') ? 'signed' : 'unsigned',
    platforms: [...new Set(platforms)].toSorted(),
  };
}

function trustOf(sboms: readonly ListedSbom[], packages: readonly ListedPackage[]): ImagePackages['trust'] {
  const readable = sboms.filter(({ reason }) => reason === null);
  if (readable.length === 0) return 'none';
  const isSigned =
    packages.every(({ trust }) => trust === 'signed') && readable.some(({ trust }) => trust === 'signed');
  return isSigned ? 'signed' : 'unsigned';
}

/**
 * What software is inside an image, from all SBOMs attached, and whether its base or its own layers bring it.
 * @throws VerifyError where the image cannot be looked up
 */
export async function packagesOfImage(pipeline: Pipeline, use: ImageUse): Promise<ImagePackages> {
  const gathered = await gatherImage(pipeline, use, { everything: true });
  return await packagesOfGathered(pipeline, gathered, traceImage(pipeline, gathered));
}

/**
 * The same of an image that was gathered with everything attached, and whose bases are being followed.
 * @throws VerifyError where the image could not be looked up
 */
export async function packagesOfGathered(
  pipeline: Pipeline,
  gathered: GatheredImage,
  tracing: ReturnType<typeof traceImage>,
): Promise<ImagePackages> {
  const { resolution, use } = gathered;
  if (resolution.kind === 'unresolved') throw resolution.failure;
  const [attached, lineage] = await Promise.all([readAttachedSboms(gathered), tracing]);
  const links = lineage?.links ?? [];
  const link = nearest(links);
  const base = link === undefined ? null : await readBase(pipeline, link);
  const isRoot = links.length > 0 && links.every(({ kind, depth }) => kind === 'root-declared' && depth === 1);
  const documents = attached.sboms.map((sbom) => readDocument(gathered, sbom));
  const merged = mergePackages(documents.map(({ listed, packages }) => ({ source: listed, packages })));
  const sboms = documents.map(({ listed }) => listed);
  const packages = merged.map((each) => listedPackage(each, originOf(each, base, isRoot)));
  return {
    name: use.name,
    digest: resolution.image.root.digest,
    trust: trustOf(sboms, packages),
    base: base === null ? null : { name: base.name, digest: base.digest },
    sboms,
    packages,
    problems: [...attached.faults, ...(attached.problem === null ? [] : [attached.problem])],
  };
}
