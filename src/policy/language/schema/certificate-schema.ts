import * as z from 'zod';
import { regularExpression, text } from './value-schema.ts';

const pem = 'PEM file, or inline PEM';

/** A signer whose certificate is of an authority of one's own; cosign's options of the same purpose stand in brackets. */
export const certificate = z
  .strictObject({
    ca: text.describe(`${pem}: the authorities in which a chain may end (--ca-roots)`),
    intermediates: text
      .optional()
      .describe(
        `${pem}: authorities between, not trusted by themselves, for signatures that do not bring them (--ca-intermediates)`,
      ),
    identity: text
      .optional()
      .describe('An e-mail address, URI or host name that the certificate is for, exact (--certificate-identity)'),
    identityRegexp: regularExpression
      .optional()
      .describe('The same as a regular expression, anchored at both ends (--certificate-identity-regexp)'),
    subject: text.optional().describe("The certificate's subject, exact, in the order CN=…,O=…,L=…,ST=…,C=…"),
    issuer: text
      .optional()
      .describe(
        'The OpenID Connect issuer that the certificate names, exact (--certificate-oidc-issuer); left out: it names none',
      ),
    tsa: text
      .optional()
      .describe(
        `${pem}: timestamp authorities, beside those of the trusted roots in use (--timestamp-certificate-chain)`,
      ),
    timestamp: z
      .enum(['required', 'optional'])
      .optional()
      .describe(
        'Whether a log entry or a timestamp must prove when it was signed; left out: where none does, the chain must be valid now, as with --insecure-ignore-tlog',
      ),
    revocation: z
      .enum(['require', 'warn', 'skip'])
      .optional()
      .describe(
        'Whether it must be known that no certificate of the chain was revoked, where they say how to find out: require (default), warn, or skip, which does not look. A revoked one is refused by require and warn',
      ),
  })
  .refine(
    ({ identity, identityRegexp, subject }) =>
      [identity, identityRegexp, subject].filter((each) => each !== undefined).length === 1,
    'say exactly one of identity, identityRegexp and subject',
  )
  .describe("Signed by cosign with a certificate of one's own authority (--certificate-chain)");

export type CertificateDocument = z.output<typeof certificate>;
