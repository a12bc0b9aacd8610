import * as z from 'zod';
import { type EvidenceForm, evidenceForms } from '../../model/index.ts';

const text = z.string().min(1).max(4_096);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'not a digest');
const status = z.enum(['allow', 'warn', 'block', 'error']);

const formNames = Object.keys(evidenceForms) as EvidenceForm[]; // the keys of that very object

const evidence = z
  .strictObject({
    key: text.optional().describe('A public key file, relative to the table, or inline PEM: whose signature it is'),
    keyless: z.strictObject({ issuer: text, identity: text }).optional(),
    notation: z.strictObject({ subject: text, ca: text }).optional(),
    certificate: z
      .strictObject({
        ca: text,
        intermediates: text.optional(),
        subject: text.optional(),
        names: z.array(text).max(100).optional(),
        issuer: text.optional(),
      })
      .optional()
      .describe("Of an authority of one's own: whose certificate, as the policy names the authority's files"),
    form: z.enum(formNames).optional(),
    on: text.optional().describe('A platform; left out: the image itself'),
    problem: z
      .enum([
        'malformed',
        'wrong-subject',
        'wrong-type',
        'unknown-signer',
        'invalid-signature',
        'certificate-expired',
        'certificate-invalid',
        'log-missing',
        'log-invalid',
        'timestamp-invalid',
        'expired',
        'too-large',
        'unsupported',
      ])
      .optional()
      .describe('Why it does not verify; left out: it does'),
    predicateType: text.optional(),
    statement: z.unknown().optional(),
    time: z.iso.datetime().optional().describe('What log or timestamp prove'),
    log: z.boolean().optional().describe('Whether there is a log entry; left out: yes'),
    claims: z.record(text, text).optional(),
    repository: text.optional().describe('The repository inside the payload, with a tag where it names one'),
    trustedRoot: text.optional().describe("github, or a private root's file; left out: public Sigstore"),
  })
  .refine(
    ({ key, keyless, notation, certificate }) =>
      [key, keyless, notation, certificate].filter((signer) => signer !== undefined).length <= 1,
    'say at most one of key, keyless, notation and certificate',
  );

/** A table of images and evidence with the verdicts that a policy should give. */
export const policyTestSchema = z
  .strictObject({
    version: z.literal(1),
    policies: z
      .array(text)
      .max(50)
      .optional()
      .describe('Policy files, relative to the table; left out: those in force'),
    now: z.iso.datetime().optional(),
    tests: z
      .array(
        z.strictObject({
          name: text.optional(),
          image: text,
          digest: digest.optional(),
          tagDigest: digest.optional().describe('What the tag resolves to, where the image has tag and digest'),
          platforms: z.array(text).max(50).optional(),
          onlyLocal: z.boolean().optional(),
          builtHere: z
            .boolean()
            .optional()
            .describe('Whether the records show that it was built here of verified images'),
          unreachable: text.optional().describe('Why attachments could not be had'),
          evidence: z.array(evidence).max(100).optional(),
          expect: z.union([
            status,
            z.strictObject({
              status: status.optional(),
              verified: z.boolean().optional(),
              findings: z.array(text).optional(),
              rule: text.optional(),
            }),
          ]),
        }),
      )
      .min(1)
      .max(5_000),
  })
  .describe('Tests of a policy');

type PolicyTestDocument = z.output<typeof policyTestSchema>;
export type PolicyTestCase = PolicyTestDocument['tests'][number];
export type PolicyTestEvidence = NonNullable<PolicyTestCase['evidence']>[number];
