import * as z from 'zod';
import { certificate } from './certificate-schema.ts';
import { isRootAlone, signerProblem } from './signer-problem.ts';
import { regularExpression, sha256, text } from './value-schema.ts';

const claims = z
  .strictObject({
    sourceRepository: text.optional().describe('Where the source is; acme/app means https://github.com/acme/app'),
    sourceRepositoryOwner: text.optional().describe('Who owns the source; acme means https://github.com/acme'),
    sourceDigest: text.optional().describe('The commit'),
    ref: text.optional().describe('The branch or tag, for instance refs/tags/*'),
    workflow: text.optional().describe('The build configuration that started the build'),
    builder: text.optional().describe('The build configuration that signed'),
    runner: text.optional().describe('github-hosted or self-hosted'),
    trigger: text.optional().describe('What started the build, for instance push'),
    runUri: text.optional().describe('The run'),
  })
  .refine((value) => Object.keys(value).length > 0, 'no claim is named')
  .describe('Claims of the certificate: exact, or globs where they hold a *');

const keyless = z
  .strictObject({
    issuer: text.describe('The OpenID Connect issuer, exact'),
    identity: text.optional().describe('The identity, exact'),
    identityRegexp: regularExpression.optional(),
  })
  .refine(
    (value) => (value.identity === undefined) !== (value.identityRegexp === undefined),
    'say exactly one of identity and identityRegexp',
  )
  .describe('Signed with a short-lived certificate for this identity');

const fetchedKey = z.strictObject({ url: z.string().regex(/^https:\/\//, 'a key is fetched by https only'), sha256 });

const signerFields = {
  keyless: keyless.optional(),
  key: z
    .union([text, fetchedKey])
    .optional()
    .describe('A file relative to this one, an inline PEM, or https with sha256'),
  sha256: sha256.optional().describe('SHA-256 of the bytes at the address beside it'),
  notation: z
    .strictObject({
      subject: text.describe('Exact, in the order CN=…,O=…,L=…,ST=…,C=…'),
      ca: text.describe('PEM file, or inline PEM'),
      tsa: text
        .optional()
        .describe(
          'PEM file, or inline PEM, of timestamp authorities; without one a signature ends with its certificate',
        ),
      timestamp: z
        .enum(['required', 'optional'])
        .optional()
        .describe('Whether a timestamp by one of tsa must be there (optional where nothing is said)'),
      revocation: z
        .enum(['require', 'warn', 'skip'])
        .optional()
        .describe(
          'Whether it must be known that no certificate of the signer was revoked, where they say how to find out: require (default), warn, or skip, which does not look. A revoked one is refused by require and warn',
        ),
    })
    .optional()
    .describe('Signed by Notation with a certificate of this subject under this authority'),
  certificate: certificate.optional(),
  claims: claims.optional(),
  trustedRoot: text
    .optional()
    .describe(
      "A private Sigstore's trusted root, or github for GitHub's private instance; an entry of its own makes it count for the keyless entries beside it",
    ),
  log: z.enum(['required', 'optional']).optional().describe('Whether a transparency log entry must be there'),
};

/** An entry of `signedBy`. */
export const trustedSigner = z
  .strictObject({ ...signerFields, publisher: text.optional().describe("A name of the publishers' catalogue") })
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
export const signedBy = z
  .array(trustedSigner)
  .max(100)
  .refine(
    (entries) => entries.every((entry) => !isRootAlone(entry)) || entries.some(({ keyless }) => keyless !== undefined),
    'an entry that is only a trustedRoot needs a keyless entry beside it',
  )
  .describe('Whose signature is trusted: any one of these suffices; an empty list trusts no signer');
