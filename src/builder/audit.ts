import {
  type BuildOutcome,
  canonicalName,
  isDigest,
  type Material,
  type PinSet,
  parseReference,
} from '../model/index.ts';
import { type BuildMetadata, metadataByTarget, readBuildMetadata, tellsOf } from './provenance.ts';
import { allowedDigests } from './source-policy.ts';

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
  /** Where what was made was pushed to, as far as the metadata does not say it; null where nothing was pushed. */
  readonly pushed: readonly string[] | null;
}

/** The parts of a build's outcome that the metadata tells. */
export type Audit = Pick<BuildOutcome, 'ref' | 'digest' | 'pushed' | 'materials' | 'unverified' | 'audited'>;

/** An image material taken apart: a package URL of type `docker` or `oci` (buildkit, util/purl). */
interface ImageMaterial {
  /** The canonical name without digest, null where it is no reference. */
  readonly name: string | null;
  readonly digest: string | null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parseImageMaterial(material: Material): ImageMaterial | null {
  if (!material.uri.startsWith('pkg:')) return null;
  const [location = '', query = ''] = material.uri.slice('pkg:'.length).split(/\?(.*)/s);
  const path = location.slice(location.indexOf('/') + 1);
  const at = path.lastIndexOf('@');
  const repository = decoded(at < 0 ? path : path.slice(0, at));
  const version = at < 0 ? null : decoded(path.slice(at + 1));
  const qualifier = new URLSearchParams(query).get('digest');
  const inVersion = isDigest(version) ? version : null;
  // where the two records of the digest disagree, neither is believed
  const told = [material.digest, qualifier, inVersion].filter((digest) => digest !== null);
  const digest = new Set(told).size === 1 ? (told[0] ?? null) : null;
  const tag = version === null || inVersion !== null ? '' : `:${version}`;
  try {
    return {
      name: canonicalName(parseReference(`${repository}${tag}`)),
      digest: told.length > 0 && digest === null ? 'contradictory' : digest,
    };
  } catch {
    return { name: null, digest };
  }
}

/**
 * Whether a material is one that was verified: an image by its digest, one that was let through without a digest by its
 * name. For an image of the classic local store the builder records the layers' chain identifier, which says nothing of
 * who made it; that it came from that store is what the source policy held it to.
 */
function isVerified(material: Material, digests: ReadonlySet<string>, unpinned: ReadonlySet<string>): boolean {
  const image = parseImageMaterial(material);
  if (image === null) return !/^(?:docker-image|oci-layout)(?:\+\w+)?:/.test(material.uri);
  if (image.digest !== null && digests.has(image.digest)) return true;
  return image.name !== null && unpinned.has(image.name);
}

/** Contexts that were read and that the builder does not say it used: it fetched something else, or was not held to them. */
function missingSources(pins: PinSet, materials: readonly Material[]): readonly string[] {
  const hashes = new Set(materials.map(({ digest }) => digest?.slice(digest.indexOf(':') + 1)));
  return pins.sources.filter(({ hash }) => !hashes.has(hash)).map(({ name, hash }) => `${name} at other than ${hash}`);
}

function pushedReferences(read: readonly BuildMetadata[], otherwise: readonly string[]): readonly string[] {
  const told = [...new Set(read.flatMap(({ names }) => names))];
  return told.length > 0 ? told : otherwise;
}

/**
 * Compares what the builder recorded with what was verified (invariant 9), by digest: an index where all of it was
 * verified, else the platforms' manifests; what was let through without a digest by its name.
 * `audited` is false where a target, or a platform of it, has no record, or an empty one though its Dockerfile takes images.
 */
export function auditMaterials(request: AuditRequest): Audit {
  const names = request.targets.map(({ name }) => name);
  const byTarget = metadataByTarget(request.metadata, names, request.verb);
  const read = new Map([...byTarget].map(([target, metadata]) => [target, readBuildMetadata(metadata)]));
  const complete = request.targets.every(({ name, platforms }) => {
    const told = read.get(name);
    if (told === undefined || told.materials === null) return false;
    if (platforms.length > 1 && !tellsOf(told, platforms)) return false;
    return told.materials.length > 0 || !request.targetsWithImages.includes(name);
  });
  const { pins } = request;
  const digests = new Set<string>([...pins.pins.flatMap(allowedDigests), ...pins.layouts.map(({ digest }) => digest)]);
  const unpinned = new Set<string>(pins.unpinned.map(({ name }) => name));
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
      ...materials.filter((material) => !isVerified(material, digests, unpinned)).map(({ uri }) => uri),
      ...(complete ? missingSources(pins, materials) : []),
    ],
    audited: request.targets.length > 0 && complete,
  };
}
