import { cosignSignaturePredicate, type Evidence } from '../../../model/index.ts';

/** Whether the form is a signature on the image: an attestation never is. */
export function isSignature(evidence: Evidence): boolean {
  if (evidence.form === 'attestation') return false;
  return evidence.predicateType === null || evidence.predicateType === cosignSignaturePredicate;
}
