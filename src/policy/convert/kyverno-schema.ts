import * as z from 'zod';

const text = z.string();
const logged = z.looseObject({
  ignoreTlog: z.boolean().optional(),
  url: text.optional(),
  pubkey: text.optional(),
});
const certified = z.looseObject({
  ignoreSCT: z.boolean().optional(),
  pubkey: text.optional(),
  tsaCertChain: text.optional(),
});

const keyless = z.looseObject({
  issuer: text.optional(),
  issuerRegExp: text.optional(),
  subject: text.optional(),
  subjectRegExp: text.optional(),
  roots: text.optional(),
  additionalExtensions: z.record(text, text).optional(),
  rekor: logged.optional(),
  ctlog: certified.optional(),
});

const entry = z.looseObject({
  keys: z
    .looseObject({
      publicKeys: text.optional(),
      signatureAlgorithm: text.optional(),
      rekor: logged.optional(),
      ctlog: certified.optional(),
    })
    .optional(),
  keyless: keyless.optional(),
  certificates: z
    .looseObject({
      cert: text.optional(),
      certChain: text.optional(),
      rekor: logged.optional(),
      ctlog: certified.optional(),
    })
    .optional(),
  annotations: z.record(text, text).optional(),
  repository: text.optional(),
  signatureAlgorithm: text.optional(),
});

const attestorSets = z.array(z.looseObject({ count: z.int().min(1).optional(), entries: z.array(entry).optional() }));

const attestation = z.looseObject({
  type: text.optional(),
  predicateType: text.optional(),
  attestors: attestorSets.optional(),
  conditions: z.array(z.unknown()).optional(),
});

const image = z.looseObject({
  type: text.optional(),
  imageReferences: z.array(text).optional(),
  image: text.optional(),
  skipImageReferences: z.array(text).optional(),
  attestors: attestorSets.optional(),
  attestations: z.array(attestation).optional(),
  key: text.optional(),
  issuer: text.optional(),
  subject: text.optional(),
  roots: text.optional(),
  annotations: z.record(text, text).optional(),
  additionalExtensions: z.record(text, text).optional(),
  repository: text.optional(),
  verifyDigest: z.boolean().optional(),
  mutateDigest: z.boolean().optional(),
  failureAction: text.optional(),
  validate: z.looseObject({ deny: z.unknown().optional() }).optional(),
});

/** Kyverno's ClusterPolicy and Policy, as far as `verifyImages` goes (api/kyverno/v1/image_verification_types.go). */
export const kyvernoSchema = z.looseObject({
  kind: z.enum(['ClusterPolicy', 'Policy']),
  spec: z.looseObject({
    validationFailureAction: text.optional(),
    validationFailureActionOverrides: z.array(z.looseObject({ action: text.optional() })).optional(),
    rules: z.array(z.looseObject({ name: text, verifyImages: z.array(image).optional() })),
  }),
});

export type KyvernoDocument = z.output<typeof kyvernoSchema>;
export type KyvernoImage = z.output<typeof image>;
export type KyvernoAttestation = z.output<typeof attestation>;
export type AttestorSets = z.output<typeof attestorSets>;
export type AttestorEntry = z.output<typeof entry>;
export type KeylessEntry = z.output<typeof keyless>;
