import * as z from 'zod';
import { parseDuration } from '../patterns/duration.ts';
import { isPackagePattern } from '../patterns/package-pattern.ts';
import { predicateTypesOf } from '../patterns/predicate-type.ts';
import { signedIdentity } from '../patterns/signed-identity.ts';
import { described } from './described.ts';
import { exception } from './exception-schema.ts';
import { extension } from './extension-schema.ts';
import { verdictLog } from './log-schema.ts';
import { signedBy, type trustedSigner } from './signer-schema.ts';
import { duration, imagePattern, text } from './value-schema.ts';

// The one definition of the language: it parses policies, and the JSON Schema and the reference are generated from it.

const verdict = z.enum(['deny', 'warn', 'allow']);
const localVerdict = z.enum(['deny', 'built', 'warn', 'allow']);
const mode = z.enum(['enforce', 'warn']);

const attestation = described(
  'An attestation that must be there',
  z.strictObject({
    type: described(
      'slsa-provenance, sbom, spdx, cyclonedx, vuln, vsa, openvex, or a predicate URI',
      z
        .string()
        .refine(
          (value) => predicateTypesOf(value) !== null,
          'not a predicate type: write a URI, or one of slsa-provenance, sbom, spdx, cyclonedx, vuln, vsa, openvex',
        ),
    ),
    signedBy: described("Who must have signed it; left out: the rule's signedBy", signedBy.min(1).optional()),
    where: described(
      'What provenance, or a verification summary, must say: exact, or globs where they hold a *',
      z
        .strictObject({
          builder: described("The builder's id", text.optional()),
          sourceRepository: described('acme/app means https://github.com/acme/app', text.optional()),
          verifier: described("Of a verification summary: the verifier's id", text.optional()),
          policy: described("Of a verification summary: the policy's URI, or its digest (sha256:…)", text.optional()),
          resource: described(
            'Of a verification summary: its resourceUri; left out: an image that it names is of this repository',
            text.optional(),
          ),
          result: described('Of a verification summary; left out: PASSED', z.enum(['PASSED', 'FAILED']).optional()),
        })
        .optional(),
    ),
  }),
);

function canBothHold(minAge: string | undefined, maxAge: string | undefined): boolean {
  const [least, most] = [parseDuration(minAge ?? ''), parseDuration(maxAge ?? '')];
  return least === null || most === null || least <= most;
}

const requirements = described(
  'What must hold besides a signature',
  z
    .strictObject({
      attestations: z.array(attestation).min(1).max(50).optional(),
      lineage: described(
        'Every base below obeys the policy too',
        z
          .strictObject({
            depth: z.union([z.literal('all'), z.int().min(1).max(24)]).default('all'),
            unknown: z.enum(['block', 'warn', 'allow']).default('block'),
            claims: z.enum(['signed', 'unsigned']).default('signed'),
          })
          .optional(),
      ),
      maxAge: described(
        "By the log's time or that of a keyless certificate's timestamp, else the lock's; a timestamp beside a key's or a Notation signature can be made anew by anybody, and does not count. A duration: whole numbers with s, m, h, d, w or y",
        duration.optional(),
      ),
      minAge: described(
        "How long it must have been signed, so that others have had time to notice: by the log's or any timestamp's time, else the lock's; a duration",
        duration.optional(),
      ),
      packages: described(
        'What a signed SBOM may list: one that is attested, or one inside an index that is signed (or whose attestation manifest is)',
        z
          .strictObject({
            deny: z
              .array(
                text.refine(
                  isPackagePattern,
                  'not a package pattern: write NAME, NAME@1.2.3, NAME@1.2 - 1.4 or NAME@>=1.2,<2; a package URL may stand for the name',
                ),
              )
              .max(1_000)
              .optional(),
            max: z.int().min(0).max(1_000_000).optional(),
          })
          .refine((value) => value.deny !== undefined || value.max !== undefined, 'say deny, max or both')
          .optional(),
      ),
      digest: described('Whether the image must be written with a digest', z.boolean().optional()),
    })
    .refine((value) => Object.keys(value).length > 0, 'nothing is required')
    .refine(
      ({ minAge, maxAge }) => canBothHold(minAge, maxAge),
      'minAge is longer than maxAge: no image could be both',
    ),
);

const rule = z
  .strictObject({
    name: described('For reports; left out: its number', text.optional()),
    images: described(
      'The images that it is about; the first rule that matches decides',
      z.array(imagePattern).min(1).max(1_000),
    ),
    signedBy: signedBy.optional(),
    threshold: described('How many entries of signedBy must be satisfied', z.int().min(1).max(100).optional()),
    locked: described(
      'Accepted only at the digest in the lock',
      z
        .union([
          z.boolean(),
          z.literal('project'),
          z
            .strictObject({
              moved: described(
                'A tag that stands for another digest now: a warning unless said otherwise',
                z.enum(['warn', 'block']).optional(),
              ),
              project: described(
                "Whether a machine's or user's policy accepts the project's lock",
                z.boolean().optional(),
              ),
            })
            .refine((value) => Object.keys(value).length > 0, 'say moved, project or both'),
        ])
        .optional(),
    ),
    mode: described("Before the file's", mode.optional()),
    require: requirements.optional(),
    sameRepository: described(
      'A signature copied from another repository',
      z.enum(['ignore', 'warn', 'deny']).optional(),
    ),
    signedIdentity: signedIdentity.optional(),
    signatures: described(
      'Where signatures are kept, if not beside the image',
      z
        .strictObject({
          repository: text.optional(),
          tagPrefix: z
            .string()
            .regex(/^[\w.-]{1,64}$/)
            .optional(),
        })
        .refine((value) => Object.keys(value).length > 0, 'say repository, tagPrefix or both')
        .optional(),
    ),
  })
  .check((context) => {
    const problem = ruleProblem(context.value);
    if (problem !== null) context.issues.push({ code: 'custom', message: problem, input: context.value });
  });

interface RuleShape {
  readonly signedBy?: readonly unknown[] | undefined;
  readonly threshold?: number | undefined;
  readonly signedIdentity?: unknown;
  readonly locked?: boolean | 'project' | object | undefined;
  readonly require?: { readonly attestations?: readonly { readonly signedBy?: unknown }[] | undefined } | undefined;
}

function ruleProblem(value: RuleShape): string | null {
  const attestations = value.require?.attestations ?? [];
  const ownSigners = attestations.some((entry) => entry.signedBy !== undefined);
  const locked = value.locked ?? false;
  if (value.signedBy === undefined && locked === false && !ownSigners)
    return 'a rule needs something that must hold: signedBy, locked, or an attestation with its own signedBy';
  if (value.signedBy === undefined && attestations.some((entry) => entry.signedBy === undefined))
    return 'an attestation needs its own signedBy where the rule has none';
  if (value.signedIdentity !== undefined && value.signedBy === undefined)
    return 'signedIdentity says what the signatures of signedBy must name, and the rule has none';
  if (value.threshold !== undefined && value.threshold > (value.signedBy?.length ?? 0))
    return `threshold is ${value.threshold}, but signedBy has ${value.signedBy?.length ?? 0} entries`;
  return null;
}

const host = z
  .string()
  .max(255)
  .regex(
    /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?$/,
    'not a host: write for instance auth.example.com',
  );

const imageMap = z.record(imagePattern, imagePattern);

const sourceDemand = z.enum(['any', 'pinned', 'checksum']);

/** A policy file, version 1. */
export const policySchema = described(
  'A policy of docker verify',
  z.strictObject({
    version: z.literal(1),
    mode: described('What becomes of a refusal; left out: enforce', mode.optional()),
    default: described('For an image that no rule matches; left out: this layer abstains', verdict.optional()),
    local: described(
      'For an image that is only in the local store; built: only one that was built here of verified images alone, by the records of this machine; left out: judged as unsigned',
      localVerdict.optional(),
    ),
    cacheImports: described(
      'Cache imports that are allowed, by every policy in force; default, also where nothing is said: deny in enforce, warn in warn',
      z.strictObject({ default: verdict.optional(), from: z.array(imagePattern).max(1_000).optional() }).optional(),
    ),
    sources: described(
      'What ADD and contexts may fetch from git and http: the builder itself refuses the rest too; a context by URL can carry no checksum. The strictest policy in force counts',
      z
        .strictObject({
          git: described(
            'any (the default); pinned or checksum: a whole commit, as the ref behind #, in checksum= of the address or in ADD --checksum',
            sourceDemand.optional(),
          ),
          http: described('any (the default); checksum or pinned: ADD --checksum', sourceDemand.optional()),
        })
        .refine((value) => Object.keys(value).length > 0, 'say git, http or both')
        .optional(),
    ),
    builtin: described(
      "Whether the built-in policy counts; not in a project's policy",
      z.enum(['on', 'off']).optional(),
    ),
    mirrors: described('Names that stand for others', imageMap.optional()),
    tokenServices: described(
      "For a registry: hosts of another domain to which its stored credentials may go for a token; only in a machine's or user's policy",
      z.record(host, z.array(host).min(1).max(20)).optional(),
    ),
    publishers: described("Files in the catalogue's format", z.union([text, z.array(text).max(20)]).optional()),
    contexts: described('Names that a folder may stand for', z.array(text).max(1_000).optional()),
    rules: described('In order: the first that matches decides', z.array(rule).max(5_000).optional()),
    exceptions: described('Waivers, each with a reason and an end', z.array(exception).max(1_000).optional()),
    breakGlass: described(
      'Whether --verify-break-glass may let a build go on with warnings; left out: deny where a machine policy is in force, else allow. One deny wins',
      z.enum(['allow', 'deny']).optional(),
    ),
    records: described(
      "Whether builds are recorded; only in a machine's or user's policy",
      z.enum(['on', 'off']).optional(),
    ),
    log: verdictLog.optional(),
    serial: described(
      'Of a policy that is published as a bundle: only grows, so that an older one cannot be put in its place',
      z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
    ),
    extends: described(
      'Further policies of this layer, which follow on this one. Kept, renewed while a run goes on, and used while the network is away; a first fetch that fails is 11',
      z.array(extension).max(20).optional(),
    ),
    recommend: described(
      'Images that recommend names first, by the images that they stand for',
      z.record(imagePattern, z.array(text).min(1).max(20)).optional(),
    ),
    clusterImagePolicies: described(
      'Files of Sigstore ClusterImagePolicies, with the Secrets, ConfigMaps and TrustRoots that they refer to, and of Kyverno ImageValidatingPolicies; wildcards in the last part of a path',
      z.array(text).max(100).optional(),
    ),
    rego: described(
      'opa: Rego over attestations in these ClusterImagePolicies is evaluated by the opa on PATH, without network and without the environment; left out, or where there is no opa: it could not be verified',
      z.literal('opa').optional(),
    ),
  }),
);

export type PolicyDocument = z.output<typeof policySchema>;
export type RuleDocument = z.output<typeof rule>;
export type SignerDocument = z.output<typeof trustedSigner>;
export type AttestationDocument = z.output<typeof attestation>;
