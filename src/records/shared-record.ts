import * as z from 'zod';
import {
  type BuildRecord,
  type Digest,
  failure,
  isDigest,
  parseCanonicalName,
  type Result,
  type Signer,
  success,
} from '../model/index.ts';
import { isUlid } from './ulid.ts';
import { recordField } from './verification-summary.ts';

// What another machine wrote: of every text a length, of every list a number, and only what we know of.
const text = z.string().max(4_096);
const digest = z.custom<Digest>(isDigest, 'not a digest');
const name = text.refine(isName, 'not the name of an image');
const status = z.enum(['allow', 'warn', 'block', 'error']);
const some = 2_000;

function isName(value: string): boolean {
  try {
    return parseCanonicalName(value) === value;
  } catch {
    return false;
  }
}

const signer: z.ZodType<Signer> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('keyless'), identity: text, issuer: text }),
  z.object({ kind: z.literal('key'), sha256: text, name: text.nullable() }),
  z.object({ kind: z.literal('certificate'), subject: text }),
]);

const image = z.object({
  name,
  digest: digest.nullable(),
  platforms: z.array(z.object({ platform: text, digest })).max(some),
  role: z.enum(['runtime-base', 'build-stage', 'frontend', 'sbom-generator']),
  status,
  basis: z.enum(['signature', 'attestation', 'lock', 'local', 'default', 'none']),
  verified: z.boolean(),
  signer: signer.nullable(),
  rule: text.nullable(),
  bases: z.array(z.object({ name: text.nullable(), digest: digest.nullable() })).max(some),
  sboms: z.array(digest).max(some),
});

const record = z.object({
  schemaVersion: z.literal(1),
  id: z.string().refine(isUlid, 'not the id of a record'),
  time: z.iso.datetime(),
  tool: text,
  verb: z.enum(['build', 'bake']),
  target: text,
  stage: text.nullable(),
  ref: z.null(),
  imageId: digest.nullable(),
  digest,
  tags: z.array(text).max(some),
  pushed: z.array(name).min(1).max(some),
  platforms: z.array(text).max(some),
  context: z.object({
    kind: z.enum(['folder', 'git', 'http', 'stdin', 'other']),
    source: text.nullable(),
    remote: text.nullable(),
    commit: text.nullable(),
    dirty: z.boolean().nullable(),
    subdirectory: text.nullable(),
  }),
  dockerfile: z.object({ path: text.nullable(), sha256: text.nullable() }),
  arguments: z.object({
    build: z.record(text, text.nullable()),
    contexts: z.record(text, text),
    secrets: z.array(text).max(some),
    ssh: z.array(text).max(some),
    labels: z.record(text, text).optional(),
    network: text.optional(),
    hosts: z.array(text).max(some).optional(),
  }),
  images: z.array(image).max(some),
  exceptions: z.array(text).max(some),
  breakGlass: text.nullable(),
  verdict: status,
  audited: z.boolean().optional(),
  sboms: z.array(digest).max(some).optional(),
  policies: z
    .array(
      z.object({
        layer: z.enum(['machine', 'user', 'command-line', 'project', 'builtin']),
        source: text,
        sha256: text,
      }),
    )
    .max(some)
    .optional(),
});

const predicate = z.object({
  verificationResult: z.enum(['PASSED', 'FAILED']),
  [recordField]: z.unknown(),
});

/** A record as it stands in a verification summary. */
export interface SharedRecord {
  readonly record: BuildRecord;
  readonly result: 'PASSED' | 'FAILED';
}

/**
 * Reads the record in a verification summary whose signer is trusted; null where it holds none, since another program wrote it,
 * and a failure where it holds one that is wrong.
 * @param subject what the summary was signed about: a record that tells of another image is refused
 */
export function readSharedRecord(statement: unknown, subject: Digest): Result<SharedRecord> | null {
  const outer = z.object({ predicate }).safeParse(statement);
  if (!outer.success || outer.data.predicate[recordField] === undefined) return null;
  const { verificationResult: result, [recordField]: inner } = outer.data.predicate;
  const parsed = record.safeParse(inner);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return failure(`its record cannot be read (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''})`);
  }
  const { audited, sboms, policies, arguments: given, ...rest } = parsed.data;
  const { labels, network, hosts, ...others } = given;
  if (rest.digest !== subject) return failure(`its record is about ${rest.digest}`);
  const more = {
    ...(audited === undefined ? {} : { audited }),
    ...(sboms === undefined ? {} : { sboms }),
    ...(policies === undefined ? {} : { policies }),
  };
  const settings = {
    ...(labels === undefined ? {} : { labels }),
    ...(network === undefined ? {} : { network }),
    ...(hosts === undefined ? {} : { hosts }),
  };
  return success({ record: { ...rest, arguments: { ...others, ...settings }, ...more }, result });
}
