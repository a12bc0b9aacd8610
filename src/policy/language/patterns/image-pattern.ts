import {
  type Digest,
  failure,
  normalisedRegistry,
  parseReference,
  type Reference,
  type Result,
  success,
} from '../../../model/index.ts';
import { matchesGlob } from './glob.ts';

/** A glob of a policy's `images`, taken apart and normalised. */
export interface ImagePattern {
  /** On `registry/repository`, for instance `docker.io/library/*`. */
  readonly repository: string;
  /** On the tag; null where the pattern names none and so matches every tag and digest. */
  readonly tag: string | null;
}

const longestPattern = 512;
// brackets only as those of an IPv6 address
const allowed = /^(?:\[[0-9A-Fa-f:]+\])?[A-Za-z0-9._\-/:*]+$/;

/**
 * Reads a pattern of `images`. Its host is normalised like a name's; without a host it means Docker Hub, as a short
 * image name does, unless it begins with `**`.
 */
export function parseImagePattern(text: string): Result<ImagePattern> {
  if (text === '') return failure('it is empty');
  if (text.length > longestPattern) return failure(`it is longer than ${longestPattern} characters`);
  if (text.includes('@')) return failure('it names a digest; a pattern names a repository, or a repository and a tag');
  if (!allowed.test(text))
    return failure('it holds a character that no image name can hold (only * and ** are wildcards)');
  if (text.includes('***')) return failure('*** has no meaning; write ** to cross slashes');
  const slash = text.lastIndexOf('/');
  const colon = text.indexOf(':', slash + 1);
  const repository = normalisePattern(colon < 0 ? text : text.slice(0, colon));
  const tag = colon < 0 ? null : text.slice(colon + 1);
  if (tag !== null && !/^[\w.*-]{1,128}$/.test(tag)) return failure(`"${tag}" cannot be a tag`);
  const path = repository.slice(repository.indexOf('/') + 1);
  if (path !== path.toLowerCase()) return failure('repository names are lower case, so it could never match');
  if (/^\/|\/\/|\/$/.test(repository)) return failure('a segment is empty');
  return success({ repository, tag });
}

function normalisePattern(name: string): string {
  if (name.startsWith('**')) return name;
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = slash >= 0 && (/[.:[]/.test(first) || /^localhost$/i.test(first) || first.toLowerCase() !== first);
  if (!isHost) return withLibrary('docker.io', name);
  return withLibrary(normalisedRegistry(first), name.slice(slash + 1));
}

/** Official images have no namespace of their own: Docker puts `library/` there. */
function withLibrary(registry: string, repository: string): string {
  const needed = registry === 'docker.io' && !repository.includes('/') && !repository.startsWith('**');
  return `${registry}/${needed ? 'library/' : ''}${repository}`;
}

/** What patterns are matched on: the normalised repository, and the tag where that is more than text. */
export interface MatchableName {
  readonly repository: string;
  readonly tag: string | null;
}

/**
 * The form of a name that patterns match. Next to a digest a tag is just text, so it counts only where it resolves to
 * that digest now.
 */
export function matchableName(name: string, tagDigest: Digest | null): MatchableName {
  const reference = parseReference(name);
  return { repository: policyRepository(reference), tag: effectiveTag(reference, tagDigest) };
}

function effectiveTag(reference: Reference, tagDigest: Digest | null): string | null {
  if (reference.digest === null) return reference.tag ?? 'latest';
  return tagDigest === reference.digest ? reference.tag : null;
}

/** The repository under one spelling only, whatever name of the registry was used. */
export function policyRepository(reference: Reference): string {
  return withLibrary(normalisedRegistry(reference.registry), reference.repository);
}

/** Whether a pattern that `parseImagePattern` accepts matches. */
export function matchesImage(pattern: ImagePattern, name: MatchableName): boolean {
  if (!matchesGlob(pattern.repository, name.repository)) return false;
  return pattern.tag === null || (name.tag !== null && matchesGlob(pattern.tag, name.tag));
}
