/** Signs what we say ourselves: statements about digests, with a key or with an identity. Nothing here is used to verify. */

export { ambientIdentity, hasIdentity } from './identity-token.ts';
export { keySigner } from './key-signer.ts';
export { keylessSigner, publicGoodServices, type SigningServices } from './keyless-signer.ts';
export { type StatementRequest, statementBytes } from './statement.ts';
export type { SignedStatement, SigningWeb, StatementSigner } from './statement-signer.ts';
export { unsigned } from './unsigned.ts';
