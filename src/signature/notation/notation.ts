import type { Signer } from '../../model/index.ts';
import { subjectName } from '../certificates/subject-name.ts';
import { refusedEvidence } from '../evidence.ts';
import { passedOver } from '../prospect.ts';
import type { SignatureForm } from '../signature-form.ts';
import { assertNotationSignature } from './notation-algorithm.ts';
import { readChain, trustedAuthorities } from './notation-chain.ts';
import { notationRoot } from './notation-root.ts';
import { readNotationEnvelope, verifyNotation } from './verify-notation.ts';

/** Signatures of the Notary Project: one envelope, whose certificates lead to an authority that a policy names. */
export const notation: SignatureForm = {
  verify: async (attachment, content, circumstances) => [await verifyNotation(attachment, content, circumstances)],
  prospect(attachment, content, looking) {
    const envelope = readNotationEnvelope(attachment, content);
    const chain = readChain(envelope);
    const signer: Signer = { kind: 'certificate', subject: subjectName(chain[0].parsed) };
    const untried = refusedEvidence(attachment, passedOver, null, { signer, claims: {} });
    if (!looking.isWanted(signer) || trustedAuthorities(chain, looking.material.notation).length === 0)
      return { isLikely: false, untried };
    assertNotationSignature(envelope, chain[0].native.publicKey);
    return { isLikely: true, untried };
  },
  authority: notationRoot,
};
