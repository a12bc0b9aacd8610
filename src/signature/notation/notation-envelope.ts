import { printable, Refusal } from '../refusal.ts';

/** The payload type of every Notation signature (notaryproject/specifications, signature-specification.md). */
const notationPayloadType = 'application/vnd.cncf.notary.payload.v1+json';

const prefix = 'io.cncf.notary.';

/** Names of the attributes, without `io.cncf.notary.`. */
export const attribute = {
  scheme: `${prefix}signingScheme`,
  signingTime: `${prefix}signingTime`,
  authenticSigningTime: `${prefix}authenticSigningTime`,
  expiry: `${prefix}expiry`,
  timestamp: `${prefix}timestampSignature`,
} as const;

/** A signature algorithm by its JOSE name (RFC 7518). */
export type NotationAlgorithm = 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512';

/** A Notation envelope, read but not verified: the same whether it was JWS or COSE. */
export interface NotationEnvelope {
  readonly algorithm: string;
  readonly contentType: string;
  /** The names of the signed attributes. */
  readonly names: readonly string[];
  readonly critical: readonly string[];
  readonly scheme: string;
  /** What the signer says, not proven. */
  readonly signingTime: Date | null;
  readonly authenticSigningTime: Date | null;
  readonly expiry: Date | null;
  readonly payload: Buffer;
  /** What the signature is over. */
  readonly signedBytes: Buffer;
  readonly signature: Buffer;
  /** From the signer's up to the root's, DER. */
  readonly chain: readonly Buffer<ArrayBuffer>[];
  /** An RFC 3161 token over the signature, DER; null for none. */
  readonly timestamp: Buffer<ArrayBuffer> | null;
}

const schemes = new Set(['notary.x509', 'notary.x509.signingAuthority']);
const understood = new Set<string>([attribute.scheme, attribute.expiry, attribute.authenticSigningTime]);
const registered = new Set<string>(['alg', 'cty', 'crit', ...Object.values(attribute)]);

function assertCritical(envelope: NotationEnvelope): void {
  const unknown = envelope.critical.find((name) => !understood.has(name));
  if (unknown !== undefined) {
    throw new Refusal(
      'unsupported',
      `it has the critical attribute "${printable(unknown)}", which is not understood here`,
    );
  }
  const absent = envelope.critical.find((name) => !envelope.names.includes(name));
  if (absent !== undefined) throw new Refusal('malformed', `its critical attribute ${absent} is missing`);
  if (new Set(envelope.critical).size !== envelope.critical.length) {
    throw new Refusal('malformed', 'it names a critical attribute twice');
  }
  for (const name of understood) {
    if (envelope.names.includes(name) && !envelope.critical.includes(name)) {
      throw new Refusal('malformed', `its attribute ${name} is not marked critical`);
    }
  }
}

/**
 * Requires what the specification demands of the signed attributes.
 * @throws Refusal `malformed`, `unsupported`, `wrong-type`
 */
export function assertAttributes(envelope: NotationEnvelope): void {
  if (envelope.contentType !== notationPayloadType) {
    throw new Refusal(
      'wrong-type',
      `it signs a "${printable(envelope.contentType)}", expected "${notationPayloadType}"`,
    );
  }
  if (!schemes.has(envelope.scheme)) {
    throw new Refusal('unsupported', `its signing scheme is "${printable(envelope.scheme)}", expected notary.x509`);
  }
  assertCritical(envelope);
  const plugin = envelope.names.find((name) => name.startsWith(prefix) && !registered.has(name));
  if (plugin !== undefined) {
    throw new Refusal('unsupported', `it has the attribute ${printable(plugin)}, which is not understood here`);
  }
  const needsAuthentic = envelope.scheme === 'notary.x509.signingAuthority';
  if (
    (envelope.authenticSigningTime === null) === needsAuthentic ||
    (envelope.signingTime === null) !== needsAuthentic
  ) {
    throw new Refusal('malformed', 'it states another kind of signing time than its scheme asks for');
  }
}
