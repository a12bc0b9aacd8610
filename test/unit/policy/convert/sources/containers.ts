import { parseReference, type Reference } from '../../../../../src/model/index.ts';

// What containers/image does with a policy (signature/policy_eval.go, policy_reference_match.go, docker/policyconfiguration/naming.go),
// written from its source and not from ours.

/** A signature as it sees one: by whom, and the name inside. */
export interface SeenSignature {
  /** Path of a public key, or issuer and e-mail address in a certificate of public Sigstore, or of the private authority. */
  readonly by:
    | { readonly key: string }
    | { readonly issuer: string; readonly email: string; readonly isPrivate?: boolean };
  readonly logged: boolean;
  /** Null for a form that carries none. */
  readonly name: string | null;
}

export interface ContainersPolicy {
  readonly default: readonly Requirement[];
  readonly transports?: Readonly<Record<string, Readonly<Record<string, readonly Requirement[]>>>>;
}

export type Requirement = Readonly<Record<string, unknown>> & { readonly type: string };

function fullName({ registry, repository }: Reference): string {
  return `${registry}/${repository}`;
}

function scopesOf(reference: Reference): readonly string[] {
  const name = fullName(reference);
  const parts = name.split('/');
  const identity = reference.digest === null ? `${name}:${reference.tag ?? 'latest'}` : `${name}@${reference.digest}`;
  const prefixes = parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
  const labels = (parts[0] ?? '').split(':')[0]?.split('.') ?? [];
  const wildcards = labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`);
  return [identity, ...prefixes, ...wildcards, ''];
}

function requirementsFor(policy: ContainersPolicy, reference: Reference): readonly Requirement[] {
  const docker = policy.transports?.['docker'] ?? {};
  const scope = scopesOf(reference).find((one) => Object.hasOwn(docker, one));
  return scope === undefined ? policy.default : (docker[scope] ?? []);
}

function text({ registry, repository, tag, digest }: Reference): string {
  return `${registry}/${repository}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;
}

function repositoryDigestOrExact(image: Reference, signed: Reference): boolean {
  if (signed.tag === null && signed.digest === null) return false;
  return image.digest === null ? text(image) === text(signed) : fullName(image) === fullName(signed);
}

function matchesName(identity: Readonly<Record<string, string>>, image: Reference, signedName: string | null): boolean {
  if (signedName === null || signedName === '') return false;
  const signed = parseReference(signedName);
  switch (identity['type']) {
    case 'matchExact':
      return (signed.tag !== null || signed.digest !== null) && text(image) === text(signed);
    case 'matchRepoDigestOrExact':
      return repositoryDigestOrExact(image, signed);
    case 'matchRepository':
      return fullName(image) === fullName(signed);
    case 'exactReference':
      return (
        (signed.tag !== null || signed.digest !== null) &&
        text(parseReference(identity['dockerReference'] ?? '')) === text(signed)
      );
    case 'exactRepository':
      return fullName(parseReference(identity['dockerRepository'] ?? '')) === fullName(signed);
    case 'remapIdentity': {
      const [from = '', to = ''] = [identity['prefix'], identity['signedPrefix']];
      const name = fullName(image);
      const isUnder = name === from || name.startsWith(`${from}/`);
      const other = isUnder ? parseReference(text(image).replace(from, to)) : image;
      // the one point in which ours takes more, and says so: cosign's signatures name no tag
      if (isUnder && signed.tag === null && signed.digest === null) return fullName(other) === fullName(signed);
      return repositoryDigestOrExact(other, signed);
    }
    default:
      return false;
  }
}

function satisfies(requirement: Requirement, image: Reference, signature: SeenSignature): boolean {
  const { keyPath, keyPaths, fulcio, rekorPublicKeyPath, signedIdentity } = requirement;
  if (requirement.type !== 'sigstoreSigned') return false;
  const identity = (signedIdentity ?? { type: 'matchRepoDigestOrExact' }) as Readonly<Record<string, string>>;
  if (!matchesName(identity, image, signature.name)) return false;
  if (rekorPublicKeyPath !== undefined && !signature.logged) return false;
  if (fulcio !== undefined) {
    const { oidcIssuer, subjectEmail, caPath } = fulcio as Readonly<Record<string, string>>;
    const { by } = signature;
    if (!('issuer' in by) || by.issuer !== oidcIssuer || by.email !== subjectEmail) return false;
    // the files of these names hold the authorities, every other file holds none
    return caPath === (by.isPrivate === true ? 'private-fulcio.pem' : 'public-fulcio.pem');
  }
  const keys = [keyPath, ...((keyPaths ?? []) as readonly string[])];
  return 'key' in signature.by && keys.includes(signature.by.key);
}

/**
 * Whether containers/image would let an image run. Next to a digest a tag does not count: the tools drop it.
 */
export function containersAllow(policy: ContainersPolicy, name: string, signatures: readonly SeenSignature[]): boolean {
  const parsed = parseReference(name);
  const image: Reference =
    parsed.digest === null ? { ...parsed, tag: parsed.tag ?? 'latest' } : { ...parsed, tag: null };
  return requirementsFor(policy, image).every((requirement) => {
    if (requirement.type === 'insecureAcceptAnything') return true;
    return signatures.some((signature) => satisfies(requirement, image, signature));
  });
}
