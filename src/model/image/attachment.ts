import type { Digest } from './digest.ts';
import type { Descriptor } from './resolved-image.ts';
import type { AttachmentForm } from './signature-forms.ts';

/** One signature or attestation found beside an image, unread: the fourth station. Its bytes match their digest, nothing more is known. */
export interface Attachment {
  readonly form: AttachmentForm;
  /** The digest that it was found under: of the image's root, of a platform's manifest, or of an attestation manifest. */
  readonly subject: Digest;
  /** What it signs where that is not the subject: the platform manifest whose attestation manifest `subject` is, once every link was checked. */
  readonly vouchesFor: Digest | null;
  /** The manifest that carries it. */
  readonly manifest: Digest;
  /** The layer that holds it, with its annotations. */
  readonly layer: Descriptor;
  /** Annotations and artifact type of the carrying manifest. */
  readonly artifactType: string | null;
  readonly annotations: Readonly<Record<string, string>>;
  /** Where it was found, for people: `tag sha256-….sig`, `referrer sha256:…`. */
  readonly location: string;
  /** The layer's bytes, base64. */
  readonly content: string;
}

/**
 * An unsigned statement: inside an image's index (BuildKit's provenance and SBOM), or attached to it. An SBOM that is
 * attached as it is, in no statement, goes by the type that its statement would have.
 */
export interface UnsignedStatement {
  /** The platform manifest that it speaks of, or what it is attached to. */
  readonly subject: Digest;
  /** The manifest that carries it. */
  readonly manifest: Digest;
  readonly predicateType: string;
  readonly layer: Descriptor;
}
