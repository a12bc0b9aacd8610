import { createHash, createPublicKey, X509Certificate } from 'node:crypto';

/** What the public good instance of Sigstore signs with, by SHA-256 of the DER, hexadecimal. */
export interface PublicSigstore {
  /** The chains of its certificate authorities that still issue. */
  readonly authorities: readonly (readonly string[])[];
  readonly logKeys: readonly string[];
}

/** What a conversion needs besides the document. */
export interface ConversionAids {
  /** A file that the document names; null where it cannot be read here. */
  readonly readFile: (path: string) => Uint8Array | null;
  readonly publicSigstore: PublicSigstore;
}

const pemBlock = /-----BEGIN ([A-Z ]+)-----[\s\S]*?-----END \1-----/g;

function fingerprint(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

function blocksOf(pem: Uint8Array): readonly string[] {
  return [...new TextDecoder().decode(pem).matchAll(pemBlock)].map(([block]) => block);
}

function fingerprints(pems: readonly Uint8Array[], derOf: (block: string) => Uint8Array): ReadonlySet<string> {
  const found = pems.flatMap(blocksOf).map((block) => {
    try {
      return fingerprint(derOf(block));
    } catch {
      return '';
    }
  });
  return new Set(found);
}

/** Whether a file holds certificates in PEM alone, each of which can be read. */
export function holdsCertificate(pem: Uint8Array): boolean {
  const found = fingerprints([pem], (block) => new X509Certificate(block).raw);
  return found.size > 0 && !found.has('');
}

/** Whether trusting these certificates, PEM, means trusting every authority of public Sigstore that still issues. */
export function trustsPublicAuthorities(pems: readonly Uint8Array[], { authorities }: PublicSigstore): boolean {
  const found = fingerprints(pems, (block) => new X509Certificate(block).raw);
  return authorities.length > 0 && authorities.every((chain) => chain.some((certificate) => found.has(certificate)));
}

/** Whether one of these keys, PEM, is that of public Sigstore's log. */
export function trustsPublicLog(pems: readonly Uint8Array[], { logKeys }: PublicSigstore): boolean {
  const found = fingerprints(pems, (block) => createPublicKey(block).export({ type: 'spki', format: 'der' }));
  return logKeys.some((key) => found.has(key));
}
