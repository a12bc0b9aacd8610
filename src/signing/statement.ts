import type { Digest } from '../model/index.ts';

/** The payload type of statements in a DSSE envelope (in-toto, spec/v1/envelope.md). */
export const statementType = 'application/vnd.in-toto+json';
/** The predicate of a signature on an image as cosign 3 makes it (cosign, specs/BUNDLE_SPEC.md). */
export const signaturePredicate = 'https://sigstore.dev/cosign/sign/v1';

/** What is said of a digest. */
export interface StatementRequest {
  /** For people. */
  readonly name: string;
  readonly subject: Digest;
  readonly predicateType: string;
  readonly predicate: unknown;
}

/** The bytes of an in-toto statement (in-toto, spec/v1/statement.md). */
export function statementBytes({ name, subject, predicateType, predicate }: StatementRequest): Buffer {
  const [algorithm = '', hex = ''] = subject.split(':');
  return Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name, digest: { [algorithm]: hex } }],
      predicateType,
      predicate,
    }),
  );
}
