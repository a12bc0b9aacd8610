import type { AttachmentForm, Descriptor } from '../../model/index.ts';
import type { ImageManifest } from '../content/manifest.ts';
import { bareMediaType, mediaTypes } from '../content/media-types.ts';
import { bounds } from '../transport/bounds.ts';

const bundle = /^application\/vnd\.dev\.sigstore\.bundle(?:[.+]|$)/;
const notationLayers = new Set(['application/jose+json', 'application/cose']);

/**
 * The form of what a layer holds, by its media type; Notation's, whose envelopes have general types, by the manifest's
 * own type too. Null for anything else. What an index or a listing says of the manifest plays no part: cosign 3.1 writes
 * a general type there.
 */
export function attachmentForm(manifest: ImageManifest, layer: Descriptor): AttachmentForm | null {
  const type = bareMediaType(layer.mediaType);
  if (type === mediaTypes.simpleSigning) return 'cosign-signature';
  if (type === mediaTypes.dsse) return 'cosign-attestation';
  if (bundle.test(type)) return 'sigstore-bundle';
  const own = [manifest.artifactType ?? '', manifest.config.mediaType].map(bareMediaType);
  return notationLayers.has(type) && own.includes(mediaTypes.notation) ? 'notation' : null;
}

/** The most bytes that are read of a form. */
export function limitOf(form: AttachmentForm): number {
  return form === 'cosign-attestation' ? bounds.attestation : bounds.signature;
}

/** Which attestations are wanted. Signatures always are. */
export type AttestationChoice = 'all' | 'provenance' | 'none';

const cosignSignature = 'https://sigstore.dev/cosign/sign/v1';
const provenance = /^https:\/\/slsa\.dev\/provenance\//;
/** No bundle that holds an image's signature comes near this; one that is smaller is read whatever it claims to be. */
const largestUnread = 256 * 1024;

/**
 * Whether a layer is left unread because the caller wants no attestations of its kind. Annotations are anybody's claim,
 * so they only ever save the reading of what cannot be a signature.
 */
export function isUnwanted(
  choice: AttestationChoice,
  form: AttachmentForm,
  layer: Descriptor,
  manifest: ImageManifest,
): boolean {
  if (choice === 'all' || form === 'cosign-signature' || form === 'notation') return false;
  const claimed =
    form === 'sigstore-bundle'
      ? manifest.annotations['dev.sigstore.bundle.predicateType']
      : layer.annotations?.['predicateType'];
  if (form === 'sigstore-bundle' && (layer.size <= largestUnread || claimed === cosignSignature)) return false;
  if (choice === 'none') return form === 'cosign-attestation' || claimed !== undefined;
  return claimed !== undefined && !provenance.test(claimed);
}
