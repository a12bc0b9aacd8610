import type { Attachment, Evidence } from '../model/index.ts';
import type { Looking, Prospect } from './prospect.ts';
import type { RevocationSource } from './revocation/revocation-source.ts';
import type { PreparedMaterial } from './sigstore/prepared-material.ts';

/** With what a signature is verified, and when. */
export interface Circumstances {
  readonly material: PreparedMaterial;
  readonly now: Date;
  readonly revocation: RevocationSource | null;
}

/** The certificate of an authority that a signature brings along, which proves nothing by itself. */
export interface BroughtAuthority {
  /** As policies write it. */
  readonly subject: string;
  /** Of the certificate, hexadecimal. */
  readonly sha256: string;
  readonly pem: string;
}

/** One form of signature: the next form is one more of these. `content` is the attachment's, within the form's bound. */
export interface SignatureForm {
  /**
   * What each signature in it proves.
   * @throws Refusal, or whatever a parser throws: the attachment is broken evidence then
   */
  verify(
    attachment: Attachment,
    content: Buffer<ArrayBuffer>,
    circumstances: Circumstances,
  ): Promise<readonly Evidence[]>;
  /**
   * What it could prove, by what it says and by what is cheap to check: format, subject, signer, the signature itself, and who issued its
   * certificate. Looking at an unknown signer's certificate costs a hundredth of verifying it.
   * @throws as `verify` does
   */
  prospect(attachment: Attachment, content: Buffer<ArrayBuffer>, looking: Looking): Prospect;
  /** The authority that it names and whose certificate it brings along; null for none, left out where the form has none. */
  authority?(attachment: Attachment): BroughtAuthority | null;
}
