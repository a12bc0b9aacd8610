import type { AttachmentForm } from '../model/index.ts';
import type { SignatureForm } from './signature-form.ts';

/** Every form of signature, loaded when one is found. */
const forms: Readonly<Record<AttachmentForm, () => Promise<SignatureForm>>> = {
  'cosign-signature': async () => (await import('./cosign/cosign-signature.ts')).cosignSignature,
  'cosign-attestation': async () => (await import('./cosign/cosign-attestation.ts')).cosignAttestation,
  'sigstore-bundle': async () => (await import('./sigstore/sigstore-bundle.ts')).sigstoreBundle,
  notation: async () => (await import('./notation/notation.ts')).notation,
};

/** The form by its name. */
export async function signatureForm(name: AttachmentForm): Promise<SignatureForm> {
  return await forms[name]();
}
