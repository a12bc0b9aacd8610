import { VerifyError } from '../ground/errors.ts';
import { type Digest, isDigest } from './digest.ts';

declare const canonicalBrand: unique symbol;

/**
 * A reference as BuildKit prints it: registry always there, `library/` for official images, `:latest` where neither tag
 * nor digest was written, and both kept where both were.
 */
export type CanonicalName = string & { readonly [canonicalBrand]: true };

/** The parts of an image reference. */
export interface Reference {
  /** `docker.io`, or the host and port as written (BuildKit keeps its case). */
  readonly registry: string;
  /** The path within the registry, for instance `library/golang`. */
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: Digest | null;
}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const domainComponent = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domain = new RegExp(`^(?:${domainComponent}(?:\\.${domainComponent})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const path = new RegExp(`^${component}(?:/${component})*$`);
const tagPattern = /^\w[\w.-]{0,127}$/;
const longestName = 255;

/** How builders write an image where a source of another kind could stand too; people copy it from there. */
export const imageScheme = 'docker-image://';

function invalid(text: string, reason: string): VerifyError {
  const isSource = text.startsWith(imageScheme);
  return new VerifyError('reference.invalid', `"${text.slice(0, 300)}" is not an image reference: ${reason}`, {
    hint: isSource
      ? `write ${text.slice(imageScheme.length, 300)}, without ${imageScheme}`
      : 'write it as [registry/]repository[:tag][@sha256:…], in lower case',
  });
}

/** Splits off the registry as Docker does: the first segment is one if it has a dot, a colon, an upper-case letter or is `localhost`. */
function splitRegistry(name: string): readonly [string, string] {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first);
  const registry = isHost ? first : 'docker.io';
  let repository = isHost ? name.slice(slash + 1) : name;
  const hub = registry === 'index.docker.io' ? 'docker.io' : registry;
  if (hub === 'docker.io' && !repository.includes('/')) repository = `library/${repository}`;
  return [hub, repository];
}

/**
 * Parses a reference by the grammar and the defaults of github.com/distribution/reference (`ParseNormalizedNamed`), which BuildKit uses.
 * `tag` stays null where none is written: `canonicalName` adds `latest`.
 * @throws VerifyError `reference.invalid`
 */
export function parseReference(text: string): Reference {
  if (/^[0-9a-f]{64}$/.test(text)) throw invalid(text, 'a bare 64-digit identifier cannot be a repository name');
  const at = text.indexOf('@');
  const digest = at < 0 ? null : text.slice(at + 1);
  if (digest !== null && !isDigest(digest)) throw invalid(text, 'what follows the @ is not a digest');
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const tag = colon < 0 ? null : named.slice(colon + 1);
  if (tag !== null && !tagPattern.test(tag)) throw invalid(text, `"${tag}" is not a tag`);
  const name = colon < 0 ? named : named.slice(0, colon);
  if (name === '') throw invalid(text, 'the repository is missing');
  const [registry, repository] = splitRegistry(name);
  if (!domain.test(registry)) throw invalid(text, `"${registry}" is not a registry`);
  if (!path.test(repository)) {
    throw invalid(
      text,
      repository.toLowerCase() === repository ? 'invalid repository' : 'repository names are lower case',
    );
  }
  if (`${registry}/${repository}`.length > longestName)
    throw invalid(text, `the name is longer than ${longestName} characters`);
  return { registry, repository, tag, digest };
}

/** The reference as BuildKit prints it. */
export function canonicalName(reference: Reference): CanonicalName {
  const tag = reference.tag ?? (reference.digest === null ? 'latest' : null);
  const withTag = tag === null ? '' : `:${tag}`;
  const withDigest = reference.digest === null ? '' : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${withTag}${withDigest}` as CanonicalName;
}

/** The reference as people write it, without Docker Hub's name and `:latest`: the form by which BuildKit finds named contexts. */
export function familiarName({ registry, repository, tag, digest }: Reference): string {
  const short = /^library\/[^/]+$/.test(repository) ? repository.slice('library/'.length) : repository;
  const name = registry === 'docker.io' ? short : `${registry}/${repository}`;
  const text = `${name}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;
  return text.replace(/:latest$/, '');
}

/** `canonicalName` of a parsed text, in one step. */
export function parseCanonicalName(text: string): CanonicalName {
  return canonicalName(parseReference(text));
}

/** The same repository at this digest alone, for instance `docker.io/library/golang@sha256:…`. */
export function atDigest(reference: Reference, digest: Digest): CanonicalName {
  return canonicalName({ ...reference, tag: null, digest });
}

const hubNames = new Set([
  'docker.io',
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
  'www.docker.io',
]);

/**
 * The registry under one name only, for comparing: lower case, without the default port, Docker Hub's other names folded into `docker.io`.
 */
export function normalisedRegistry(registry: string): string {
  const lower = registry.toLowerCase().replace(/\.(?=$|:)/, '');
  const withoutPort = lower.replace(/:443$/, '');
  return hubNames.has(withoutPort) ? 'docker.io' : withoutPort;
}

/** Registry and path with `normalisedRegistry`, the form that policies match: `docker.io/library/golang`. */
export function normalisedRepository(reference: Reference): string {
  return `${normalisedRegistry(reference.registry)}/${reference.repository}`;
}
