import { parseReference } from '../../../model/index.ts';
import type { SummaryRequirement } from '../../language/compiled/policy-set.ts';
import { type MatchableName, policyRepository } from '../../language/patterns/image-pattern.ts';
import { matchesText } from '../../language/patterns/text-pattern.ts';
import { at, isNamedSomehow, textAt } from './json-path.ts';

/** The digests of the policy that a summary was made by, as `sha256:…`. */
function policyDigests(predicate: unknown): readonly string[] {
  const digest = at(predicate, 'policy', 'digest');
  if (typeof digest !== 'object' || digest === null) return [];
  return Object.entries(digest).flatMap(([name, hex]) => (typeof hex === 'string' ? [`${name}:${hex}`] : []));
}

const packageUrl = /^pkg:(?:docker|oci)\/([^?#]+)(?:\?([^#]*))?/;
const sourceScheme = /^(?:oci|docker|docker-image):\/\//;

/** The image's name in a package URL, as BuildKit writes it or with the `repository_url` of purl-spec's types. */
function nameInPackageUrl(path: string, query: string): string {
  const whole = decodeURIComponent(path);
  const version = whole.lastIndexOf('@');
  const name = version < 0 ? whole : whole.slice(0, version);
  const url = new URLSearchParams(query)
    .get('repository_url')
    ?.replace(/^https?:\/\//, '')
    .replace(/\/$/, '');
  if (url === undefined) return name;
  return url === name || url.endsWith(`/${name}`) ? url : `${url}/${name}`;
}

/** The repository of the image that a resource's URI names; null where it is no image's, or names no registry. */
function repositoryOfResource(uri: string): string | null {
  const found = packageUrl.exec(uri);
  try {
    const name = found === null ? uri.replace(sourceScheme, '') : nameInPackageUrl(found[1] ?? '', found[2] ?? '');
    const [first = ''] = name.split('/');
    const namesRegistry = name.includes('/') && (/[.:]/.test(first) || first === 'localhost');
    return namesRegistry ? policyRepository(parseReference(name)) : null;
  } catch {
    return null;
  }
}

/**
 * What is wrong with the resource that a summary is about; null for nothing. Where the policy says nothing, a summary for an image of
 * another repository is refused: it passed what is asked there, and digest and summary can be copied to anywhere.
 */
function resourceMismatch(
  { resource }: SummaryRequirement,
  predicate: unknown,
  names: readonly MatchableName[],
): string | null {
  const uri = textAt(predicate, 'resourceUri');
  if (resource !== null) return matchesText(resource, uri) ? null : `resource ${uri ?? 'not named'}`;
  if (uri === null) return isNamedSomehow(predicate, 'resourceUri') ? 'resource not named clearly' : null;
  const repository = repositoryOfResource(uri);
  if (repository === null || names.some((name) => name.repository === repository)) return null;
  return `resource ${uri}, which is of another repository`;
}

/**
 * What a verification summary (slsa.dev/spec/v1.0/verification_summary) does not fulfil; null where it fulfils all. Its signer is
 * judged elsewhere: a summary is worth its signer and verifier together.
 */
export function summaryMismatch(
  requirement: SummaryRequirement,
  statement: unknown,
  names: readonly MatchableName[],
): string | null {
  const predicate = at(statement, 'predicate');
  const result = textAt(predicate, 'verificationResult');
  if (result !== requirement.result) return `result ${result ?? 'not stated'}`;
  const verifier = textAt(predicate, 'verifier', 'id');
  if (requirement.verifier !== null && !matchesText(requirement.verifier, verifier))
    return `verifier ${verifier ?? 'not named'}`;
  const resource = resourceMismatch(requirement, predicate, names);
  if (resource !== null) return resource;
  const { policy } = requirement;
  if (policy === null) return null;
  const uri = textAt(predicate, 'policy', 'uri');
  const stated = [uri, ...policyDigests(predicate)];
  return stated.some((name) => matchesText(policy, name))
    ? null
    : `policy ${uri ?? policyDigests(predicate)[0] ?? 'not named'}`;
}

/** What is asked of a summary, for people. */
export function summaryConditions({ verifier, policy, resource, result }: SummaryRequirement): readonly string[] {
  return [
    `result ${result}`,
    ...(verifier === null ? [] : [`verifier ${verifier.text}`]),
    ...(policy === null ? [] : [`policy ${policy.text}`]),
    ...(resource === null ? [] : [`resource ${resource.text}`]),
  ];
}
