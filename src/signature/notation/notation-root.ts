import { createHash } from 'node:crypto';
import type { Attachment } from '../../model/index.ts';
import { subjectName } from '../certificates/subject-name.ts';
import { Refusal } from '../refusal.ts';
import type { BroughtAuthority } from '../signature-form.ts';
import { assertChain, readChain } from './notation-chain.ts';
import { readNotationEnvelope } from './verify-notation.ts';

/** The self-signed certificate at the end of a Notation signature's chain; null where the chain does not hold together, or there is none. */
export function notationRoot(attachment: Attachment): BroughtAuthority | null {
  try {
    const chain = readChain(readNotationEnvelope(attachment, Buffer.from(attachment.content, 'base64')));
    assertChain(chain);
    const { native, parsed } = chain.at(-1) ?? chain[0];
    const sha256 = createHash('sha256').update(native.raw).digest('hex');
    return { subject: subjectName(parsed), sha256, pem: native.toString() };
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
