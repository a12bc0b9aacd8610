import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Missing } from '../../language/compiled/cluster-policy.ts';
import { fromBase64 } from './strict-base64.ts';

/** A TrustRoot of policy.sigstore.dev/v1alpha1, unchecked: its types are a hope. */
export interface TrustRootDocument {
  readonly spec?: {
    readonly remote?: unknown;
    readonly repository?: unknown;
    readonly sigstoreKeys?: {
      readonly certificateAuthorities?: unknown;
      readonly timestampAuthorities?: unknown;
      readonly tLogs?: unknown;
      readonly ctLogs?: unknown;
    };
  };
}

interface Part {
  readonly subject?: { readonly organization?: unknown; readonly commonName?: unknown };
  readonly uri?: unknown;
  readonly certChain?: unknown;
  readonly baseURL?: unknown;
  readonly publicKey?: unknown;
}

class UnusableRoot extends Error {}

const mostParts = 32;
// TrustRoots name no time since when a key counts; the controller begins with the epoch
const validFor = { start: '1970-01-01T00:00:00Z' };

function partsOf(value: unknown, field: string): readonly Part[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > mostParts)
    throw new UnusableRoot(`${field} is no list of at most ${mostParts}`);
  return value.map((part: unknown) => {
    if (typeof part !== 'object' || part === null)
      throw new UnusableRoot(`${field} holds something that is no mapping`);
    return part;
  });
}

function pemOf(value: unknown, field: string, label: 'PUBLIC KEY' | 'CERTIFICATE'): string {
  const pem = typeof value === 'string' ? fromBase64(value)?.toString('utf8') : undefined;
  if (pem === undefined || !pem.trimStart().startsWith(`-----BEGIN ${label}-----`))
    throw new UnusableRoot(`${field} is no ${label} as base64 of PEM`);
  return pem;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function authority({ certChain, uri, subject }: Part, field: string): object {
  const pem = pemOf(certChain, `${field}.certChain`, 'CERTIFICATE');
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new UnusableRoot(`${field}.certChain holds no certificate`);
  try {
    const certificates = blocks.map((block) => ({ rawBytes: new X509Certificate(block).raw.toString('base64') }));
    const named = { organization: textOf(subject?.organization), commonName: textOf(subject?.commonName) };
    return { subject: named, uri: textOf(uri), certChain: { certificates }, validFor };
  } catch {
    throw new UnusableRoot(`${field}.certChain holds a certificate that cannot be read`);
  }
}

const curves: Readonly<Record<string, string>> = {
  prime256v1: 'PKIX_ECDSA_P256_SHA_256',
  secp384r1: 'PKIX_ECDSA_P384_SHA_384',
  secp521r1: 'PKIX_ECDSA_P521_SHA_512',
};

function detailsOf(key: KeyObject, field: string): string {
  const details = curves[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (details === undefined) throw new UnusableRoot(`${field}.publicKey is no ECDSA key`);
  return details;
}

function log({ publicKey, baseURL }: Part, field: string): object {
  const pem = pemOf(publicKey, `${field}.publicKey`, 'PUBLIC KEY');
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new UnusableRoot(`${field}.publicKey is no public key`);
  }
  const der = key.export({ type: 'spki', format: 'der' });
  return {
    baseUrl: textOf(baseURL),
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: der.toString('base64'), keyDetails: detailsOf(key, field), validFor },
    logId: { keyId: createHash('sha256').update(der).digest('base64') },
  };
}

/**
 * The trusted root that a TrustRoot's `sigstoreKeys` spell, as the admission controller converts them (policy-controller
 * pkg/apis/config/sigstore_keys.go), or why it cannot be made. What a TUF repository would tell is not known here.
 */
export function trustedRootOf(name: string, { spec }: TrustRootDocument): { readonly json: string } | Missing {
  const keys = spec?.sigstoreKeys;
  if (typeof keys !== 'object' || keys === null || spec?.remote !== undefined || spec?.repository !== undefined)
    return { missing: `the TrustRoot ${name} is kept in a TUF repository, not in sigstoreKeys` };
  try {
    const each = (value: unknown, field: string, make: (part: Part, field: string) => object): readonly object[] =>
      partsOf(value, field).map((part, index) => make(part, `${field}[${index}]`));
    const root = {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: each(keys.tLogs, 'tLogs', log),
      certificateAuthorities: each(keys.certificateAuthorities, 'certificateAuthorities', authority),
      ctlogs: each(keys.ctLogs, 'ctLogs', log),
      timestampAuthorities: each(keys.timestampAuthorities, 'timestampAuthorities', authority),
    };
    return { json: JSON.stringify(root) };
  } catch (error) {
    if (error instanceof UnusableRoot) return { missing: `the TrustRoot ${name}: ${error.message}` };
    throw error;
  }
}
