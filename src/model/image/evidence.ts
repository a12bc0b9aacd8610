import type { Digest } from './digest.ts';
import type { EvidenceForm } from './signature-forms.ts';

/** Who signed. */
export type Signer =
  | { readonly kind: 'keyless'; readonly identity: string; readonly issuer: string }
  | { readonly kind: 'key'; readonly sha256: string; readonly name: string | null } // of the SubjectPublicKeyInfo, hexadecimal
  | { readonly kind: 'certificate'; readonly subject: string };

/** Why a piece of evidence does not count. A closed set, so that messages can tell the cases apart. */
export type ProblemCode =
  | 'malformed' // cannot be parsed, or breaks a rule of its format
  | 'wrong-subject' // made for another digest
  | 'wrong-type' // another payload type, critical.type or predicate type than its place asks for
  | 'unknown-signer' // signed with a key or by an authority that no policy names
  | 'invalid-signature' // the bytes do not match
  | 'certificate-expired' // outside its validity at the time that is proven
  | 'certificate-revoked' // its authority took it back
  | 'certificate-invalid' // chain, usage, extensions, SCT
  | 'log-missing' // no log entry and no trusted timestamp where one is needed
  | 'log-invalid' // an entry that does not prove what it should
  | 'timestamp-invalid'
  | 'expired' // Notation's own expiry
  | 'passed-over' // by a signer whom no policy names, and one of too many of that kind to be tried
  | 'not-tried' // could have counted, but the time or a bound was used up: nothing is known of it
  | 'too-large'
  | 'unsupported';

export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
}

/** Claims of a Fulcio certificate (fulcio, docs/oid-info.md), by the names that policies use. */
export interface CertificateClaims {
  readonly sourceRepository?: string; // 1.3.6.1.4.1.57264.1.12, a URI
  readonly sourceRepositoryOwner?: string; // .16
  readonly sourceDigest?: string; // .13
  readonly ref?: string; // .14
  readonly workflow?: string; // .18, build config URI
  readonly builder?: string; // .9, build signer URI
  readonly runner?: string; // .11, github-hosted or self-hosted
  readonly trigger?: string; // .20
  readonly runUri?: string; // .21
}

/** What one attachment proves, or why it proves nothing: the fifth station. */
export interface Evidence {
  readonly form: EvidenceForm;
  /** True only when signature, signer's validity, time and subject are all proven. Whether the signer is trusted is the policy's question. */
  readonly verified: boolean;
  /** The digest that the signed bytes speak of; for a BuildKit attestation the platform manifest that it vouches for. */
  readonly subject: Digest;
  /** Of the in-toto statement; null for a plain signature. */
  readonly predicateType: string | null;
  /** What the certificate or key says, also where it did not verify (then: a claim). */
  readonly signer: Signer | null;
  /** The time proven by a log or a timestamp authority, RFC 3339, UTC. */
  readonly time: string | null;
  /** How `time` is proven. */
  readonly timeSource: 'log' | 'timestamp' | null;
  /** Since when a keyless signer's certificate was valid, RFC 3339, UTC: the signature is not older. Left out for others. */
  readonly certifiedSince?: string;
  /** One value for each signature that a signer made, however often it is attached; left out where it was not verified. */
  readonly signatureId?: string;
  readonly log: { readonly index: number; readonly id: string } | null;
  /** Why a log entry that is there and true proves nothing; left out where none is passed over. */
  readonly logPassedOver?: string;
  readonly problem: Problem | null;
  /**
   * Of a signer under a private authority: the certificate's subject, all its names, and the OpenID Connect issuer where it names one.
   * Left out for others.
   */
  readonly certificate?: {
    readonly subject: string;
    readonly names: readonly string[];
    readonly issuer: string | null;
  };
  /** Why it could not be found out whether the signer's certificate was revoked; left out where nothing is open. */
  readonly revocationUnknown?: string;
  /** Identifier of the trusted root that it verified against (`TrustedRootSource.id`), null for keys and certificates. */
  readonly trustedRoot: string | null;
  /** Identifiers (`KeyMaterial.id`, `CertificateMaterial.id`) of all the material that it verified with. */
  readonly materials: readonly string[];
  readonly claims: CertificateClaims;
  /** The repository named inside the signed payload, null where the form carries none. */
  readonly repository: string | null;
  /** The image name inside the signed payload as it stands there, with its tag where it has one; left out where there is none. */
  readonly signedName?: string;
  /** Annotations inside the signed payload. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The in-toto statement of a verified attestation, parsed; null otherwise. */
  readonly statement: unknown;
  /** The manifest that carried it, and where that was found. */
  readonly manifest: Digest;
  readonly location: string;
}
