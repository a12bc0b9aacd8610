import {
  canonicalName,
  isDigest,
  type Material,
  type Pin,
  type PinSet,
  parseReference,
  type Reference,
} from '../../model/index.ts';
import { allowedDigests } from '../source-policy/source-policy.ts';
import { normalizedPlatform } from './provenance.ts';

/** An image material taken apart: a package URL of type `docker` or `oci` (buildkit, util/purl). */
interface ImageMaterial {
  /** Null where it is no reference. */
  readonly reference: Reference | null;
  /** The digests in the package URL: what the builder was asked for. */
  readonly asked: readonly string[];
  /** The digest beside the package URL: what the builder says it took. */
  readonly taken: string | null;
  /** Normalised; null where the material does not name it. */
  readonly platform: string | null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function orNull<Result>(parse: () => Result): Result | null {
  try {
    return parse();
  } catch {
    return null;
  }
}

function parseImageMaterial(material: Material): ImageMaterial | null {
  if (!material.uri.startsWith('pkg:')) return null;
  const [location = '', query = ''] = material.uri.slice('pkg:'.length).split(/\?(.*)/s);
  const path = location.slice(location.indexOf('/') + 1);
  const at = path.lastIndexOf('@');
  const repository = decoded(at < 0 ? path : path.slice(0, at));
  const version = at < 0 ? null : decoded(path.slice(at + 1));
  const qualifiers = new URLSearchParams(query);
  const inVersion = isDigest(version) ? version : null;
  const tag = version === null || inVersion !== null ? '' : `:${version}`;
  const platform = qualifiers.get('platform');
  return {
    reference: orNull(() => parseReference(`${repository}${tag}`)),
    asked: [qualifiers.get('digest'), inVersion].filter((digest) => digest !== null),
    taken: material.digest,
    platform: platform === null ? null : normalizedPlatform(platform),
  };
}

/** The one digest that is recorded for an image; null where there is none, or where two disagree: then neither is believed. */
function digestOf({ asked, taken }: ImageMaterial): string | null {
  const names = new Set(taken === null ? asked : [...asked, taken]);
  const [only = null, ...others] = names;
  return others.length === 0 ? only : null;
}

/**
 * Whether the builder was asked for this pin by a digest that was verified, and took an image that it already had, of the
 * same layers: the classic image store knows an image by those (moby, builder-next: `cacheKeyFromConfig`).
 */
function isHeldImage({ reference, asked, taken, platform }: ImageMaterial, pin: Pin): boolean {
  const [digest, ...others] = new Set(asked);
  if (reference === null || taken === null || digest === undefined || others.length > 0) return false;
  const pinned = parseReference(pin.name);
  if (pinned.registry !== reference.registry || pinned.repository !== reference.repository) return false;
  if (!allowedDigests(pin).some((allowed) => allowed === digest)) return false;
  return Object.entries(pin.chainIds).some(
    ([of, chainId]) => chainId === taken && (platform === null || normalizedPlatform(of) === platform),
  );
}

/**
 * Whether a material is one that was verified: an image by its digest or, where the builder had it already, by its layers;
 * one that was let through without a digest by its name, since that it came from the local store is what the source policy
 * held it to, and by the layers that it had when it was looked at: its name may stand for another image by then.
 */
export function isVerifiedMaterial(material: Material, pins: PinSet): boolean {
  const image = parseImageMaterial(material);
  if (image === null) return !/^(?:docker-image|oci-layout)(?:\+\w+)?:/.test(material.uri);
  const digest = digestOf(image);
  const digests: readonly string[] = [
    ...pins.pins.flatMap(allowedDigests),
    ...pins.layouts.flatMap((layout) => layout.digest ?? []),
  ];
  if (digest !== null && digests.includes(digest)) return true;
  if (pins.pins.some((pin) => isHeldImage(image, pin))) return true;
  const { reference, taken } = image;
  if (reference === null) return false;
  // of a layout that could not be read nothing but its name is known
  const fromLayout = (identifier: string): boolean => identifier === `oci-layout://${canonicalName(reference)}`;
  if (material.uri.startsWith('pkg:oci/')) {
    return pins.layouts.some((layout) => layout.digest === null && fromLayout(layout.identifier));
  }
  const isSame = (chainId: string | undefined): boolean => chainId === undefined || taken === null || taken === chainId;
  return pins.unpinned.some(({ name, chainId }) => name === canonicalName(reference) && isSame(chainId));
}
