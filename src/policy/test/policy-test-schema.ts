import * as z from 'zod';
import { type EvidenceForm, evidenceForms } from '../../model/index.ts';
import { described } from '../language/schema/described.ts';

const text = z.string().min(1).max(4_096);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'not a digest');
const status = z.enum(['allow', 'warn', 'block', 'error']);

const formNames = Object.keys(evidenceForms) as EvidenceForm[]; // the keys of that very object

const evidence = z
  .strictObject({
    key: described('A public key file, relative to the table, or inline PEM: whose signature it is', text.optional()),
    keyless: z.strictObject({ issuer: text, identity: text }).optional(),
    notation: z.strictObject({ subject: text, ca: text }).optional(),
    certificate: described(
      "Of an authority of one's own: whose certificate, as the policy names the authority's files",
      z
        .strictObject({
          ca: text,
          intermediates: text.optional(),
          subject: text.optional(),
          names: z.array(text).max(100).optional(),
          issuer: text.optional(),
        })
        .optional(),
    ),
    form: z.enum(formNames).optional(),
    on: described('A platform; left out: the image itself', text.optional()),
    problem: described(
      'Why it does not verify; left out: it does',
      z
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
        .optional(),
    ),
    predicateType: text.optional(),
    statement: z.unknown().optional(),
    time: described('What log or timestamp prove', z.iso.datetime().optional()),
    log: described('Whether there is a log entry; left out: yes', z.boolean().optional()),
    claims: z.record(text, text).optional(),
    repository: described('The repository inside the payload, with a tag where it names one', text.optional()),
    trustedRoot: described("github, or a private root's file; left out: public Sigstore", text.optional()),
  })
  .refine(
    ({ key, keyless, notation, certificate }) =>
      [key, keyless, notation, certificate].filter((signer) => signer !== undefined).length <= 1,
    'say at most one of key, keyless, notation and certificate',
  );

/** A table of images and evidence with the verdicts that a policy should give. */
export const policyTestSchema = described(
  'Tests of a policy',
  z.strictObject({
    version: z.literal(1),
    policies: described(
      'Policy files, relative to the table; left out: those in force',
      z.array(text).max(50).optional(),
    ),
    now: z.iso.datetime().optional(),
    tests: z
      .array(
        z.strictObject({
          name: text.optional(),
          image: text,
          digest: digest.optional(),
          tagDigest: described('What the tag resolves to, where the image has tag and digest', digest.optional()),
          platforms: z.array(text).max(50).optional(),
          onlyLocal: z.boolean().optional(),
          builtHere: described(
            'Whether the records show that it was built here of verified images',
            z.boolean().optional(),
          ),
          unreachable: described('Why attachments could not be had', text.optional()),
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
  }),
);

type PolicyTestDocument = z.output<typeof policyTestSchema>;
export type PolicyTestCase = PolicyTestDocument['tests'][number];
export type PolicyTestEvidence = NonNullable<PolicyTestCase['evidence']>[number];
