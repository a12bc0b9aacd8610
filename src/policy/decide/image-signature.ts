import type { Evidence } from '../../model/index.ts';

const cosignSignature = 'https://sigstore.dev/cosign/sign/v1';

/** Whether the form is a signature on the image: an attestation never is. */
export function isSignature(evidence: Evidence): boolean {
  if (evidence.form === 'attestation') return false;
  return evidence.predicateType === null || evidence.predicateType === cosignSignature;
}
