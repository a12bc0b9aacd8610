import { type BuildOutcome, isDigest, type Material, type PinSet } from '../../model/index.ts';
import { isVerifiedMaterial } from './image-material.ts';
import { type BuildMetadata, coversPlatforms, metadataByTarget, readBuildMetadata } from './provenance.ts';

/** What is compared. */
export interface AuditRequest {
  /** The parsed metadata file; null where none was written. */
  readonly metadata: unknown;
  readonly verb: 'build' | 'bake';
  /** Names of the targets that were built, with the platforms that each was built for, normalised. */
  readonly targets: readonly { readonly name: string; readonly platforms: readonly string[] }[];
  readonly pins: PinSet;
  /** Targets whose Dockerfile takes an image: they cannot have been built from nothing. */
  readonly targetsWithImages: readonly string[];
  /** Targets that use nothing which would have to be verified: what is not recorded of them is not missing. */
  readonly targetsOfNothing: readonly string[];
  /** Where what was made was pushed to, as far as the metadata does not say it; null where nothing was pushed. */
  readonly pushed: readonly string[] | null;
}

/** The parts of a build's outcome that the metadata tells. */
export interface Audit
  extends Pick<BuildOutcome, 'ref' | 'digest' | 'pushed' | 'materials' | 'unverified' | 'audited'> {
  /** What lacks a record, for people: targets, with the platforms where others are recorded; empty where nothing lacks one. */
  readonly unrecorded: readonly string[];
}

/** Contexts that were read and that the builder does not say it used: it fetched something else, or was not held to them. */
function missingSources(pins: PinSet, materials: readonly Material[]): readonly string[] {
  const hashes = new Set(materials.map(({ digest }) => digest?.slice(digest.indexOf(':') + 1)));
  return pins.sources.filter(({ hash }) => !hashes.has(hash)).map(({ name, hash }) => `${name} at other than ${hash}`);
}

function pushedReferences(read: readonly BuildMetadata[], otherwise: readonly string[]): readonly string[] {
  const recorded = [...new Set(read.flatMap(({ names }) => names))];
  return recorded.length > 0 ? recorded : otherwise;
}

/** The platforms of a target of which nothing is recorded; all of them where it has no record at all. */
function unrecordedPlatforms(
  { targetsWithImages, targetsOfNothing }: AuditRequest,
  { name, platforms }: AuditRequest['targets'][number],
  metadata: BuildMetadata | undefined,
): readonly string[] {
  if (metadata !== undefined && metadata.materials !== null) {
    const missing = platforms.length < 2 ? [] : platforms.filter((platform) => !coversPlatforms(metadata, [platform]));
    if (missing.length > 0) return targetsOfNothing.includes(name) ? [] : missing;
    if (metadata.materials.length > 0 || !targetsWithImages.includes(name)) return [];
  }
  return targetsOfNothing.includes(name) ? [] : platforms;
}

function unrecordedText(name: string, platforms: readonly string[], missing: readonly string[]): string {
  return missing.length === platforms.length ? name : `${name} for ${missing.join(', ')}`;
}

/**
 * Compares what the builder recorded with what was verified (invariant 9), by digest: an index where all of it was
 * verified, else the platforms' manifests; what the builder had already by its layers; what was let through without a digest
 * by its name.
 * `audited` is false where a target, or a platform of it, has no record, or an empty one though its Dockerfile takes images.
 */
export function auditMaterials(request: AuditRequest): Audit {
  const names = request.targets.map(({ name }) => name);
  const byTarget = metadataByTarget(request.metadata, names, request.verb);
  const read = new Map([...byTarget].map(([target, metadata]) => [target, readBuildMetadata(metadata)]));
  const unrecorded = request.targets.flatMap((target) => {
    const missing = unrecordedPlatforms(request, target, read.get(target.name));
    return missing.length === 0 ? [] : [unrecordedText(target.name, target.platforms, missing)];
  });
  const complete = unrecorded.length === 0;
  const { pins } = request;
  const all = [...read.values()].flatMap(({ materials }) => materials ?? []);
  const materials = [...new Map(all.map((material) => [JSON.stringify(material), material])).values()];
  const results = [...read.values()];
  const [only, ...others] = results;
  const single = others.length === 0 ? only : undefined;
  const digest = single?.digest ?? null;
  return {
    ref: only?.ref ?? null,
    digest: isDigest(digest) ? digest : null,
    pushed: request.pushed === null ? [] : pushedReferences(results, request.pushed),
    materials,
    unverified: [
      ...materials.filter((material) => !isVerifiedMaterial(material, pins)).map(({ uri }) => uri),
      ...(complete ? missingSources(pins, materials) : []),
    ],
    audited: request.targets.length > 0 && complete,
    unrecorded,
  };
}
