import * as z from 'zod';
import { described } from './described.ts';
import { regularExpression, text } from './value-schema.ts';

const pem = 'PEM file, or inline PEM';

/** A signer whose certificate is of an authority of one's own; cosign's options of the same purpose stand in brackets. */
export const certificate = described(
  "Signed by cosign with a certificate of one's own authority (--certificate-chain)",
  z
    .strictObject({
      ca: text.describe(`${pem}: the authorities in which a chain may end (--ca-roots)`),
      intermediates: described(
        `${pem}: authorities between, not trusted by themselves, for signatures that do not bring them (--ca-intermediates)`,
        text.optional(),
      ),
      identity: described(
        'An e-mail address, URI or host name that the certificate is for, exact (--certificate-identity)',
        text.optional(),
      ),
      identityRegexp: described(
        'The same as a regular expression, anchored at both ends (--certificate-identity-regexp)',
        regularExpression.optional(),
      ),
      subject: described("The certificate's subject, exact, in the order CN=…,O=…,L=…,ST=…,C=…", text.optional()),
      issuer: described(
        'The OpenID Connect issuer that the certificate names, exact (--certificate-oidc-issuer); left out: it names none',
        text.optional(),
      ),
      tsa: described(
        `${pem}: timestamp authorities, beside those of the trusted roots in use (--timestamp-certificate-chain)`,
        text.optional(),
      ),
      timestamp: described(
        'Whether a log entry or a timestamp must prove when it was signed; left out: where none does, the chain must be valid now, as with --insecure-ignore-tlog',
        z.enum(['required', 'optional']).optional(),
      ),
      revocation: described(
        'Whether it must be known that no certificate of the chain was revoked, where they say how to find out: require (default), warn, or skip, which does not look. A revoked one is refused by require and warn',
        z.enum(['require', 'warn', 'skip']).optional(),
      ),
    })
    .refine(
      ({ identity, identityRegexp, subject }) =>
        [identity, identityRegexp, subject].filter((each) => each !== undefined).length === 1,
      'say exactly one of identity, identityRegexp and subject',
    ),
);

export type CertificateDocument = z.output<typeof certificate>;
