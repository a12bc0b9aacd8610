import { createHash } from 'node:crypto';
import { ASN1Obj } from '@sigstore/core';

const universal = { sequence: 0x10, integer: 0x02 } as const;

/** The first of the two numbers of an ECDSA signature (RFC 3279, section 2.2.3); null for a signature of another kind. */
function firstNumber(signature: Buffer): Buffer | null {
  try {
    const parsed = ASN1Obj.parseBuffer(Buffer.from(signature));
    const numbers = parsed.subs.filter(({ tag }) => tag.isUniversal() && tag.number === universal.integer);
    const isPair = parsed.tag.isUniversal() && parsed.tag.number === universal.sequence && parsed.subs.length === 2;
    return isPair && numbers.length === 2 ? (numbers[0]?.value ?? null) : null;
  } catch {
    return null;
  }
}

/**
 * One value for all that can be made of a signature without its key. Anybody can negate the second number of an ECDSA
 * signature and has another one that verifies as well; the first stays.
 */
export function signatureId(signature: Buffer): string {
  return createHash('sha256')
    .update(firstNumber(signature) ?? signature)
    .digest('hex');
}
