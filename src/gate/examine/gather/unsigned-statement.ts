import type { Digest, UnsignedStatement } from '../../../model/index.ts';
import { readInTotoStatement } from '../../../signature/index.ts';

/** The in-toto predicate of a statement, parsed; null where the bytes are no statement of the type that it is listed as, about what it is listed for. */
export async function predicateIn(
  bytes: Uint8Array,
  { subject, predicateType }: Pick<UnsignedStatement, 'subject' | 'predicateType'>,
): Promise<{ readonly value: unknown } | null> {
  const content = await readInTotoStatement(bytes, subject);
  return content?.predicateType === predicateType ? { value: content.predicate } : null;
}

/**
 * Whether only one of the manifests that carry these statements speaks of a platform: where several do, a signature on one says
 * nothing of the others.
 */
export function isSoleCarrier(statements: readonly UnsignedStatement[], subject: Digest): boolean {
  const carriers = statements.filter((each) => each.subject === subject).map(({ manifest }) => manifest);
  return new Set(carriers).size === 1;
}
