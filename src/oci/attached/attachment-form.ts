import {
  type AttachmentForm,
  attachmentForms,
  cosignSignaturePredicate,
  type Descriptor,
  factsOfForm,
  slsaProvenancePrefix,
} from '../../model/index.ts';
import type { ImageManifest } from '../content/manifest.ts';
import { bareMediaType } from '../content/media-types.ts';

const forms = Object.keys(attachmentForms) as readonly AttachmentForm[]; // the keys of that very object

/**
 * The form of what a layer holds, by its media type, and by the manifest's own type where the layer's is a general one. Null for
 * anything else. What an index or a listing says of the manifest plays no part: cosign 3.1 writes a general type there.
 */
export function attachmentForm(manifest: ImageManifest, layer: Descriptor): AttachmentForm | null {
  const type = bareMediaType(layer.mediaType);
  const own = [manifest.artifactType ?? '', manifest.config.mediaType].map(bareMediaType);
  const isOf = (form: AttachmentForm): boolean => {
    const { layerTypes, manifestType } = factsOfForm(form);
    return layerTypes.test(type) && (manifestType === null || own.includes(manifestType));
  };
  return forms.find(isOf) ?? null;
}

/** Which attestations are wanted. Signatures always are. */
export type AttestationChoice = 'all' | 'provenance' | 'none';

/** No signature of an image comes near this; one that is smaller is read whatever it claims to be. */
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
  const { holds, predicateClaim } = factsOfForm(form);
  if (choice === 'all' || holds === 'signatures' || predicateClaim === null) return false;
  const claims = predicateClaim.of === 'manifest' ? manifest.annotations : (layer.annotations ?? {});
  const claimed = claims[predicateClaim.annotation];
  if (holds === 'either' && (layer.size <= largestUnread || claimed === cosignSignaturePredicate)) return false;
  if (choice === 'none') return holds === 'attestations' || claimed !== undefined;
  return claimed !== undefined && !claimed.startsWith(slsaProvenancePrefix);
}
