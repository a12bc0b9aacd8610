import type { Mode } from '../../../model/index.ts';
import type { LiteralCue } from '../patterns/literal-cue.ts';
import type { TextPattern } from '../patterns/text-pattern.ts';
import type { ImageValidation } from './image-validation.ts';

/** The kind of the policies that Kyverno evaluates in CEL. */
export const imageValidatingKind = 'ImageValidatingPolicy';

/** Whether an object of this kind is a cluster's policy that is used as it is. */
export function isClusterPolicyKind(kind: unknown): boolean {
  return kind === 'ClusterImagePolicy' || kind === imageValidatingKind;
}

/** Why an object that a ClusterImagePolicy refers to cannot be had. */
export interface Missing {
  readonly missing: string;
}

/** Something in a ClusterImagePolicy that cannot be evaluated here. */
export interface Unsupported {
  /** For instance `spec.authorities[0].key.kms`. */
  readonly field: string;
  readonly reason: string;
}

export interface ClusterIdentity {
  readonly issuer: TextPattern;
  readonly subject: TextPattern;
}

export interface ClusterAttestation {
  readonly name: string;
  readonly predicateType: string;
  /** Null: any statement of this type will do. */
  readonly constraint: LiteralCue | null;
  /** A Rego module that has to find the statement compliant too; only where the policy's owner lets opa evaluate it. */
  readonly rego?: string;
}

/** One authority, its short forms expanded. */
export interface ClusterAuthority {
  readonly name: string;
  readonly signer:
    | { readonly kind: 'key'; readonly id: string; readonly logRequired: boolean }
    | {
        readonly kind: 'keyless';
        readonly identities: readonly ClusterIdentity[];
        /** What its certificates count under: a TrustRoot, `private` for any root that the layer declares, `usual` for public Sigstore too. */
        readonly root: { readonly id: string } | 'private' | 'usual';
      }
    /** Any certificate under this authority (`CertificateMaterial.id`); only Kyverno's policies have it. */
    | { readonly kind: 'notation'; readonly authority: string }
    | { readonly kind: 'static'; readonly action: 'pass' | 'fail'; readonly message: string | null }
    | { readonly kind: 'unsupported' };
  /** Not empty: only these are looked at, and never the signature. */
  readonly attestations: readonly ClusterAttestation[];
  /** `any` for Kyverno's. */
  readonly format: 'legacy' | 'bundle' | 'any';
  /** Where its signatures are kept, null for beside the image. */
  readonly source: { readonly repository: string | null; readonly tagPrefix: string | null } | null;
  /** Identifier of the TrustRoot whose log has to hold an entry, null for no certain one. */
  readonly logRoot: string | null;
  /** Identifier of the TrustRoot whose timestamp it needs, null for none. */
  readonly timestampRoot: string | null;
  /** Why it cannot be evaluated; empty where it can. */
  readonly unsupported: readonly Unsupported[];
  /** What is held more strictly here than in a cluster: a pass is one there too, a failure may be none. */
  readonly stricter: readonly Unsupported[];
}

/** A ClusterImagePolicy, or Kyverno's ImageValidatingPolicy, validated and defaulted as its admission controller does. */
export interface ClusterPolicy {
  readonly name: string;
  /** Its file, as named to the user. */
  readonly policy: string;
  readonly line: number | null;
  /** The mode in force. */
  readonly mode: Mode;
  /** Whether it says `mode: enforce` itself. */
  readonly saysEnforce: boolean;
  readonly globs: readonly string[];
  readonly authorities: readonly ClusterAuthority[];
  /** What cannot be evaluated outside of the authorities. */
  readonly unsupported: readonly Unsupported[];
  /** Of an ImageValidatingPolicy: what must be true; its attestors are the authorities. */
  readonly validation?: ImageValidation;
}
