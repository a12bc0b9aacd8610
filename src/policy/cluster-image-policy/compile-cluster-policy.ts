import type { Mode } from '../../model/index.ts';
import { parsePublicKey } from '../key-material.ts';
import type { MaterialCollector } from '../material-collector.ts';
import type {
  ClusterAttestation,
  ClusterAuthority,
  ClusterIdentity,
  ClusterPolicy,
  Unsupported,
} from './cluster-policy.ts';
import type { AuthorityDocument, ClusterImagePolicyDocument } from './cluster-schema.ts';
import { parseLiteralCue } from './literal-cue.ts';

/** Where a ClusterImagePolicy was read. */
export interface ClusterPlace {
  readonly policy: string;
  readonly line: number;
  /** `--mode`. */
  readonly modeOption: Mode | null;
  /** The mode of the policy that names it. */
  readonly fileMode: Mode;
}

const publicFulcio = 'https://fulcio.sigstore.dev';
const publicRekor = 'https://rekor.sigstore.dev';

/** cosign's short names of predicate types. */
const predicateTypes: Readonly<Record<string, string>> = {
  custom: 'https://cosign.sigstore.dev/attestation/v1',
  slsaprovenance: 'https://slsa.dev/provenance/v0.2',
  spdx: 'https://spdx.dev/Document',
  spdxjson: 'https://spdx.dev/Document',
  cyclonedx: 'https://cyclonedx.org/bom',
  link: 'https://in-toto.io/Link/v1',
  vuln: 'https://cosign.sigstore.dev/attestation/vuln/v1',
};

/** A validated ClusterImagePolicy, with what cannot be evaluated named. Its keys go into `material`. */
export function compileClusterPolicy(
  document: ClusterImagePolicyDocument,
  place: ClusterPlace,
  material: MaterialCollector,
): ClusterPolicy {
  const { spec, metadata } = document;
  const said = spec.mode === 'enforce' || spec.mode === 'warn' ? spec.mode : null;
  const unsupported: Unsupported[] = [];
  if ((spec.match ?? []).length > 0)
    unsupported.push({ field: 'spec.match', reason: 'a build has no Kubernetes resource' });
  if (spec.policy !== undefined)
    unsupported.push({
      field: 'spec.policy',
      reason: `${spec.policy.type === 'rego' ? 'Rego' : 'CUE'} over a whole admission request`,
    });
  return {
    name: metadata.name,
    policy: place.policy,
    line: place.line,
    mode: place.modeOption ?? said ?? place.fileMode,
    saysEnforce: said === 'enforce',
    globs: spec.images.map((image) => image.glob),
    authorities: spec.authorities.map((authority, index) => compileAuthority(authority, index, material)),
    unsupported,
  };
}

function compileAuthority(authority: AuthorityDocument, index: number, material: MaterialCollector): ClusterAuthority {
  const at = `spec.authorities[${index}]`;
  const unsupported: Unsupported[] = [];
  const [source] = authority.source ?? [];
  const format = authority.signatureFormat === 'bundle' ? 'bundle' : 'legacy';
  const compiled = {
    name: authority.name === undefined || authority.name === '' ? `authority-${index}` : authority.name,
    signer: signerOf(authority, at, material, unsupported),
    attestations: (authority.attestations ?? []).map((attestation, number) =>
      compileAttestation(attestation, `${at}.attestations[${number}]`, unsupported),
    ),
    format,
    source: source === undefined ? null : { repository: source.oci ?? null, tagPrefix: source.tagPrefix ?? null },
    unsupported,
  } as const;
  if (format === 'bundle' && authority.key !== undefined)
    unsupported.push({
      field: `${at}.signatureFormat`,
      reason: 'the admission controller reads bundles of keyless authorities only',
    });
  const timestampRoot = authority.rfc3161timestamp?.trustRootRef;
  if (timestampRoot !== undefined) unsupported.push(trustRoot(`${at}.rfc3161timestamp.trustRootRef`));
  const { ctlog } = authority;
  if (ctlog?.trustRootRef !== undefined) unsupported.push(trustRoot(`${at}.ctlog.trustRootRef`));
  if (!isUrl(ctlog?.url, publicRekor)) unsupported.push({ field: `${at}.ctlog.url`, reason: 'a private log' });
  return compiled;
}

function trustRoot(field: string): Unsupported {
  return { field, reason: 'a TrustRoot of the cluster' };
}

function isUrl(url: string | undefined, expected: string): boolean {
  return url === undefined || url.replace(/\/$/, '') === expected;
}

function signerOf(
  authority: AuthorityDocument,
  at: string,
  material: MaterialCollector,
  unsupported: Unsupported[],
): ClusterAuthority['signer'] {
  const { key, keyless, static: fixed } = authority;
  if (fixed !== undefined) return { kind: 'static', action: fixed.action, message: fixed.message ?? null };
  if (keyless !== undefined) {
    if (keyless['ca-cert'] !== undefined)
      unsupported.push({ field: `${at}.keyless.ca-cert`, reason: 'a private authority of the cluster' });
    if (keyless.trustRootRef !== undefined) unsupported.push(trustRoot(`${at}.keyless.trustRootRef`));
    if (!isUrl(keyless.url, publicFulcio)) unsupported.push({ field: `${at}.keyless.url`, reason: 'a private Fulcio' });
    if (keyless.insecureIgnoreSCT === true)
      unsupported.push({
        field: `${at}.keyless.insecureIgnoreSCT`,
        reason: 'a certificate without its transparency proof is never accepted',
      });
    return { kind: 'keyless', identities: keyless.identities.map(identityOf) };
  }
  const name = authority.name ?? null;
  const parsed = key?.data === undefined ? null : parsePublicKey(key.data, name);
  if (parsed === null || typeof parsed === 'string') {
    const isKms = key?.kms !== undefined && key.kms !== '';
    unsupported.push(
      isKms
        ? { field: `${at}.key.kms`, reason: 'a key in a key store' }
        : { field: `${at}.key.secretRef`, reason: 'a Secret of the cluster' },
    );
    return { kind: 'unsupported' };
  }
  const algorithm = key?.hashAlgorithm ?? '';
  if (algorithm === 'sha224') unsupported.push({ field: `${at}.key.hashAlgorithm`, reason: 'SHA-224' });
  else material.addKey({ ...parsed, hashAlgorithm: algorithm === '' ? null : algorithm });
  return { kind: 'key', id: parsed.id, logRequired: authority.ctlog !== undefined };
}

function identityOf(identity: NonNullable<AuthorityDocument['keyless']>['identities'][number]): ClusterIdentity {
  const pattern = (exact: string | undefined, expression: string | undefined): ClusterIdentity['issuer'] =>
    // The admission controller does not anchor its expressions.
    exact === undefined || exact === ''
      ? { kind: 'regexp', text: `(?s:.*)(?:${expression ?? ''})(?s:.*)` }
      : { kind: 'exact', text: exact };
  return {
    issuer: pattern(identity.issuer, identity.issuerRegExp),
    subject: pattern(identity.subject, identity.subjectRegExp),
  };
}

function compileAttestation(
  attestation: NonNullable<AuthorityDocument['attestations']>[number],
  at: string,
  unsupported: Unsupported[],
): ClusterAttestation {
  const { name, predicateType, policy } = attestation;
  const type = Object.hasOwn(predicateTypes, predicateType)
    ? (predicateTypes[predicateType] ?? predicateType)
    : predicateType;
  if (policy === undefined) return { name, predicateType: type, constraint: null };
  if (policy.type === 'rego') unsupported.push({ field: `${at}.policy`, reason: 'Rego' });
  else if (policy.data === undefined)
    unsupported.push({ field: `${at}.policy`, reason: 'a policy that is kept elsewhere' });
  else {
    const constraint = parseLiteralCue(policy.data);
    if (typeof constraint !== 'object' || constraint === null || !('unsupported' in constraint))
      return { name, predicateType: type, constraint };
    unsupported.push({ field: `${at}.policy.data`, reason: constraint.unsupported });
  }
  return { name, predicateType: type, constraint: null };
}
