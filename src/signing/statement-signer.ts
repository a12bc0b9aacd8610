import type { Signer } from '../model/index.ts';

/** A statement with who signed it, ready to be attached. */
export interface SignedStatement {
  /** A Sigstore bundle; for an unsigned statement the envelope without a signature. */
  readonly bytes: Buffer;
  readonly mediaType: string;
  readonly signer: Signer | null;
}

/** Signs statements, each into a Sigstore bundle. */
export interface StatementSigner {
  /** @throws VerifyError `signing.failed` */
  sign(statement: Buffer): Promise<SignedStatement>;
}

/** How a signer speaks to the services of a Sigstore: by the rules of the program, with its proxies, authorities and limits. */
export type SigningWeb = (request: {
  readonly url: string;
  readonly json?: unknown;
  readonly bearer?: string;
}) => Promise<{ readonly status: number; readonly body: Buffer }>;
