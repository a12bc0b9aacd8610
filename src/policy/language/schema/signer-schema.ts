import * as z from 'zod';
import { certificate } from './certificate-schema.ts';
import { described } from './described.ts';
import { isRootAlone, signerProblem } from './signer-problem.ts';
import { regularExpression, sha256, text } from './value-schema.ts';

const claims = described(
  'Claims of the certificate: exact, or globs where they hold a *',
  z
    .strictObject({
      sourceRepository: described('Where the source is; acme/app means https://github.com/acme/app', text.optional()),
      sourceRepositoryOwner: described('Who owns the source; acme means https://github.com/acme', text.optional()),
      sourceDigest: described('The commit', text.optional()),
      ref: described('The branch or tag, for instance refs/tags/*', text.optional()),
      workflow: described('The build configuration that started the build', text.optional()),
      builder: described('The build configuration that signed', text.optional()),
      runner: described('github-hosted or self-hosted', text.optional()),
      trigger: described('What started the build, for instance push', text.optional()),
      runUri: described('The run', text.optional()),
    })
    .refine((value) => Object.keys(value).length > 0, 'no claim is named'),
);

const keyless = described(
  'Signed with a short-lived certificate for this identity',
  z
    .strictObject({
      issuer: text.describe('The OpenID Connect issuer, exact'),
      identity: described('The identity, exact', text.optional()),
      identityRegexp: regularExpression.optional(),
    })
    .refine(
      (value) => (value.identity === undefined) !== (value.identityRegexp === undefined),
      'say exactly one of identity and identityRegexp',
    ),
);

const fetchedKey = z.strictObject({ url: z.string().regex(/^https:\/\//, 'a key is fetched by https only'), sha256 });

const signerFields = {
  keyless: keyless.optional(),
  key: described(
    'A file relative to this one, an inline PEM, or https with sha256',
    z.union([text, fetchedKey]).optional(),
  ),
  sha256: described('SHA-256 of the bytes at the address beside it', sha256.optional()),
  notation: described(
    'Signed by Notation with a certificate of this subject under this authority',
    z
      .strictObject({
        subject: text.describe('Exact, in the order CN=…,O=…,L=…,ST=…,C=…'),
        ca: text.describe('PEM file, or inline PEM'),
        tsa: described(
          'PEM file, or inline PEM, of timestamp authorities; without one a signature ends with its certificate',
          text.optional(),
        ),
        timestamp: described(
          'Whether a timestamp by one of tsa must be there (optional where nothing is said)',
          z.enum(['required', 'optional']).optional(),
        ),
        revocation: described(
          'Whether it must be known that no certificate of the signer was revoked, where they say how to find out: require (default), warn, or skip, which does not look. A revoked one is refused by require and warn',
          z.enum(['require', 'warn', 'skip']).optional(),
        ),
      })
      .optional(),
  ),
  certificate: certificate.optional(),
  claims: claims.optional(),
  trustedRoot: described(
    "A private Sigstore's trusted root, or github for GitHub's private instance; an entry of its own makes it count for the keyless entries beside it",
    text.optional(),
  ),
  log: described('Whether a transparency log entry must be there', z.enum(['required', 'optional']).optional()),
};

/** An entry of `signedBy`. */
export const trustedSigner = z
  .strictObject({ ...signerFields, publisher: described("A name of the publishers' catalogue", text.optional()) })
  .check((context) => {
    const problem = signerProblem(context.value);
    if (problem !== null) context.issues.push({ code: 'custom', message: problem, input: context.value });
  });

/** An entry of `signedBy` in a catalogue, which names no publisher. */
export const publisherSigner = z.strictObject(signerFields).check((context) => {
  const problem = signerProblem(context.value);
  if (problem !== null) context.issues.push({ code: 'custom', message: problem, input: context.value });
});

/** Those whose signature is trusted (docs/contracts.md, Policies). */
export const signedBy = described(
  'Whose signature is trusted: any one of these suffices; an empty list trusts no signer',
  z
    .array(trustedSigner)
    .max(100)
    .refine(
      (entries) =>
        entries.every((entry) => !isRootAlone(entry)) || entries.some(({ keyless }) => keyless !== undefined),
      'an entry that is only a trustedRoot needs a keyless entry beside it',
    ),
);
