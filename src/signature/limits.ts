const mebibyte = 1024 * 1024;

/** Bounds of what is parsed: whatever is read here may come from an attacker. Sizes in bytes. */
export const limits = {
  /** A layer's annotation. */
  annotationBytes: mebibyte,
  /** A certificate, DER. */
  certificateBytes: 64 * 1024,
  /** An RFC 3161 token, DER. */
  timestampBytes: 64 * 1024,
  /** A responder's answer about one certificate. */
  ocspBytes: 64 * 1024,
  /** A list of revoked certificates. */
  revocationListBytes: 2 * mebibyte,
  /** Addresses of one kind that one certificate names, and are followed. */
  revocationAddresses: 4,
  jsonDepth: 128,
  logEntries: 32,
  timestamps: 8,
  chainCertificates: 10,
  /** Certificates in one file that a policy names. */
  authorities: 512,
  /** Attachments of one image that are tried: of signers whom no policy names, and of those that could count. */
  unnamedSigners: 64,
  candidates: 256,
  /** Signatures in one DSSE envelope. */
  signatures: 16,
} as const;
