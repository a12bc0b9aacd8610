import type { PolicyLayerName } from './decision.ts';

/** A public key that some policy names. */
export interface KeyMaterial {
  /** Unique within a run: SHA-256 of the SubjectPublicKeyInfo, hexadecimal. */
  readonly id: string;
  /** PEM, SubjectPublicKeyInfo. */
  readonly pem: string;
  /** For people: the file's name without its ending, or the publisher's. */
  readonly name: string | null;
  /** Digest that signatures by it use; `sha256` unless the policy says otherwise, by curve for bundles. */
  readonly hashAlgorithm: 'sha256' | 'sha384' | 'sha512' | null;
  /** It is one of the publishers' that come with the program, and no policy names it: tried where no key of a policy made a signature. */
  readonly isPublishers?: boolean;
}

/** A certificate authority that some policy names (Notation, or a private PKI). */
export interface CertificateMaterial {
  /** SHA-256 over the PEM's certificates in order, those between after the others, hexadecimal. */
  readonly id: string;
  /** One or more certificates. */
  readonly pem: string;
  readonly name: string | null;
  /** `keyless` and `timestamp` are for signatures in cosign's forms. */
  readonly purpose: 'notation' | 'notation-timestamp' | 'keyless' | 'timestamp';
  /** Certificates that may stand between a signer and these, and are not trusted by themselves. */
  readonly intermediates?: string;
}

/** A Sigstore trusted root (protobuf-specs TrustedRoot, JSON). */
export interface TrustedRootSource {
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly id: string;
  readonly layer: PolicyLayerName;
  /** For people: `sigstore public good`, `github`, or the file's name. */
  readonly source: string;
  /** The file's JSON text. */
  readonly json: string;
  /** When the copy was fetched or made, RFC 3339; null where unknown. */
  readonly updated: string | null;
  /** How signatures under it are timed: the public good root needs a log, GitHub's own root has timestamps alone. */
  readonly thresholds: {
    readonly log: number;
    readonly certificateTransparency: number;
    readonly timestamp: number;
  } | null;
}

/** Everything that signatures are tried against in one run. */
export interface VerificationMaterial {
  readonly keys: readonly KeyMaterial[];
  readonly certificates: readonly CertificateMaterial[];
  readonly trustedRoots: readonly TrustedRootSource[];
}
