import type { Digest } from '../model/index.ts';

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
