import { normalisedRegistry } from '../../model/index.ts';

/** The images of a scope of containers-policy.json(5) as our patterns. */
export type ScopeImages =
  | { readonly kind: 'patterns'; readonly images: readonly string[] }
  /** No image has such a name there. */
  | { readonly kind: 'nothing' }
  /** The patterns cover more than the scope does, so that its signers must not be trusted for them. */
  | { readonly kind: 'wider'; readonly images: readonly string[]; readonly why: string };

const host = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::\d+)?$/;
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const path = new RegExp(`^${component}(?:/${component})*$`);
const tagText = /^\w[\w.-]{0,127}$/;

/** Whether a first part is a registry (distribution/reference, splitDockerDomain): else it is a namespace of Docker Hub. */
function isRegistry(text: string): boolean {
  return host.test(text) && (/[.:[]/.test(text) || text === 'localhost' || text.toLowerCase() !== text);
}

/**
 * The images that a scope of the transport `docker` covers: a registry, a namespace, a repository, one with a tag or
 * digest, or `*.` before a domain, which covers each of its hosts on every port (containers/image, policyconfiguration/naming.go).
 * Scopes are compared with names in full form, as they stand: one that is no such name covers nothing.
 */
export function scopeImages(scope: string): ScopeImages {
  if (scope === '') return { kind: 'patterns', images: ['**'] };
  if (scope.startsWith('*.')) return wildcardImages(scope);
  const [named = '', digest] = scope.split('@', 2);
  const slash = named.indexOf('/');
  const registry = slash < 0 ? named : named.slice(0, slash);
  if (!isRegistry(registry)) return { kind: 'nothing' };
  const covered = slash < 0 ? hostImages(registry, digest) : pathImages(registry, named.slice(slash + 1), digest);
  if (covered.kind !== 'patterns' || normalisedRegistry(registry) === registry) return covered;
  return {
    ...covered,
    kind: 'wider',
    why: `names here are written with ${normalisedRegistry(registry)}, for which other scopes may say something else`,
  };
}

function wildcardImages(scope: string): ScopeImages {
  const domain = scope.slice(2);
  if (!host.test(domain) || domain.includes(':')) return { kind: 'nothing' };
  const images = [`${scope}/**`, `${scope}:*/**`];
  if (domain === domain.toLowerCase()) return { kind: 'patterns', images };
  return { kind: 'wider', images, why: 'names here are written in lower case' };
}

function hostImages(registry: string, digest: string | undefined): ScopeImages {
  return digest === undefined ? { kind: 'patterns', images: [`${registry}/**`] } : { kind: 'nothing' };
}

function pathImages(registry: string, rest: string, digest: string | undefined): ScopeImages {
  const colon = rest.indexOf(':');
  const repository = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? null : rest.slice(colon + 1);
  if (!path.test(repository) || (tag !== null && !tagText.test(tag))) return { kind: 'nothing' };
  // a name in full form has a namespace there, library/ for official images
  const isNamespace = normalisedRegistry(registry) === 'docker.io' && !repository.includes('/');
  const name = `${registry}/${repository}`;
  if (tag === null && digest === undefined)
    return { kind: 'patterns', images: isNamespace ? [`${name}/**`] : [name, `${name}/**`] };
  if (isNamespace || (tag !== null && digest !== undefined)) return { kind: 'nothing' };
  if (tag !== null) return { kind: 'patterns', images: [`${name}:${tag}`] };
  return { kind: 'wider', images: [name], why: 'a pattern names no digest' };
}
