import type { CertificateClaims } from '../../../model/index.ts';
import type { ImagePattern } from '../patterns/image-pattern.ts';
import type { TextPattern } from '../patterns/text-pattern.ts';

/** A claim of a keyless certificate. */
export type ClaimName = keyof CertificateClaims;

/** One way in which an entry of `signedBy` can be satisfied. */
export type TrustedSigner = KeySigner | KeylessSigner | NotationSigner | CertificateSigner;

export interface KeySigner {
  readonly kind: 'key';
  /** `KeyMaterial.id`; null until the key was fetched. */
  readonly id: string | null;
  readonly name: string;
  /** The address of a key that is yet to be fetched. */
  readonly pending: string | null;
  readonly logRequired: boolean;
}

export interface KeylessSigner {
  readonly kind: 'keyless';
  readonly issuer: string;
  readonly identity: TextPattern;
  readonly claims: Readonly<Partial<Record<ClaimName, TextPattern>>>;
  /** The only trusted roots that count (`TrustedRootSource.id`), `github` for GitHub's own, null for those of the layer. */
  readonly trustedRoots: readonly string[] | 'github' | null;
  readonly logRequired: boolean;
}

export interface NotationSigner {
  readonly kind: 'notation';
  readonly subject: string;
  /** `CertificateMaterial.id`. */
  readonly authority: string;
  /** What it takes that nothing is known of its certificates' revocation. */
  readonly revocation: 'require' | 'warn' | 'skip';
  readonly timestampRequired: boolean;
}

/** By cosign with a certificate of an authority of one's own. */
export interface CertificateSigner {
  readonly kind: 'certificate';
  /** `CertificateMaterial.id`. */
  readonly authority: string;
  /** One of these two; null for the other. */
  readonly subject: string | null;
  readonly identity: TextPattern | null;
  /** Null: the certificate names no issuer. */
  readonly issuer: string | null;
  /** `CertificateMaterial.id` of timestamp authorities of its own; null for none. */
  readonly timestamps: string | null;
  readonly timestampRequired: boolean;
  readonly logRequired: boolean;
  readonly revocation: NotationSigner['revocation'];
}

/** An entry of `signedBy`, ready to be compared with evidence. */
export interface SignerEntry {
  /** For people: `key acme (sha256:…)`. */
  readonly label: string;
  /** Any one suffices. `images` restricts a publisher's signer to the images that it signs. */
  readonly choices: readonly { readonly signer: TrustedSigner; readonly images: readonly ImagePattern[] | null }[];
}
