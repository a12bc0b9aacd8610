import { type CertificateMaterial, failure, type Result } from '../../../model/index.ts';
import type { ClusterAuthority, ClusterPolicy, Unsupported } from '../../language/compiled/cluster-policy.ts';
import { isReadGlob } from '../../language/compiled/image-validation.ts';
import { parseCertificates, parsePublicKey } from '../files/key-material.ts';
import type { MaterialCollector } from '../files/material-collector.ts';
import { identityOf } from './compile-authority.ts';
import type { ClusterPlace } from './compile-cluster-policy.ts';
import type { AttestorDocument, ImageValidatingDocument } from './image-validating-schema.ts';

interface AttestorScope {
  readonly at: string;
  readonly material: MaterialCollector;
  readonly unsupported: Unsupported[];
}

type Signer = ClusterAuthority['signer'];

function keySigner(cosign: NonNullable<AttestorDocument['cosign']>, name: string, scope: AttestorScope): Signer {
  const { at, unsupported, material } = scope;
  const { data, hashAlgorithm = 'sha256' } = cosign.key ?? {};
  const parsed = data === undefined ? failure('it is not in the policy itself') : parsePublicKey(data, name);
  if (!parsed.ok || hashAlgorithm !== 'sha256') {
    const reason = parsed.ok ? hashAlgorithm : parsed.reason;
    unsupported.push({ field: `${at}.cosign.key`, reason });
    return { kind: 'unsupported' };
  }
  material.addKey(parsed.value);
  return { kind: 'key', id: parsed.value.id, logRequired: cosign.ctlog?.insecureIgnoreTlog !== true };
}

function cosignSigner(cosign: NonNullable<AttestorDocument['cosign']>, name: string, scope: AttestorScope): Signer {
  const { at, unsupported } = scope;
  for (const field of ['certificate', 'source', 'tuf', 'annotations'] as const)
    if (cosign[field] !== undefined) unsupported.push({ field: `${at}.cosign.${field}`, reason: 'not read here' });
  for (const field of ['rekorPubKey', 'ctLogPubKey', 'tsaCertChain'] as const)
    if (cosign.ctlog?.[field] !== undefined)
      unsupported.push({ field: `${at}.cosign.ctlog.${field}`, reason: 'a private Sigstore' });
  const url = cosign.ctlog?.url?.replace(/\/$/, '');
  if (url !== undefined && url !== '' && url !== 'https://rekor.sigstore.dev')
    unsupported.push({ field: `${at}.cosign.ctlog.url`, reason: 'a private log' });
  if (cosign.keyless === undefined) return keySigner(cosign, name, scope);
  if (cosign.key !== undefined) unsupported.push({ field: `${at}.cosign.key`, reason: 'beside keyless' });
  if (cosign.keyless.roots !== undefined)
    unsupported.push({ field: `${at}.cosign.keyless.roots`, reason: 'a private authority' });
  return { kind: 'keyless', identities: cosign.keyless.identities.map(identityOf), root: 'usual' };
}

/** Certificates that stand in the policy. */
function certificates(value: string | undefined, purpose: CertificateMaterial['purpose']): Result<CertificateMaterial> {
  return value === undefined ? failure('they are not in the policy itself') : parseCertificates(value, null, purpose);
}

function notarySigner(notary: NonNullable<AttestorDocument['notary']>, scope: AttestorScope): Signer {
  const { at, unsupported, material } = scope;
  const authority = certificates(notary.certs.value, 'notation');
  if (!authority.ok) {
    unsupported.push({ field: `${at}.notary.certs`, reason: authority.reason });
    return { kind: 'unsupported' };
  }
  material.addCertificate(authority.value);
  material.addRevocable(authority.value.id);
  if (notary.tsaCerts !== undefined) {
    const timestamps = certificates(notary.tsaCerts.value, 'notation-timestamp');
    if (timestamps.ok) material.addCertificate(timestamps.value);
    else unsupported.push({ field: `${at}.notary.tsaCerts`, reason: timestamps.reason });
  }
  return { kind: 'notation', authority: authority.value.id };
}

function compileAttestor(document: AttestorDocument, at: string, material: MaterialCollector): ClusterAuthority {
  const unsupported: Unsupported[] = [];
  const { name, cosign, notary } = document;
  const scope = { at, material, unsupported };
  const signerOf = (): Signer => {
    if (cosign !== undefined && notary === undefined) return cosignSigner(cosign, name, scope);
    if (notary !== undefined && cosign === undefined) return notarySigner(notary, scope);
    unsupported.push({ field: at, reason: 'it names no signer, or two' });
    return { kind: 'unsupported' };
  };
  return {
    name,
    signer: signerOf(),
    attestations: [],
    format: 'any',
    source: null,
    logRoot: null,
    timestampRoot: null,
    unsupported,
    stricter: [],
  };
}

function modeOf(actions: ImageValidatingDocument['spec']['validationActions']): 'enforce' | 'warn' | null {
  if (actions === undefined || actions.length === 0) return null;
  return actions.includes('Deny') ? 'enforce' : 'warn';
}

/** Which images it is about. What cannot be read covers all of them, so that none gets past it. */
function referencesOf({ matchImageReferences = [] }: ImageValidatingDocument['spec'], unsupported: Unsupported[]) {
  return matchImageReferences.map(({ glob, expression }, index) => {
    const field = `spec.matchImageReferences[${index}]`;
    if (glob !== undefined && glob !== '') {
      if (isReadGlob(glob)) return { kind: 'glob', glob } as const;
      unsupported.push({ field: `${field}.glob`, reason: 'it holds brackets or braces' });
    } else if (expression !== undefined) return { kind: 'expression', text: expression } as const;
    return { kind: 'glob', glob: '*' } as const;
  });
}

/**
 * A validated ImageValidatingPolicy. `matchConstraints` and `matchConditions` choose the resources that it is about: a build is
 * none, and the image is held against it as if it ran in one that is chosen, under each name that expressions know images by.
 */
export function compileImageValidating(
  { spec, metadata }: ImageValidatingDocument,
  place: ClusterPlace,
  material: MaterialCollector,
): ClusterPolicy {
  const said = modeOf(spec.validationActions);
  const unsupported: Unsupported[] = [];
  const references = referencesOf(spec, unsupported);
  return {
    name: metadata.name,
    policy: place.policy,
    line: place.line,
    mode: place.modeOption ?? said ?? place.fileMode,
    saysEnforce: said === 'enforce',
    globs: [],
    authorities: (spec.attestors ?? []).map((each, index) =>
      compileAttestor(each, `spec.attestors[${index}]`, material),
    ),
    unsupported,
    validation: {
      references,
      lists: ['containers', 'initContainers', 'ephemeralContainers', ...(spec.images ?? []).map(({ name }) => name)],
      variables: spec.variables ?? [],
      attestations: Object.fromEntries(
        (spec.attestations ?? []).map(({ name, intoto }) => [name, intoto?.type ?? null]),
      ),
      validations: spec.validations.map(({ expression, message = null }) => ({ expression, message })),
    },
  };
}
