import * as z from 'zod';

// Kyverno's ImageValidatingPolicy (kyverno/api, policies.kyverno.io: image_validating_policy.go). Fields that say when and
// where a cluster evaluates it are taken and mean nothing here; those that loosen or tighten a check are all named.

const text = z.string();
const named = { name: text.min(1) };

const identity = z.strictObject({
  issuer: text.optional(),
  issuerRegExp: text.optional(),
  subject: text.optional(),
  subjectRegExp: text.optional(),
});

const cosign = z.strictObject({
  key: z
    .strictObject({
      data: text.optional(),
      kms: text.optional(),
      hashAlgorithm: text.optional(),
      expression: text.optional(),
      secretRef: z.unknown().optional(),
    })
    .optional(),
  keyless: z.strictObject({ identities: z.array(identity).min(1).max(100), roots: z.unknown().optional() }).optional(),
  certificate: z.unknown().optional(),
  source: z.unknown().optional(),
  ctlog: z
    .strictObject({
      url: text.optional(),
      rekorPubKey: text.optional(),
      ctLogPubKey: text.optional(),
      tsaCertChain: text.optional(),
      insecureIgnoreTlog: z.boolean().optional(),
      insecureIgnoreSCT: z.boolean().optional(),
    })
    .optional(),
  tuf: z.unknown().optional(),
  annotations: z.unknown().optional(),
});

const textOrExpression = z.strictObject({ value: text.optional(), expression: text.optional() });
const notary = z.strictObject({ certs: textOrExpression, tsaCerts: textOrExpression.optional() });

/** One whose signature is trusted. */
const attestor = z.strictObject({ ...named, cosign: cosign.optional(), notary: notary.optional() });

/** The policy, validated as far as it is read. */
export const imageValidatingSchema = z.object({
  apiVersion: text.regex(/^policies\.kyverno\.io\/v1(?:alpha1|beta1)?$/, 'not an apiVersion that is known here'),
  kind: z.literal('ImageValidatingPolicy'),
  metadata: z.object({ name: text.min(1) }),
  spec: z.strictObject({
    validationActions: z.array(z.enum(['Deny', 'Audit', 'Warn'])).optional(),
    matchImageReferences: z
      .array(z.strictObject({ glob: text.optional(), expression: text.optional() }))
      .max(1_000)
      .optional(),
    images: z
      .array(z.strictObject({ ...named, expression: text }))
      .max(100)
      .optional(),
    variables: z
      .array(z.strictObject({ ...named, expression: text }))
      .max(100)
      .optional(),
    attestors: z.array(attestor).max(100).optional(),
    attestations: z
      .array(
        z.strictObject({
          ...named,
          intoto: z.strictObject({ type: text }).optional(),
          referrer: z.strictObject({ type: text }).optional(),
        }),
      )
      .max(100)
      .optional(),
    validations: z
      .array(
        z.strictObject({
          expression: text.max(65_536),
          message: text.optional(),
          messageExpression: text.optional(),
          reason: text.optional(),
        }),
      )
      .min(1)
      .max(1_000),
    validationConfigurations: z.unknown().optional(),
    failurePolicy: z.unknown().optional(),
    matchConstraints: z.unknown().optional(),
    matchConditions: z.unknown().optional(),
    webhookConfiguration: z.unknown().optional(),
    evaluation: z.unknown().optional(),
    autogen: z.unknown().optional(),
    auditAnnotations: z.unknown().optional(),
    credentials: z.unknown().optional(),
    background: z.unknown().optional(),
  }),
});

export type AttestorDocument = z.output<typeof attestor>;
export type ImageValidatingDocument = z.output<typeof imageValidatingSchema>;
