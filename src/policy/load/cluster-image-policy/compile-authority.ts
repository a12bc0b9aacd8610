import { createHash } from 'node:crypto';
import {
  cosignVulnerabilities,
  cyclonedxBom,
  failure,
  type PolicyLayerName,
  slsaProvenanceV1,
  slsaProvenanceV02,
  spdxDocument,
} from '../../../model/index.ts';
import type {
  ClusterAttestation,
  ClusterAuthority,
  ClusterIdentity,
  Unsupported,
} from '../../language/compiled/cluster-policy.ts';
import { parseLiteralCue } from '../../language/patterns/literal-cue.ts';
import { parsePublicKey } from '../files/key-material.ts';
import type { MaterialCollector } from '../files/material-collector.ts';
import { type ClusterObjects, isMissing } from './cluster-objects.ts';
import type { AuthorityDocument } from './cluster-schema.ts';

/** What one authority is read with, and what is found out about it on the way. */
interface AuthorityScope {
  readonly at: string;
  readonly layer: PolicyLayerName;
  /** Whether opa may evaluate Rego. */
  readonly rego: boolean;
  readonly material: MaterialCollector;
  readonly objects: ClusterObjects;
  readonly unsupported: Unsupported[];
  readonly stricter: Unsupported[];
}

const publicFulcio = 'https://fulcio.sigstore.dev';
const publicRekor = 'https://rekor.sigstore.dev';

/** cosign's short names of predicate types. */
const predicateTypes: Readonly<Record<string, string>> = {
  custom: 'https://cosign.sigstore.dev/attestation/v1',
  slsaprovenance: slsaProvenanceV02,
  slsaprovenance02: slsaProvenanceV02,
  slsaprovenance1: slsaProvenanceV1,
  spdx: spdxDocument,
  spdxjson: spdxDocument,
  cyclonedx: cyclonedxBom,
  link: 'https://in-toto.io/Link/v1',
  vuln: cosignVulnerabilities,
  openvex: 'https://openvex.dev/ns',
};

/** An authority of `spec.authorities`, its short forms expanded and what it refers to looked up. */
export function compileAuthority(authority: AuthorityDocument, index: number, scope: AuthorityScope): ClusterAuthority {
  const { at, unsupported, stricter } = scope;
  const [source] = authority.source ?? [];
  const format = authority.signatureFormat === 'bundle' ? 'bundle' : 'legacy';
  const { ctlog, rfc3161timestamp } = authority;
  const compiled = {
    name: authority.name === undefined || authority.name === '' ? `authority-${index}` : authority.name,
    signer: signerOf(authority, scope),
    attestations: (authority.attestations ?? []).map((attestation, number) =>
      compileAttestation(attestation, `${at}.attestations[${number}]`, scope),
    ),
    format,
    source: source === undefined ? null : { repository: source.oci ?? null, tagPrefix: source.tagPrefix ?? null },
    logRoot: trustRootOf(ctlog?.trustRootRef, `${at}.ctlog.trustRootRef`, scope),
    timestampRoot: trustRootOf(rfc3161timestamp?.trustRootRef, `${at}.rfc3161timestamp.trustRootRef`, scope),
    unsupported,
    stricter,
  } as const;
  if (format === 'bundle' && authority.key !== undefined)
    unsupported.push({
      field: `${at}.signatureFormat`,
      reason: 'the admission controller reads bundles of keyless authorities only',
    });
  const { signer, logRoot } = compiled;
  if (signer.kind === 'keyless' && typeof signer.root === 'object' && signer.root.id !== logRoot)
    stricter.push({
      field: `${at}.keyless.trustRootRef`,
      reason: 'log or timestamp have to be of the same TrustRoot here',
    });
  // where the controller may ask a log, we rely on what lies beside the signature
  if (!isUrl(ctlog?.url, publicRekor))
    stricter.push({ field: `${at}.ctlog.url`, reason: 'an entry that only this log holds is not asked for' });
  return compiled;
}

/** The identifier of the TrustRoot that a field refers to, null where it refers to none or to one that cannot be had. */
function trustRootOf(name: string | undefined, field: string, scope: AuthorityScope): string | null {
  if (name === undefined || name === '') return null;
  const found = scope.objects.trustedRoot(name);
  if (isMissing(found)) {
    scope.unsupported.push({ field, reason: found.missing });
    return null;
  }
  const { json } = found;
  const id = createHash('sha256').update(json).digest('hex');
  scope.material.addTrustedRoot({
    id,
    layer: scope.layer,
    source: `TrustRoot ${name}`,
    json,
    updated: null,
    thresholds: null,
  });
  return id;
}

function isUrl(url: string | undefined, expected: string): boolean {
  return url === undefined || url.replace(/\/$/, '') === expected;
}

function signerOf(authority: AuthorityDocument, scope: AuthorityScope): ClusterAuthority['signer'] {
  const { key, keyless, static: fixed } = authority;
  if (fixed !== undefined) return { kind: 'static', action: fixed.action, message: fixed.message ?? null };
  if (keyless !== undefined) return keylessSigner(keyless, scope);
  return key === undefined
    ? { kind: 'unsupported' }
    : keySigner(key, authority.name ?? null, authority.ctlog !== undefined, scope);
}

function keylessSigner(
  keyless: NonNullable<AuthorityDocument['keyless']>,
  scope: AuthorityScope,
): ClusterAuthority['signer'] {
  const { at, unsupported, stricter } = scope;
  // policy-controller, pkg/webhook/validator.go (fulcioCertsFromAuthority): its author means another authority than the one that counts
  if (keyless['ca-cert'] !== undefined)
    unsupported.push({
      field: `${at}.keyless.ca-cert`,
      reason:
        'the admission controller reads it and trusts public Fulcio all the same: a TrustRoot names an authority of your own',
    });
  if (keyless.insecureIgnoreSCT === true)
    stricter.push({
      field: `${at}.keyless.insecureIgnoreSCT`,
      reason: 'a certificate without its transparency proof is never accepted here',
    });
  const id = trustRootOf(keyless.trustRootRef, `${at}.keyless.trustRootRef`, scope);
  const isPublic = isUrl(keyless.url, publicFulcio);
  if (id === null && !isPublic)
    stricter.push({ field: `${at}.keyless.url`, reason: 'a private Fulcio: --trusted-root names its trusted root' });
  const identities = keyless.identities.map(identityOf);
  return { kind: 'keyless', identities, root: id === null ? (isPublic ? 'usual' : 'private') : { id } };
}

function keySigner(
  key: NonNullable<AuthorityDocument['key']>,
  name: string | null,
  logRequired: boolean,
  { at, objects, material, unsupported }: AuthorityScope,
): ClusterAuthority['signer'] {
  const { secretRef, kms = '', data, hashAlgorithm = '' } = key;
  if (kms !== '') {
    unsupported.push({ field: `${at}.key.kms`, reason: 'a key in a key store' });
    return { kind: 'unsupported' };
  }
  const text = secretRef === undefined ? (data ?? '') : objects.secretValue(secretRef.name ?? '');
  const parsed = isMissing(text) ? failure(text.missing) : parsePublicKey(text, name);
  if (!parsed.ok) {
    unsupported.push({ field: `${at}.key.${secretRef === undefined ? 'data' : 'secretRef'}`, reason: parsed.reason });
    return { kind: 'unsupported' };
  }
  if (hashAlgorithm === 'sha224') unsupported.push({ field: `${at}.key.hashAlgorithm`, reason: 'SHA-224' });
  else material.addKey({ ...parsed.value, hashAlgorithm: hashAlgorithm === '' ? null : hashAlgorithm });
  return { kind: 'key', id: parsed.value.id, logRequired };
}

/** An identity as cosign compares it. */
export function identityOf(identity: NonNullable<AuthorityDocument['keyless']>['identities'][number]): ClusterIdentity {
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
  { objects, unsupported, rego }: AuthorityScope,
): ClusterAttestation {
  const { name, predicateType, policy } = attestation;
  const type = Object.hasOwn(predicateTypes, predicateType)
    ? (predicateTypes[predicateType] ?? predicateType)
    : predicateType;
  const without = { name, predicateType: type, constraint: null };
  if (policy === undefined) return without;
  const { configMapRef } = policy;
  const data = configMapRef === undefined ? policy.data : objects.configValue(configMapRef.name, configMapRef.key);
  if (policy.type === 'rego' && !rego)
    unsupported.push({
      field: `${at}.policy`,
      reason: 'Rego',
    });
  else if (data === undefined)
    unsupported.push({ field: `${at}.policy.remote`, reason: 'a policy that is kept elsewhere' });
  else if (isMissing(data)) unsupported.push({ field: `${at}.policy.configMapRef`, reason: data.missing });
  else if (policy.type === 'rego') {
    const reason = beyondRego(data);
    if (reason === null) return { ...without, rego: data };
    unsupported.push({ field: `${at}.policy.data`, reason });
  } else {
    const constraint = parseLiteralCue(data);
    if (typeof constraint !== 'object' || constraint === null || !('unsupported' in constraint))
      return { ...without, constraint };
    unsupported.push({ field: `${at}.policy.data`, reason: constraint.unsupported });
  }
  return without;
}

/**
 * Why a module is not evaluated, null where it may be: what it asks of the network or of the machine would say something
 * about these, not about the attestation. Rego has no way to call a built-in function by a name that is put together.
 */
function beyondRego(module: string): string | null {
  const [found] = /\b(?:http|net)\s*[.[]|\bopa\s*[.[]|\bjson\.(?:match|verify)_schema\b/.exec(module) ?? [];
  return found === undefined ? null : `Rego that asks the network or the machine (${found.trim()})`;
}
